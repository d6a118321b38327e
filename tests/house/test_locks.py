"""The lock files fix every package by hash, and name no host: each machine has its own way to the registries."""

import json
import re

import pytest

from tests.house.tree import ROOT, named

LOCKS = sorted((ROOT / "locks").glob("*.lock"))
NPM = ROOT / "tests" / "chromium" / "package-lock.json"
REQUIREMENT = re.compile(r"^[a-zA-Z0-9]")


def test_the_locks_are_there() -> None:
    assert [lock.stem for lock in LOCKS] == ["browser", "dev", "neural", "studio", "uv"]


@pytest.mark.parametrize("path", [*LOCKS, NPM, NPM.with_name("package.json")], ids=named)
def test_a_lock_names_no_host(path: object) -> None:
    text = path.read_text()  # type: ignore[attr-defined]
    assert "://" not in text
    assert "resolved" not in text


@pytest.mark.parametrize("path", LOCKS, ids=named)
def test_every_package_is_fixed_by_hash(path: object) -> None:
    blocks = re.split(r"\n(?=\S)", path.read_text().strip())  # type: ignore[attr-defined]
    packages = [block for block in blocks if REQUIREMENT.match(block)]
    assert len(packages) > 10 or path.stem == "uv"  # type: ignore[attr-defined]
    assert [
        block.split()[0] for block in packages if "==" not in block or "--hash=sha256:" not in block
    ] == []


def test_the_browser_is_fixed_by_hash() -> None:
    packages = json.loads(NPM.read_text())["packages"]
    assert "node_modules/@sparticuz/chromium" in packages
    assert [name for name, entry in packages.items() if name and not entry.get("integrity")] == []
