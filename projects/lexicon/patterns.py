"""People's own patterns, which may be slow for ever: each has a limit of time on each line (`regex` can, `re` not)."""

import functools
from collections.abc import Iterator

import regex

from projects.lexicon.entries import EXACT, Entry
from projects.sentences import gettext_noop as _

NO_PATTERN = _("This pattern cannot be read: %(why)s.")

# CPU time of one pattern on one line, and on one of the texts on which bad ones take for ever. A sound one takes some
# millionths of a second, one that looks for its end from each beginning 30 ms on a probe, one with a repetition within
# a repetition 600 ms at least: no machine is quick or slow enough to take one for the other.
PATIENCE_S = 0.1
PROBE_CHARACTERS = 600
SLOW = _(
    "This pattern takes too long. Make it simpler: two repetitions of the same letters in a row are often why."
)


@functools.lru_cache(maxsize=512)
def compiled(entry: Entry) -> "regex.Pattern[str]":
    """Raises ``regex.error`` for a pattern that is none."""
    return regex.compile(entry.written, 0 if entry.case == EXACT else regex.IGNORECASE)


def matches(entry: Entry, text: str) -> Iterator["regex.Match[str]"]:
    """Where a pattern matches, but nothing empty. Raises TimeoutError past its patience.

    It keeps the interpreter's lock: given away at each match, its patience would be over while others compute.
    """
    for match in compiled(entry).finditer(text, timeout=PATIENCE_S, concurrent=False):
        if match.end() > match.start():
            yield match


def said(entry: Entry, match: "regex.Match[str]") -> str:
    """What is said for a match: ``\\1`` stands for the first group."""
    return str(match.expand(entry.spoken)) if "\\" in entry.spoken else entry.spoken


def fault(entry: Entry) -> str:
    """Why this pattern cannot be used, as a sentence; empty where it can."""
    try:
        pattern = compiled(entry)
    except regex.error as error:
        return NO_PATTERN % {"why": error.msg}
    if not _has_groups(pattern, entry.spoken):
        return _("What is said names a group that the pattern does not have.")
    if pattern.fullmatch(""):
        return _("This pattern matches nothing at all, too. Write what has to be there.")
    return SLOW if _is_slow(pattern, entry.written) else ""


def _has_groups(pattern: "regex.Pattern[str]", spoken: str) -> bool:
    """Whether what is said can be written for any match; the empty text is made one, with the same groups."""
    empty = regex.match(f"(?:{pattern.pattern})?+", "", pattern.flags)
    try:
        return empty is not None and empty.expand(spoken) is not None
    except (regex.error, IndexError, KeyError):
        return False


def _is_slow(pattern: "regex.Pattern[str]", source: str) -> bool:
    """Whether the pattern takes too long on one of the texts that bad ones take for ever on."""
    try:
        for probe in _probes(source):
            for _ in pattern.finditer(probe, timeout=PATIENCE_S, concurrent=False):
                pass
    except TimeoutError:
        return True
    return False


def _probes(source: str) -> Iterator[str]:
    """Long runs of each character that the pattern names, and of usual ones, that end in something else."""
    named = "".join(dict.fromkeys(char for char in source if char.isalnum()))
    for run in dict.fromkeys([*named, named, "a", "A", "1", " ", "-", "a ", "ab", "1.", "Aa 1,"]):
        for end in ("!", "?") if run else ():
            yield (run * PROBE_CHARACTERS)[:PROBE_CHARACTERS] + f"{end} {named} ?!"
