"""What reading a book of the size of Moby-Dick costs, in each format: CPU and wall time, memory of a fresh process.

The books are built here: 1.2 million characters in 135 chapters. The limit is the issue's 3 s. Beside each stands the
same process doing nothing but starting, so that what the reader itself takes is seen.
"""

import json
import random
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

CHARACTERS, CHAPTERS = 1_200_000, 135
SOUNDS = "ka lo mir ten dra sel un be tor ish vane wick ster ham low ing ed er ly ous en ter con pre dis ful"
READ = """
import json, os, resource, sys, time
from pathlib import Path
import projects.manuscript.reading as reading
def used():
    return sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime for who in (0, -1))
before, began, path = used(), time.perf_counter(), sys.argv[1]
found = reading.read(Path(path)) if path else None
peak = [resource.getrusage(who).ru_maxrss // 1024 for who in (0, -1)]
print(json.dumps({
    "cpu_s": used() - before, "wall_s": time.perf_counter() - began, "peak_mib": peak,
    "chapters": len(found.ticked_chapters) if found else 0,
    "lines": sum(len(c.paragraphs) for c in found.ticked_chapters) if found else 0,
    "characters": sum(c.characters for c in found.ticked_chapters) if found else 0,
}))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        idle = _read("")
        print(f"  idle process: {idle['peak_mib'][0]} MiB")
        for path in _books(Path(folder)):
            got = _read(str(path))
            reader = f" and {got['peak_mib'][1]} MiB in PDFium's own process" if path.suffix == ".pdf" else ""
            print(
                f"  {path.suffix[1:]:4} {path.stat().st_size / 1e6:4.1f} MB: CPU {got['cpu_s']:.2f} s, "
                f"wall {got['wall_s']:.2f} s, peak {got['peak_mib'][0]} MiB{reader}; {got['chapters']} chapters, "
                f"{got['lines']:,} lines, {got['characters']:,} characters"
            )


def _read(path: str) -> dict:
    done = subprocess.run([sys.executable, "-c", READ, path], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def _books(folder: Path) -> list[Path]:
    from tests.manuscript import pdf_files, samples, word_files  # they need the repository's root

    chapters = _chapters()
    text = "\n\n\n".join(
        f"{title}\n\n" + "\n\n".join(textwrap.fill(paragraph, 72) for paragraph in paragraphs)
        for title, paragraphs in chapters
    )
    pages = {
        f"c{number}.xhtml": samples.page(f"<h2>{title}</h2>" + "".join(f"<p>{one}</p>" for one in paragraphs))
        for number, (title, paragraphs) in enumerate(chapters)
    }
    toc = "".join(samples.point(title, f"c{number}.xhtml") for number, (title, _) in enumerate(chapters))
    body = [
        word_files.para(words, style="" if number else "berschrift1")
        for title, paragraphs in chapters
        for number, words in enumerate((title, *paragraphs))
    ]
    contents = {
        "book.txt": text.encode(),
        "book.epub": samples.epub(pages, toc=toc),
        "book.docx": word_files.docx(*body),
        "book.pdf": pdf_files.pdf(pdf_files.set_pages(chapters, head="THE WHALE")),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in contents]


def _chapters() -> list[tuple[str, list[str]]]:
    dice = random.Random(1851)
    words = ["".join(dice.choices(SOUNDS.split(), k=dice.choice((1, 1, 2, 2, 3)))) for _ in range(6000)]
    each = CHARACTERS // CHAPTERS
    return [(f"Chapter {number}", _paragraphs(dice, words, each)) for number in range(1, CHAPTERS + 1)]


def _paragraphs(dice: random.Random, words: list[str], characters: int) -> list[str]:
    found: list[str] = []
    while sum(map(len, found)) < characters:
        sentences = (
            " ".join(dice.choices(words, k=dice.randint(4, 30))).capitalize() + "."
            for _ in range(dice.randint(1, 5))
        )
        found.append(" ".join(sentences))
    return found


if __name__ == "__main__":
    main()
