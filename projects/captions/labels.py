"""Labels for Audacity: a region for each line, named by its words."""

from collections.abc import Iterable


def audacity(rows: Iterable[tuple[float, float, str]]) -> str:
    """Rows of beginning, end (seconds) and name, as Audacity reads them: six digits, tabs between, one a line."""
    return "".join(f"{start:.6f}\t{end:.6f}\t{' '.join(name.split())}\n" for start, end, name in rows)
