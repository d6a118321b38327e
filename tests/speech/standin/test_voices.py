"""The catalogue agrees with the contract and with the stand-in's imitations."""

from projects.speech.standin.profiles import PROFILES, VARIANT_HZ
from projects.speech.voices import LANGUAGES, VOICE_NAMES, VOICES


def test_the_catalogue() -> None:
    assert len(set(VOICE_NAMES)) == 24
    assert len(set(LANGUAGES)) == 11
    assert {voice.sex for voice in VOICES} == {"female", "male"}
    assert {voice.age for voice in VOICES} == {"child", "teen", "young", "adult", "old"}
    assert all(voice.chinese_name and voice.character and voice.character[-1] != "." for voice in VOICES)


def test_every_voice_has_a_profile_of_its_own() -> None:
    assert set(PROFILES) == set(VOICE_NAMES)
    assert len(set(PROFILES.values())) == 24
    assert {profile.variant for profile in PROFILES.values()} <= set(VARIANT_HZ)
