"""What another process has used: read from /proc, so on Linux only."""

import os
from pathlib import Path


def cpu_s(pid: int) -> float:
    """CPU seconds of all its threads so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Its memory (PSS: what it shares with others is counted in parts), MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    return float("nan")


def family(pid: int) -> list[int]:
    """A process, its children, theirs, and so on."""
    found = [pid]
    for one in found:
        for task in _threads(one):
            found += [int(child) for child in _of(task, "children").split()]
    return found


def family_cpu_s(pid: int) -> float:
    """CPU seconds, to the microsecond, of all threads of a process and its descendants that live now."""
    nanoseconds = 0
    for one in family(pid):
        for task in _threads(one):
            nanoseconds += int((_of(task, "schedstat").split() or ["0"])[0])
    return nanoseconds / 1e9


def _threads(pid: int) -> list[Path]:
    """The threads of a process; none where it has ended meanwhile."""
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return []


def _of(task: Path, name: str) -> str:
    """What /proc says of a thread; nothing where it has ended meanwhile."""
    try:
        return (task / name).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
