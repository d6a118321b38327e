"""Every environment variable that is read stands in the README's settings table, and the other way round."""

import ast
import re
from pathlib import Path

from tests.house.tree import ROOT

READERS = ("narrator/settings.py", "narrator/places.py")
ROW = re.compile(r"^\|\s*((?:`[A-Z][A-Z0-9_]+`[,\s/]*)+)\s*\|", re.MULTILINE)

# The studio gives these to its children; nobody sets them by hand.
INTERNAL = {"NARRATOR_SPEECH_IS_STANDIN", "NARRATOR_BROKER_TIMEOUT", "NARRATOR_DATABASE_PATIENCE"}


def variables_read(path: Path) -> set[str]:
    """Return the names given to env.…("NAME") and os.environ in this file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[0] in ("env", "os"):
            is_env = ast.unparse(node.func).startswith(("env.", "os.environ.", "os.getenv"))
            first = node.args[0] if node.args else None
            if is_env and isinstance(first, ast.Constant) and isinstance(first.value, str):
                names.add(first.value)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            names.add(str(ast.literal_eval(node.slice)))
    return names


def read() -> set[str]:
    names: set[str] = set()
    return names.union(*(variables_read(ROOT / reader) for reader in READERS))


def in_the_readme() -> set[str]:
    """Return the names in the first column of the README's tables."""
    readme = ROOT / "README.md"
    assert readme.is_file(), "there is no README.md with a table of settings yet"
    return {name for row in ROW.findall(readme.read_text()) for name in re.findall(r"[A-Z][A-Z0-9_]+", row)}


def test_the_readers_read() -> None:
    assert {"PORT", "DATABASE_URL", "NARRATOR_DATA_DIR"} <= read()


def test_the_readme_names_every_setting() -> None:
    assert read() - INTERNAL - in_the_readme() == set(), "add these to README.md's settings table"


def test_the_readme_names_no_setting_that_is_gone() -> None:
    places = [
        ROOT / "Makefile",
        *(p for top in ("narrator", "projects", "tests") for p in (ROOT / top).rglob("*.py")),
    ]
    everything = "\n".join(path.read_text() for path in places)
    assert {name for name in in_the_readme() if name not in everything} == set()
