"""Writes docs/states.md from the tables of allowed moves: python -m tests.house.states."""

import os
from collections.abc import Mapping

import django
from django.db.models import TextChoices

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from projects.models import archives, exports, money, runs, takes  # noqa: E402 - models can be imported only after the set-up
from tests.house.tree import ROOT, named  # noqa: E402

PAGE = ROOT / "docs" / "states.md"
HEAD = """# States

Written by `python -m tests.house.states` from the tables of allowed moves; a test compares. Change the tables, then
run it again. A status moves only by `move(to=…)`, a conditional update: whoever comes second finds no row to move.
"""

Moves = Mapping[str, frozenset[str]]


def page() -> str:
    """Return the whole of docs/states.md."""
    parts = [
        _section("A take", "projects/models/takes.py", takes.TakeStatus, takes.MOVES),
        _section("A run", "projects/models/runs.py", runs.RunState, runs.MOVES),
        _section("An export", "projects/models/exports.py", exports.ExportStatus, exports.MOVES),
        _section("An archive", "projects/models/archives.py", archives.ArchiveStatus, archives.MOVES),
        _section("A call", "projects/models/money.py", money.CallState, money.MOVES),
    ]
    return "\n".join([HEAD, *parts])


def _section(title: str, source: str, statuses: type[TextChoices], moves: Moves) -> str:
    order = list(statuses)
    lines = [f"## {title}", "", f"From `{source}`.", "", "```mermaid", "stateDiagram-v2"]
    lines.append(f"    [*] --> {order[0]}")
    for status in order:
        lines += [f"    {status} --> {target}" for target in order if target in moves[status]]
    lines += [f"    {status} --> [*]" for status in order if not moves[status]]
    lines += ["```", "", "| status | shown as | may become |", "| --- | --- | --- |"]
    for status in order:
        targets = ", ".join(f"`{target}`" for target in order if target in moves[status])
        lines.append(f"| `{status}` | {status.label} | {targets or 'nothing: it is final'} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"wrote {named(PAGE)}")
