import random

import pytest

from projects.speech.errors import Unavailable
from projects.speech.pcm import PcmStream, check_speech
from tests.speech.scripted import tone, wav

PCM = tone(0.1)


def code_of(pcm: bytes, text: str) -> str:
    try:
        check_speech(pcm, text)
    except Unavailable as error:
        return error.code
    return ""


@pytest.mark.parametrize("header", [b"", wav(b"", 0x7FFFFFBF, 0x7FFFFF9B)])
@pytest.mark.parametrize("seed", range(10))
def test_samples_survive_any_cut_with_and_without_a_header(seed: int, header: bytes) -> None:
    dice, stream, given, at, whole = random.Random(seed), PcmStream(), b"", 0, header + PCM
    while at < len(whole):
        size = dice.choice([0, 1, 2, 3, 7, 500])
        piece = stream.add(whole[at : at + size])
        assert len(piece) % 2 == 0
        given, at = given + piece, at + size
    assert given == PCM
    assert stream.finish() == PCM
    assert stream.size_bytes == len(PCM)


@pytest.mark.parametrize("sent", [PCM + b"\1", b"RIF", b"RIFF1234WAVE", wav(b"")[:40]])
def test_what_ends_in_the_middle_is_bad_audio(sent: bytes) -> None:
    stream = PcmStream()
    stream.add(sent)
    with pytest.raises(Unavailable, match="cannot be used"):
        stream.finish()


def test_a_header_without_end_is_bad_audio() -> None:
    with pytest.raises(Unavailable, match="no audio follows"):
        PcmStream().add(b"RIFF" + b"\0" * 5000)


@pytest.mark.parametrize(
    ("pcm", "text", "code"),
    [
        (b"", "Hello.", "empty_audio"),
        (bytes(48000), "Hello.", "silent_audio"),
        (PCM[:100], "Hi", "audio_too_short"),
        (tone(0.1), "x" * 600, "audio_too_short"),
        (tone(5), "x" * 600, ""),
        (tone(0.06), "a", ""),
        (tone(30), "Oh.", ""),
        (tone(40), "Oh.", "audio_too_long"),
        (tone(3), "Three words here", ""),
        (bytes(48000) + tone(0.1), "Hello.", ""),
    ],
)
def test_only_what_cannot_be_speech_is_thrown_away(pcm: bytes, text: str, code: str) -> None:
    assert code_of(pcm, text) == code
