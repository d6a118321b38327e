"""Says in one sentence why this machine cannot make the .venv, and exits 1; silent where it can.

Run by `make` with whatever `python3` the machine has, so it keeps to syntax that old Pythons read.
"""

import importlib.util
import sqlite3
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Narrator needs Python 3.11 or newer, and %s is Python %d.%d. Install a newer one, "
        "then run: make PYTHON=/path/to/python3.11"
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )
if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
    sys.exit("This Python comes without venv. On Debian or Ubuntu install python3-venv, then run make again.")
if sqlite3.sqlite_version_info < (3, 35):
    sys.exit(
        "Narrator needs SQLite 3.35 or newer, and this Python brings %s. Use a Python that brings a newer one: "
        "make PYTHON=/path/to/python3.11" % sqlite3.sqlite_version
    )
