"""The endpoint's catalogue: its model, its voices, its languages, its sampling rate; and names of other voices read.

Facts only (contract.md, sections "The request" and 6). How a voice is asked for lives in the client, how the
stand-in imitates one in standin/profiles.py.
"""

import re
from dataclasses import dataclass

from projects.sentences import gettext_noop as _

MODEL = "qwen3-tts-instruct-flash"
RATE_HZ = 24_000

LANGUAGES = (
    _("Auto"),
    _("Chinese"),
    _("English"),
    _("German"),
    _("Italian"),
    _("Portuguese"),
    _("Spanish"),
    _("Japanese"),
    _("Korean"),
    _("French"),
    _("Russian"),
)

AGES = (_("child"), _("teen"), _("young"), _("adult"), _("old"))
LABEL = _("%(name)s · %(said_character)s")
KOKORO = {"f": _("%(said_accent)s, female"), "m": _("%(said_accent)s, male")}
PERSONS = {
    "female": (
        {
            "child": _("girl"),
            "teen": _("teenage girl"),
            "young": _("young woman"),
            "old": _("old woman"),
        },
        _("woman"),
    ),
    "male": (
        {
            "child": _("boy"),
            "teen": _("teenage boy"),
            "young": _("young man"),
            "old": _("old man"),
        },
        _("man"),
    ),
}


@dataclass(frozen=True)
class Voice:
    """One voice as a person picks it. `name` is what goes over the wire, in exactly this spelling.

    Of a voice that another endpoint has, no more may be known than its name: what is unknown is "".
    """

    name: str
    chinese_name: str = ""
    sex: str = ""  # "female" or "male"
    age: str = ""  # "child", "teen", "young", "adult" or "old"
    character: str = ""  # one line for a picker, without a full stop
    moods: str = ""  # that line in the words of MOODS, by which people look for a voice
    accent: str = ""  # where its speech is from, where one hears that

    @property
    def label(self) -> str:
        """The name, with what it is like where that is known."""
        return LABEL % {"name": self.name, "said_character": self.character} if self.character else self.name

    @property
    def person(self) -> str:
        """Who one hears: ``young woman``, ``boy``; "" where the sex is not known."""
        if not self.sex:
            return ""
        ages, grown = PERSONS[self.sex]
        return ages.get(self.age, grown)


MOODS = (
    _("bright"),
    _("warm"),
    _("gentle"),
    _("calm"),
    _("serious"),
    _("bold"),
    _("dramatic"),
    _("rough"),
    _("playful"),
    _("cute"),
)

VOICES = (
    Voice("Cherry", "芊悦", "female", "young", _("Sunny, upbeat and friendly; a natural all-rounder"), "bright warm"),
    Voice("Serena", "苏瑶", "female", "young", _("Gentle and soft-spoken"), "gentle"),
    Voice("Ethan", "晨煦", "male", "young", _("Warm, bright; a slight northern accent"), "bright warm", _("Northern")),
    Voice("Chelsie", "千雪", "female", "young", _("Anime-style girl from next door"), "cute"),
    Voice("Momo", "茉兔", "female", "young", _("Playful and teasing, out to cheer you up"), "playful"),
    Voice("Vivian", "十三", "female", "young", _("Cool, cute and a bit hot-tempered"), "bold"),
    Voice("Moon", "月白", "male", "young", _("Frank and dashing"), "bold"),
    Voice("Maia", "四月", "female", "adult", _("Intellect and tenderness in one"), "gentle serious"),
    Voice("Kai", "凯", "male", "adult", _("Relaxing and soothing"), "calm"),
    Voice("Nofish", "不吃鱼", "male", "adult", _("A designer with a soft southern accent"), "", _("Southern")),
    Voice("Bella", "萌宝", "female", "child", _("Cheeky little girl"), "playful"),
    Voice("Eldric Sage", "沧明子", "male", "old", _("Calm, wise elder; weathered but clear"), "calm serious"),
    Voice("Mia", "乖小妹", "female", "young", _("Meek and sweet, soft as spring water"), "gentle"),
    Voice("Mochi", "沙小弥", "male", "child", _("Bright, precocious boy; innocent yet wise"), "bright"),
    Voice("Bellona", "燕铮莺", "female", "adult", _("Loud, crisp and dramatic; a stirring storyteller"), "bold dramatic"),  # noqa: E501
    Voice("Vincent", "田叔", "male", "adult", _("Raspy and smoky; tales of armies and heroes"), "dramatic rough"),
    Voice("Bunny", "萌小姬", "female", "child", _("Extremely cute little girl"), "cute"),
    Voice("Neil", "阿闻", "male", "adult", _("News anchor: level intonation, precise diction"), "serious"),
    Voice("Elias", "墨讲师", "female", "adult", _("Lecturer: rigorous, yet turns knowledge into a story"), "serious"),
    Voice("Arthur", "徐大爷", "male", "old", _("Rustic old villager, unhurried teller of tall tales"), "calm rough"),
    Voice("Nini", "邻家妹妹", "female", "teen", _("Very sweet, soft and clingy girl next door"), "gentle cute"),
    Voice("Seren", "小婉", "female", "adult", _("Gentle and slow, helps you fall asleep"), "gentle calm"),
    Voice("Pip", "顽屁小孩", "male", "child", _("Mischievous boy, full of childish fun"), "playful"),
    Voice("Stella", "少女阿月", "female", "teen", _("Sugary, scatter-brained girl who turns heroine"), "playful cute"),
)  # fmt: skip

VOICE_NAMES = tuple(voice.name for voice in VOICES)

# Kokoro's names begin with a letter for the language and one for the sex: af_heart, bm_george, zf_xiaobei.
_KOKORO_NAME = re.compile(r"([abefhijpz])([fm])_[a-z0-9_]+")
_KOKORO_LANGUAGES = {
    "a": _("American English"),
    "b": _("British English"),
    "e": _("Spanish"),
    "f": _("French"),
    "h": _("Hindi"),
    "i": _("Italian"),
    "j": _("Japanese"),
    "p": _("Brazilian Portuguese"),
    "z": _("Mandarin Chinese"),
}
_KOKORO_SEXES = {"f": _("female"), "m": _("male")}


def described(name: str) -> Voice:
    """A voice of an endpoint that tells names only, with what such a name says by itself."""
    found = _KOKORO_NAME.fullmatch(name)
    if found is None:
        return Voice(name)
    sex, accent = _KOKORO_SEXES[found[2]], _KOKORO_LANGUAGES[found[1]]
    return Voice(name, sex=sex, character=KOKORO[found[2]] % {"said_accent": accent}, accent=accent)
