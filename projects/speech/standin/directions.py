"""What the free text of `instructions` does to the sound: English and Chinese words, each with a simple
effect.

Several words combine. A modifier beside a word ("slightly", "very", 稍, 非常) weakens or strengthens it. Words
that are not known do nothing; negation is not understood.
"""

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Effect:
    """Change against the voice's profile. pace, pitch and liveliness multiply; tilt and gain add; whisper
    switches."""

    pace: float = 1.0
    pitch: float = 1.0
    tilt_db: float = 0.0
    gain_db: float = 0.0
    liveliness: float = 1.0
    whisper: bool = False

    def plus(self, other: "Effect", weight: float = 1.0) -> "Effect":
        """Both effects together, the other one weighted."""
        return Effect(
            pace=self.pace * other.pace**weight,
            pitch=self.pitch * other.pitch**weight,
            tilt_db=self.tilt_db + other.tilt_db * weight,
            gain_db=self.gain_db + other.gain_db * weight,
            liveliness=self.liveliness * other.liveliness**weight,
            whisper=self.whisper or other.whisper,
        )

    def bounded(self) -> "Effect":
        """Kept where the engines still sound like speech."""
        return Effect(
            pace=min(max(self.pace, 0.6), 1.7),
            pitch=min(max(self.pitch, 0.7), 1.4),
            tilt_db=min(max(self.tilt_db, -3.0), 3.0),
            gain_db=min(max(self.gain_db, -16.0), 6.0),
            liveliness=min(max(self.liveliness, 0.4), 2.0),
            whisper=self.whisper,
        )


WORDS: tuple[tuple[str, Effect], ...] = (
    (
        r"\b(?:fast(?:er|est)?|quick(?:er|ly)?|rapid(?:ly)?|brisk(?:ly)?|hurried(?:ly)?)\b|快",
        Effect(pace=1.22),
    ),
    (r"\b(?:slow(?:er|est|ly)?|unhurried(?:ly)?|leisurely)\b|慢|从容|舒缓", Effect(pace=0.8)),
    (r"\b(?:bright(?:er|ly)?|crisp(?:ly)?|clear(?:er)?)\b|明亮|清脆|响亮", Effect(tilt_db=1.5)),
    (r"\b(?:dark(?:er|ly)?|mellow|muffled|warm(?:er|ly)?)\b|低沉|浑厚|暗", Effect(tilt_db=-1.5, pitch=0.96)),
    (
        r"\b(?:soft(?:er|ly)?|quiet(?:er|ly)?|gentl[ey]|hushed)\b|轻|小声|温柔|安静",
        Effect(gain_db=-7, tilt_db=-0.5),
    ),
    (r"\bwhisper(?:s|ed|ing)?\b|耳语|悄声|悄悄|低语", Effect(gain_db=-7, whisper=True)),
    (r"\b(?:loud(?:er|ly)?|shout(?:s|ed|ing)?|boldly)\b|大声|洪亮|高声", Effect(gain_db=4, tilt_db=1)),
    (r"\b(?:high(?:er)?|high-pitched)\b|高音|高亢|尖", Effect(pitch=1.15)),
    (r"\b(?:low(?:er)?|deep(?:er|ly)?|low-pitched)\b|低音|深沉", Effect(pitch=0.87)),
    (
        r"\b(?:excite(?:d|dly|ment)|enthusiastic(?:ally)?|lively|energetic(?:ally)?|cheerful(?:ly)?|happy|happily)\b"
        r"|激动|兴奋|活泼|欢快|开心|热情",
        Effect(pace=1.08, pitch=1.06, liveliness=1.5, gain_db=1),
    ),
    (
        r"\b(?:calm(?:er|ly)?|serious(?:ly)?|flat|soothing(?:ly)?)\b|平静|沉稳|严肃|冷静",
        Effect(pace=0.94, liveliness=0.65),
    ),
    (
        r"\b(?:sad(?:ly)?|sorrowful(?:ly)?|melancholy)\b|悲伤|伤心|忧伤",
        Effect(pace=0.88, pitch=0.95, liveliness=0.75),
    ),
    (
        r"\b(?:angry|angrily|furious(?:ly)?)\b|愤怒|生气",
        Effect(pace=1.08, liveliness=1.3, gain_db=3, tilt_db=1.5),
    ),
)
_RULES = tuple((re.compile(pattern, re.IGNORECASE), effect) for pattern, effect in WORDS)
_WEAK_BEFORE = re.compile(r"(?:slightly|a little|a bit|somewhat|稍微?|略微?|有点儿?)\s*$", re.IGNORECASE)
_WEAK_AFTER = re.compile(r"^\s*(?:一点|一些|些)")
_STRONG_BEFORE = re.compile(r"(?:very|much|extremely|really|非常|很|十分|特别)\s*$", re.IGNORECASE)


@lru_cache(maxsize=256)
def effect_of(instructions: str, optimize: bool = False) -> Effect:
    """The combined effect. optimize stands for the endpoint's rewriting: more expression, only if there is a
    text."""
    total = Effect()
    for pattern, effect in _RULES:
        match = pattern.search(instructions)
        if match:
            total = total.plus(effect, _weight(instructions[: match.start()], instructions[match.end() :]))
    if optimize and instructions.strip():
        total = total.plus(Effect(liveliness=1.2))
    return total.bounded()


def _weight(before: str, after: str) -> float:
    if _WEAK_BEFORE.search(before) or _WEAK_AFTER.search(after):
        return 0.5
    return 1.5 if _STRONG_BEFORE.search(before) else 1.0
