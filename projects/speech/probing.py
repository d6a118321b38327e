"""Asks a real endpoint what its documentation leaves open (contract.md 10): few calls, one after the other.

Which calls, and what they may cost. What follows from one call is verdicts.py's business, how a call is made and
seen observing.py's, what the findings look like that of the management command.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from projects.speech import verdicts
from projects.speech.budget import billing_characters
from projects.speech.errors import Busy, Stopped, TooLong, Unavailable
from projects.speech.line import Line
from projects.speech.observing import Observer, Seen, text_of
from projects.speech.verdicts import UNKNOWN, Finding

LIMIT = 600
TEXT = "Narrator wants to hear how 你好 is counted here."
INSTRUCTIONS = "Speak slowly and calmly."
NO_VOICE = "Nobody At All"
MOST_CALLS = 7
_BAD_VOICE_TEXT = "Hello."
_SMALLEST_LIMIT = 30
_LONGEST_WAIT_S, _USUAL_WAIT_S = 60.0, 20.0
_UNITS = {
    "bytes": "UTF-8 bytes (Han 3)",
    "weighted": "as billed (Han 2)",
    "characters": "characters (Han 1)",
}


class Unusable(Exception):
    """The endpoint cannot be used at all, so nothing can be asked; the message is a sentence for a person."""


@dataclass
class Report:
    """calls: made, each 429 as one more; characters: billed for them, as the endpoint said, else by its rule."""

    findings: list[Finding] = field(default_factory=list)
    calls: int = 0
    characters: int = 0


def most_characters() -> int:
    """The most that a probe can cost, in billing characters, whatever the answers are."""
    short = (
        2 * billing_characters(TEXT) + billing_characters(INSTRUCTIONS) + billing_characters(_BAD_VOICE_TEXT)
    )
    weighted = 2 * (_between(LIMIT) + LIMIT // 2)
    return short + max(LIMIT + 1, 2 * (LIMIT // 2 + 1), weighted)


def probe(observer: Observer, *, voice: str, wait: Callable[[float], None] = time.sleep) -> Report:
    """Asks everything once; what meets a 429 once more, after a wait. Raises Unusable where the first call fails."""
    return _Prober(observer, voice, wait).ask()


class _Prober:
    def __init__(self, observer: Observer, voice: str, wait: Callable[[float], None]) -> None:
        self._observer, self._voice, self._wait = observer, voice, wait
        self._report = Report()
        self._limited: list[Seen] = []
        self._over = False

    def ask(self) -> Report:
        directed = self._call(TEXT, instructions=INSTRUCTIONS)
        if directed is None or isinstance(directed.error, Stopped | Unavailable | Busy):
            raise Unusable(verdicts.why(directed, ""))
        streamed = self._call(TEXT, stream=True)
        wrong = self._call(_BAD_VOICE_TEXT, voice=NO_VOICE)
        limit = self._limit()
        self._report.findings = [
            *limit,
            verdicts.wav_sizes(directed),
            verdicts.usage(streamed),
            verdicts.retry_after(self._limited, self._report.calls),
            verdicts.redirect(directed),
            verdicts.error_body(wrong),
            verdicts.instructions_billed(directed, streamed, TEXT, INSTRUCTIONS),
            verdicts.han_billed(streamed, TEXT),
            verdicts.first_sound(streamed),
            verdicts.realtime_factor(streamed),
        ]
        return self._report

    def _call(
        self, text: str, *, stream: bool = False, instructions: str = "", voice: str = ""
    ) -> Seen | None:
        """One call; None once the endpoint wants no more of us (a token withdrawn, an account in arrears)."""
        if self._over:
            return None
        line = Line(text, voice or self._voice, "Auto", instructions)
        seen = self._counted(line, stream)
        if isinstance(seen.error, Busy):
            self._limited.append(seen)
            self._wait(min(seen.error.retry_after_s or _USUAL_WAIT_S, _LONGEST_WAIT_S))
            seen = self._counted(line, stream)
            self._over = isinstance(seen.error, Busy)
        self._over = self._over or (isinstance(seen.error, Stopped) and not voice)
        return seen

    def _counted(self, line: Line, stream: bool) -> Seen:
        seen = self._observer.call(line, stream=stream)
        self._report.calls += 1
        self._report.characters += verdicts.cost(seen, line.spoken)
        return seen

    def _limit(self) -> list[Finding]:
        """The limit by a text that is too long in every unit, then its unit."""
        question, letters = "How much text does one call take?", f"{LIMIT + 1} ASCII letters"
        seen = self._call(text_of(LIMIT + 1, han=False))
        if seen is None or not isinstance(seen.error, TooLong):
            spoken = seen is not None and seen.error is None
            answer = f"more than {LIMIT}" if spoken else UNKNOWN
            evidence = verdicts.why(seen, f"{letters} were spoken.")
            return [Finding("limit", question, answer, evidence), _unit(None, "No limit was met.")]
        named = seen.error.limit
        evidence = f"{letters} were refused, {f'{named} was named' if named else 'no number was named'}."
        limit = named or LIMIT
        found = Finding("limit", question, str(limit), evidence, limit)
        if not _SMALLEST_LIMIT <= limit <= LIMIT:
            return [
                found,
                _unit(None, f"With a limit of {limit} it would cost more to ask than was said before."),
            ]
        return [found, self._settled(limit)]

    def _settled(self, limit: int) -> Finding:
        """Up to three texts of Han, each too long in some units only; it stops as soon as one unit is left.

        A unit counts as settled only when a text was refused that it forbids and one was spoken that it allows.
        """
        notes: list[str] = []
        fits = self._fits(limit // 2 + 1, notes)
        if fits:
            return _unit("characters", "; ".join(notes))
        unit, most = None, 0
        if fits is False:
            fits = self._fits(_between(limit), notes)
            unit, most = ("weighted", limit // 2) if fits else ("bytes", limit // 3)
        settled = fits is not None and unit is not None and self._fits(most, notes) is True
        return _unit(unit if settled else None, "; ".join(notes))

    def _fits(self, han: int, notes: list[str]) -> bool | None:
        """Whether so many Han are taken; None for an answer that says nothing about their length."""
        seen = self._call(text_of(han, han=True))
        if seen is None or (seen.error is not None and not isinstance(seen.error, TooLong)):
            notes.append(f"{han} Han: {verdicts.why(seen, '')}")
            return None
        notes.append(f"{han} Han: {'too long' if seen.error else 'spoken'}")
        return seen.error is None


def _unit(unit: str | None, evidence: str) -> Finding:
    return Finding("limit_unit", "In which unit is that?", _UNITS.get(unit or "", UNKNOWN), evidence, unit)


def _between(limit: int) -> int:
    """How many Han are within the limit by weight (2 each) and past it in bytes (3 each)."""
    return limit * 5 // 12
