"""What comparing a new version of a book of 10,000 paragraphs with the old one costs: CPU, and the peak of memory."""

import random
import resource
import time

from projects.merging.book import Book
from projects.merging.units import State, compare

SYLLABLES = ["ka", "lo", "mir", "ten", "dra", "sel", "un", "be", "tor", "ish", "vane", "wick"]
ACTS = ["reword", "reword", "delete", "write", "move"]
PARAGRAPHS, CHAPTERS = 10_000, 100


def main() -> None:
    dice = random.Random(1851)
    words = ["".join(dice.choices(SYLLABLES, k=dice.choice((1, 2, 2, 3)))) for _ in range(8000)]
    chapters = [[_paragraph(dice, words) for _ in range(PARAGRAPHS // CHAPTERS)] for _ in range(CHAPTERS)]
    base, ours = _book(chapters), _book(_revised(dice, words, chapters, 0.02))
    for share in (0.0, 0.05, 0.3, 1.0):
        theirs = _book(_revised(dice, words, chapters, share))
        began = time.process_time()
        found = compare(base, ours, theirs)
        cpu_s = time.process_time() - began
        kept = sum(unit.state is State.KEPT for unit in found.units)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"  {share:4.0%} of {PARAGRAPHS:,} revised: CPU {cpu_s:.2f} s, {peak} MiB; {kept:,} are as they were"
        )


def _book(chapters: list[list[str]]) -> Book:
    return Book(tuple((f"Chapter {n}", tuple(texts)) for n, texts in enumerate(chapters, start=1)))


def _paragraph(dice: random.Random, words: list[str]) -> str:
    if dice.random() < 0.1:
        return dice.choice(["“Yes.”", "“No.”", "He nodded."])
    return " ".join(dice.choices(words[:200], k=20) + dice.choices(words, k=20)) + "."


def _revised(
    dice: random.Random, words: list[str], chapters: list[list[str]], share: float
) -> list[list[str]]:
    """This share of the paragraphs reworded, deleted, written or moved."""
    found: list[list[str]] = [[] for _ in chapters]
    for number, texts in enumerate(chapters):
        for text in texts:
            act = (
                dice.choice(["reword", "reword", "delete", "write", "move"]) if dice.random() < share else ""
            )
            if act == "delete":
                continue
            if act == "write":
                found[number].append(_paragraph(dice, words))
            if act == "reword":
                said = text.split()
                said[dice.randrange(len(said))] = "otherwise"
                text = " ".join(said)
            to = dice.choice(found) if act == "move" else found[number]
            to.append(text)
    return found


if __name__ == "__main__":
    main()
