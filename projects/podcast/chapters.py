"""The chapters of an episode as the podcast namespace's JSON."""

import json
from collections.abc import Iterable

MEDIA_TYPE = "application/json+chapters"
VERSION = "1.2.0"


def chapters(marks: Iterable[tuple[str, int, int]]) -> bytes:
    """Titles with from when to when they are heard, in ms."""
    rows = [
        {"startTime": start_ms / 1000, "endTime": end_ms / 1000, "title": title}
        for title, start_ms, end_ms in marks
    ]
    return json.dumps({"version": VERSION, "chapters": rows}, ensure_ascii=False).encode()
