"""Asks the database of known vulnerabilities (OSV) about every locked dependency: bin/audit.py locks/*.lock.

Exits 1 where one is known, each with its name. Without a network it says so and exits 0: what can be checked on a
train is checked. Only names and versions are sent. OSV_URL names another service that speaks the same.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import requests

URL = os.environ.get("OSV_URL", "https://api.osv.dev")
TIMEOUT_S = 10
AT_ONCE = 500
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
# What is known and does no harm here, each with the reason.
ACCEPTED: dict[str, str] = {}


def locked(paths: Iterable[str]) -> list[tuple[str, str]]:
    """The names and versions that the lock files pin, each once."""
    return sorted({found for path in paths for found in PINNED.findall(Path(path).read_text())})


def known(pins: list[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Name, version and vulnerability of each that is known. Raises requests.RequestException."""
    for start in range(0, len(pins), AT_ONCE):
        part = pins[start : start + AT_ONCE]
        queries = [
            {"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in part
        ]
        answer = requests.post(f"{URL}/v1/querybatch", json={"queries": queries}, timeout=TIMEOUT_S)
        answer.raise_for_status()
        for (name, version), result in zip(part, answer.json()["results"], strict=True):
            for one in result.get("vulns", ()):
                yield name, version, one["id"]


def main(paths: list[str]) -> int:
    pins = locked(paths)
    try:
        found = [one for one in known(pins) if one[2] not in ACCEPTED]
    except requests.RequestException as error:
        print(
            f"audit: not asked about {len(pins)} dependencies, {URL} does not answer ({type(error).__name__})"
        )
        return 0
    for name, version, vulnerability in found:
        print(f"audit: {name} {version} has {vulnerability}: https://osv.dev/vulnerability/{vulnerability}")
    print(f"audit: {len(pins)} dependencies, {len(found)} known vulnerabilities")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
