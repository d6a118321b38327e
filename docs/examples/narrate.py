"""Narrate a file through Narrator's API, from the manuscript to the finished audiobook. Needs requests, and a token
with the scopes projects:write, runs:write and exports:write.

    NARRATOR_TOKEN=narrator_… python narrate.py http://127.0.0.1:8000 book.epub Neil book.m4b
"""

import hashlib
import os
import sys
import time
from pathlib import Path
from typing import Any

import requests

PATIENCE_S = 2


class Narrator:
    """The API of one studio. Whatever creates or costs is sent with a key: sent again, it is not done again."""

    def __init__(self, studio: str, token: str) -> None:
        self.home = f"{studio.rstrip('/')}/api/v1"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, address: str, **options: Any) -> Any:
        """The answer as JSON; waits where the studio is busy, and ends with its sentence where it refuses."""
        while True:
            answer = self.session.request(method, f"{self.home}{address}", timeout=120, **options)
            if answer.status_code not in (429, 503):
                break
            time.sleep(float(answer.headers.get("Retry-After", PATIENCE_S)))
        if not answer.ok:
            raise SystemExit(answer.json()["detail"])
        return answer.json()

    def get(self, address: str, **query: Any) -> Any:
        return self.ask("GET", address, params=query)

    def make(self, address: str, body: dict[str, Any], key: str) -> Any:
        return self.ask("POST", address, json=body, headers={"Idempotency-Key": key})

    def every(self, address: str) -> Any:
        """All items of a list, page by page."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(address, **cursor)
            yield from page["items"]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}


def narrate(studio: Narrator, book: Path, voice: str, out: Path) -> None:
    """Import the book, generate each chapter, export it and save the file."""
    data = book.read_bytes()
    # The same file goes on where a run before was interrupted, for a day.
    key = hashlib.sha256(data + voice.encode()).hexdigest()[:32]
    team = next(one for one in studio.get("/me")["teams"] if one["role"] in ("owner", "admin", "editor"))
    found = studio.ask(
        "POST",
        "/manuscripts",
        data={"team_id": team["id"]},
        files={"file": (book.name, data)},
        headers={"Idempotency-Key": key},
    )
    print(f"{found['title']}: {len(found['chapters'])} chapters, {found['cost']['lines']} lines")
    project = studio.make(f"/manuscripts/{found['id']}/project", {"voice": voice}, key + "-project")
    for script in studio.every(f"/projects/{project['id']}/scripts"):
        generate(studio, script)
    wanted = {"format": out.suffix.lstrip(".")}
    export = studio.make(f"/projects/{project['id']}/exports", wanted, key + out.suffix)
    while export["status"] in ("queued", "running"):
        time.sleep(PATIENCE_S)
        export = studio.get(f"/exports/{export['id']}")
    if export["status"] != "ready":
        raise SystemExit(export["error_reason"] or f"The export was {export['status']}.")
    save(studio, f"/exports/{export['id']}/file", out)
    print(f"{out}: {export['duration_ms'] / 1000:.0f} s")


def generate(studio: Narrator, script: dict[str, Any]) -> None:
    """Generate what a chapter lacks, at the price that the studio estimates, and wait for it."""
    address = f"/scripts/{script['id']}"
    cost = studio.get(f"{address}/estimate")
    print(f"{script['title']}: {cost['amount_micro'] / 1_000_000:.2f} {cost['currency']}")
    studio.ask("POST", f"{address}/runs", json={"agreed_micro": cost["amount_micro"]})
    while (script := studio.get(address))["active_count"]:
        time.sleep(PATIENCE_S)
    if script["ready_count"] < script["line_count"]:
        failed = [line for line in studio.every(f"{address}/lines") if line["state"] != "ready"]
        reasons = "\n".join(f"{line['text'][:60]}: {line['error'] or line['state']}" for line in failed)
        raise SystemExit(f"{script['title']} is not complete:\n{reasons}")


def save(studio: Narrator, address: str, out: Path) -> None:
    """Download to a name that the file gets when it is whole."""
    beside = out.with_name(out.name + ".part")
    with studio.session.get(f"{studio.home}{address}", stream=True, timeout=120) as answer:
        answer.raise_for_status()
        with beside.open("wb") as file:
            for block in answer.iter_content(1 << 20):
                file.write(block)
    beside.replace(out)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    narrate(
        Narrator(sys.argv[1], os.environ["NARRATOR_TOKEN"]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    )
