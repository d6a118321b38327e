"""Chapters as files of their own, read by others than those who wrote them."""

import json
from pathlib import Path

import av

from projects.audio import chapters
from projects.audio.chapters import Chapter

FOUND = [Chapter("I; or = the #1 \\ “Zwei” 走", 0, 3_723_004), Chapter("Second\nline", 3_723_004, 3_800_000)]


def test_the_podcast_namespaces_json_counts_in_seconds() -> None:
    made = json.loads(chapters.podcast(FOUND, title="The Long Night", author="A. Writer"))
    assert made == {
        "version": "1.2.0",
        "title": "The Long Night",
        "author": "A. Writer",
        "chapters": [
            {"startTime": 0, "endTime": 3723.004, "title": FOUND[0].title},
            {"startTime": 3723.004, "endTime": 3800, "title": FOUND[1].title},
        ],
    }
    assert "author" not in json.loads(chapters.podcast(FOUND, title="T", author=""))


def test_podloves_json_counts_as_a_clock() -> None:
    made = json.loads(chapters.podlove(FOUND))
    assert [one["start"] for one in made] == ["00:00:00.000", "01:02:03.004"]
    assert [one["title"] for one in made] == [one.title for one in FOUND]


def test_ffmpeg_reads_its_own_format_whatever_the_titles_are(tmp_path: Path) -> None:
    path = tmp_path / "chapters.txt"
    path.write_text(chapters.ffmetadata(FOUND, title="A = B; #c", author="A\\Z"), encoding="utf-8")
    with av.open(str(path), format="ffmetadata") as container:
        found = container.chapters()
        assert container.metadata["title"] == "A = B; #c"
        assert container.metadata["artist"] == "A\\Z"
    assert [one["metadata"]["title"] for one in found] == [one.title for one in FOUND]
    spans = [(one["start"] * one["time_base"] * 1000, one["end"] * one["time_base"] * 1000) for one in found]
    assert spans == [(one.start_ms, one.end_ms) for one in FOUND]
