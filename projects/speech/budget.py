"""How long a text may be, and what it costs: the two ways in which the endpoint counts.

Only counting. Where a text that is too long is cut is splitting.py's business.
"""

import bisect
from dataclasses import dataclass
from typing import Literal

# Script=Han of the Unicode character database (17.0): radicals, the iteration mark, zero, numerals, the unified
# ideographs with extensions A to J, and the compatibility ideographs. Kana, hangul and punctuation are not Han.
_HAN_RANGES = (
    (0x2E80, 0x2E99), (0x2E9B, 0x2EF3), (0x2F00, 0x2FD5), (0x3005, 0x3005), (0x3007, 0x3007), (0x3021, 0x3029),
    (0x3038, 0x303B), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFA6D), (0xFA70, 0xFAD9), (0x16FE2, 0x16FE3),
    (0x16FF0, 0x16FF6), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81D), (0x2B820, 0x2CEAD),
    (0x2CEB0, 0x2EBE0), (0x2EBF0, 0x2EE5D), (0x2F800, 0x2FA1D), (0x30000, 0x3134A), (0x31350, 0x33479),
)  # fmt: skip
_HAN_STARTS = [first for first, _last in _HAN_RANGES]
_SMALLEST_LIMIT = 16  # below it a single written character may not fit, and no cut could help


def is_han(char: str) -> bool:
    """Whether one character is a Han ideograph (Chinese, kanji, hanja)."""
    point = ord(char)
    at = bisect.bisect_right(_HAN_STARTS, point) - 1
    return at >= 0 and point <= _HAN_RANGES[at][1]


def billing_characters(text: str) -> int:
    """What the endpoint charges for a text: Han 2, everything else 1 (contract.md 4.2). Counts the text as given."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for char in text if char >= "⺀" and is_han(char))


Unit = Literal["bytes", "weighted", "characters"]


@dataclass(frozen=True)
class Budget:
    """How much text one call may carry. The default, 600 UTF-8 bytes, is safe under every reading of the limit.

    unit: "bytes" (UTF-8), "weighted" (as billed: Han 2) or "characters" (code points). Raises ValueError for a
    limit under 16 or an unknown unit.
    """

    limit: int = 600
    unit: Unit = "bytes"

    def __post_init__(self) -> None:
        if self.unit not in ("bytes", "weighted", "characters"):
            raise ValueError(f"The unit of a budget is bytes, weighted or characters, not {self.unit!r}.")
        if self.limit < _SMALLEST_LIMIT:
            raise ValueError(f"The limit of a budget is {_SMALLEST_LIMIT} or more, not {self.limit}.")

    def measure(self, text: str) -> int:
        """The size of a text in this budget's unit, as given: normalise it first (Line does)."""
        if self.unit == "bytes":
            return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        return billing_characters(text) if self.unit == "weighted" else len(text)

    def fits(self, text: str) -> bool:
        return self.measure(text) <= self.limit
