"""How long the spoken text of a whole book takes: 10,000 lines with 500 entries, and with everything expanded.

    python -m bench.lexicon

CPU seconds of one pass, warm. No database: what a page or a change adds to it is reading and writing the rows.
"""

import random
import time

from projects.lexicon import expansions
from projects.lexicon.entries import PATTERN, Entry
from projects.lexicon.lexicon import Lexicon

LINES, WORDS_A_LINE, ENTRIES = 10_000, 25, 500


def book() -> list[str]:
    """Lines of made-up words, a seventh of them with a name that the lexicon has, a tenth with a number."""
    chance = random.Random(7)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(12_000)]
    lines = []
    for n in range(LINES):
        line = chance.choices(words, k=WORDS_A_LINE)
        if n % 7 == 0:
            line[4] = f"Zor{n % ENTRIES}"
        if n % 10 == 0:
            line[9] = chance.choice(["1,234", "in 1984", "5 km", "Dr. Watson", "$5.50"])
        lines.append(f"{line[0].capitalize()} {' '.join(line[1:])}.")
    return lines


def seconds(lexicon: Lexicon, lines: list[str]) -> tuple[float, int]:
    """CPU seconds of a second pass, and how many lines it changes."""
    for line in lines:
        lexicon.say(line, "English")
    begun = time.process_time()
    changed = sum(1 for line in lines if lexicon.say(line, "English").changes)
    return time.process_time() - begun, changed


def main() -> None:
    lines = book()
    words = [Entry(f"zor{n}", f"zorro {n}") for n in range(ENTRIES)]
    patterns = [Entry(rf"\b(Mc|Mac{n})([A-Z]\w+)", r"\1 \2", PATTERN) for n in range(10)]
    for name, lexicon in (
        ("no entries", Lexicon()),
        (f"{ENTRIES} words", Lexicon(words)),
        (f"{ENTRIES} words and 10 patterns", Lexicon([*words, *patterns])),
        ("everything spoken in full", Lexicon((), expansions.of(expansions.KINDS))),
    ):
        took_s, changed = seconds(lexicon, lines)
        print(f"{name:<32} {took_s:6.3f} s CPU for {LINES:,} lines, {changed:,} of them changed")


if __name__ == "__main__":
    main()
