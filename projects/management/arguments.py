"""Readers of command line arguments, for argparse: each returns what was meant, or says what to write instead."""

import argparse
from collections.abc import Callable


def chapter_numbers(text: str) -> tuple[int, int]:
    """Read ``3`` or ``1-3`` as a first and a last chapter, counted from 1."""
    first, _, last = text.partition("-")
    try:
        numbers = int(first), int(last or first)
    except ValueError:
        raise argparse.ArgumentTypeError("write chapters as 3 or 1-3") from None
    if not 1 <= numbers[0] <= numbers[1]:
        raise argparse.ArgumentTypeError("write chapters as 3 or 1-3, the first not after the last")
    return numbers


def whole_number(text: str) -> int:
    """Read a whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("write a whole number from 1")
    return int(text)


def one_of(names: list[str]) -> Callable[[str], str]:
    """Return a reader of one of these names, in any case of letters."""

    def read(text: str) -> str:
        for name in names:
            if name.lower() == text.lower():
                return name
        raise argparse.ArgumentTypeError(f"choose one of: {', '.join(names)}")

    return read
