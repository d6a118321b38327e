"""The docs lead somewhere: every page, link, command and make target; and what they say to press stands in a page."""

import html
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import ROOT, named, python_files
from tests.journeys import pictures

DOCS = ROOT / "docs"
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):.*## ", re.MULTILINE)
BOLD = re.compile(r"\*\*([^*]+)\*\*")

# Keys, in the words of the guide; static/js/keys.js draws them.
KEYS = re.compile(r"(Ctrl\+|Shift\+|Alt\+)?([A-Z]|Space|Enter|Esc|Del|[\[\].?]|[↑↓←→])")


def pages() -> list[Path]:
    """Every page that people read in the repository."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def words(page: Path) -> str:
    """The text of a page without its blocks of code."""
    return FENCED.sub("", page.read_text())


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The relative links of a page: where each leads, and the heading that it names."""
    for link in LINK.findall(words(page)):
        if "://" not in link and not link.startswith("mailto:"):
            path, _, heading = link.partition("#")
            yield (page.parent / path).resolve() if path else page, heading


def headings(page: Path) -> set[str]:
    """The headings of a page, as addresses name them."""
    found = HEADING.findall(words(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def everything() -> str:
    """What a reader can read: the pages of docs, decisions left out."""
    return "\n".join(page.read_text() for page in pages() if page.parent.name != "adr")


def test_every_link_leads_somewhere() -> None:
    dead = [
        f"{named(page)}: {path.name}#{heading}"
        for page in pages()
        for path, heading in links(page)
        if not path.exists() or (heading and heading not in headings(path))
    ]
    assert dead == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        here = ahead.pop()
        if here not in reached:
            reached.add(here)
            ahead += _onward(here)
    assert [named(page) for page in pages() if page not in reached] == [], "link these from docs/README.md"


def _onward(here: Path) -> list[Path]:
    """Where a reader comes from here. A folder, such as that of the decisions, shows all that is in it."""
    if here.is_dir():
        return sorted(here.glob("*.md"))
    return [path for path, _ in links(here)] if here.suffix == ".md" else []


def test_the_pictures_are_those_that_journeys_take() -> None:
    shown = {path for page in pages() for path, _ in links(page) if path.parent == pictures.FOLDER}
    taken = {pictures.path_of(name) for name in pictures.IN_DOCS.values()}
    assert shown == taken == set(pictures.FOLDER.iterdir()), "see tests/journeys/pictures.py"


def test_every_command_is_told_of() -> None:
    folders = (ROOT / top for top in ("narrator", "projects"))
    ours = {path.stem for top in folders for path in top.rglob("management/commands/[a-z]*.py")}
    assert {"studio", "narrate"} <= ours
    told = everything()
    assert {name for name in ours if f"manage.py {name}" not in told} == set(), (
        "tell of them in docs/operate.md"
    )


def test_every_make_target_is_told_of() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    assert {"run", "test"} <= targets
    told = everything()
    assert {name for name in targets if not re.search(rf"\bmake {name}\b", told)} == set()


def test_what_the_guide_says_to_press_stands_in_a_page() -> None:
    shown = _shown()
    missing = [
        f"{page.name}: {phrase}"
        for page in sorted((DOCS / "guide").glob("*.md"))
        for phrase in BOLD.findall(words(page))
        if not KEYS.fullmatch(phrase) and not all(part in shown for part in _parts(phrase))
    ]
    assert missing == [], "no template says this; terms of docs/words.md may stand in bold, too"


def test_what_the_operator_reads_is_said() -> None:
    rows = re.findall(r"^\| \*(.+?)\* \|", (DOCS / "operate.md").read_text(), re.MULTILINE)
    assert len(rows) > 10, "where is the table of sentences?"
    said = _said()
    missing = [row for row in rows for part in re.split("…", row) if not all(p in said for p in _parts(part))]
    assert missing == [], "nothing says this any more"


def _said() -> str:
    """Every sentence of the code and of the pages; strings that go on in the next line are joined."""
    code = "\n".join(path.read_text() for path in python_files())
    return _plain(re.sub(r'"\s*\n\s*f?"', "", code)) + _shown()


def _shown() -> str:
    """What pages say, by templates or by hand, and the terms: without markup, in small letters, each gap closed."""
    said = "\n".join(path.read_text() for path in sorted((ROOT / "templates").rglob("*.html")))
    said = re.sub(r"\{\{[^}]*\|pluralize\s*\}\}", "s", said)
    said = re.sub(r'\{% translate "([^"]*)"[^%]*%\}', r"\1", said)
    said = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", html.unescape(said))
    code = [path for one in ("forms/*.py", "views/*_html.py") for path in (ROOT / "projects").glob(one)]
    return _plain("\n".join([said, *(path.read_text() for path in [*sorted(code), DOCS / "words.md"])]))


def _parts(phrase: str) -> list[str]:
    """A phrase as templates have it: what stands around its numbers."""
    return [part for part in (_plain(part) for part in re.split(r"[\d,.]*\d", phrase)) if part]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.lower().replace("’", "'").replace("…", "")).strip()


def test_the_architecture_tells_of_what_is_there() -> None:
    told = (DOCS / "architecture.md").read_text()
    assert {name for name in _engines() if f"{name}/" not in told} == set(), (
        "draw them in docs/architecture.md"
    )
    told += (DOCS / "ways.md").read_text()
    names = re.findall(r"`(actions|views|models|audio|speech|api)\.([a-z_]+)", told)
    assert len(names) > 50
    gone = {f"{top}.{name}" for top, name in names if not _is_module(ROOT / "projects" / top / name)}
    assert gone == set()


def _engines() -> set[str]:
    """The engines, as their layer of the work names them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one.get("containers") == ["projects"])
    return next(set(layer.split(" | ")) for layer in layers if "speech" in layer)


def _is_module(path: Path) -> bool:
    return path.is_dir() or path.with_suffix(".py").is_file()
