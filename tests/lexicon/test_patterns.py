"""People's own patterns: what cannot be read, has no such group, or would take for ever, is told in a sentence."""

import threading

import pytest

from projects.lexicon import patterns
from projects.lexicon.entries import PATTERN, Entry


def fault(written: str, spoken: str = "x") -> str:
    return patterns.fault(Entry(written, spoken, PATTERN))


@pytest.mark.parametrize("written", [r"(a+)+$", r"(\w+\s?)*x", r"(x+x+)+y", r"(?:a|aa)+$", r"(.|\s)*?\1z$"])
def test_patterns_that_take_for_ever_are_refused(written: str) -> None:
    assert fault(written) == patterns.SLOW or "cannot be read" in fault(written)


@pytest.mark.parametrize(
    "written", [r"(\d+)\s?km", r"Mc(?=[A-Z])", r"\b[A-Z]{2,}\b", r".*foo.*bar", r"No\. ?(\d+)"]
)
def test_sound_patterns_are_taken(written: str) -> None:
    assert fault(written) == ""


@pytest.mark.parametrize(
    ("written", "spoken", "said"),
    [
        ("(a", "x", "This pattern cannot be read: missing )."),
        ("(a)", r"\2", "What is said names a group that the pattern does not have."),
        ("(?P<n>a)", r"\g<m>", "What is said names a group that the pattern does not have."),
        ("a*", "x", "This pattern matches nothing at all, too. Write what has to be there."),
        ("a|(b)", r"\1", ""),
        ("(?P<n>a)", r"\g<n> \1 \g<0>", ""),
    ],
)
def test_what_is_wrong_is_said(written: str, spoken: str, said: str) -> None:
    assert fault(written, spoken) == said


def test_a_sound_pattern_matches_though_others_compute_meanwhile() -> None:
    entry, over = Entry(written=r"\bof\b", spoken="ov", kind=PATTERN), threading.Event()

    def compute() -> None:
        while not over.is_set():
            sum(range(1000))

    busy = [threading.Thread(target=compute) for _ in range(2)]
    for thread in busy:
        thread.start()
    try:
        assert sum(1 for _ in patterns.matches(entry, "of course " * 5_000)) == 5_000
    finally:
        over.set()
        for thread in busy:
            thread.join()
