"""Who may import whom: the contracts in pyproject.toml, kept."""

import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT


def test_the_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 kept, 0 broken" in done.stdout, "a contract has come or gone: say so here, too"
