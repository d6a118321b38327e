"""Subtitles as a script: cues joined to sentences, voices, sounds."""

import pytest

from projects.manuscript import reading
from projects.manuscript.manuscript import Form, Kind, Manuscript, Unreadable

SRT = """1
00:00:01,000 --> 00:00:02,500
<i>The road went down</i>

2
00:00:02,600 --> 00:00:04,000 X1:1
{\\an8}to the river.

3
00:00:09,000 --> 00:00:10,000
[door slams]

4
00:00:11,000 --> 00:00:12,000
- Who is there?
- ANNA: Me. [sighs]

5
00:00:20,000 --> 00:00:21,000
He stopped

6
00:01:20,000 --> 00:01:21,000
because it rained.
"""
VTT = """WEBVTT - a talk

STYLE
::cue { color: red }

NOTE nobody reads this

00:01.000 --> 00:02.000 align:start position:0%
<v.loud Ann Miller>Hello &amp; <c.yellow>welcome</c>

intro
00:02.100 --> 00:03.000
to the show.

00:03.000 --> 00:04.000
<v Ben>Thank<00:03.500> you.
"""


def read(text: str, name: str) -> Manuscript:
    return reading.read_bytes(text.encode(), name)


def test_cues_become_sentences_and_sounds_stay_apart() -> None:
    found = read(SRT, "my_film.srt")
    assert (found.form, found.title) == (Form.SUBTITLES, "My film")
    assert [(p.text, p.kind, p.speaker) for p in found.chapters[0].passages] == [
        ("The road went down to the river.", Kind.PROSE, ""),
        ("[door slams]", Kind.CUE, ""),
        ("Who is there?", Kind.PROSE, ""),
        ("Me.", Kind.PROSE, "ANNA"),
        ("He stopped", Kind.PROSE, ""),
        ("because it rained.", Kind.PROSE, ""),
    ]


def test_voices_of_webvtt_are_speakers() -> None:
    passages = read(VTT, "a.vtt").chapters[0].passages
    assert [(p.text, p.speaker, p.confidence) for p in passages] == [
        ("Hello & welcome to the show.", "Ann Miller", 1.0),
        ("Thank you.", "Ben", 1.0),
    ]


def test_captions_that_roll_are_not_read_twice() -> None:
    rolling = "".join(
        f"00:0{n}.000 --> 00:0{n + 1}.000\n{before}\n{now}\n\n"
        for n, (before, now) in enumerate((("one", "two"), ("two", "three"), ("three", "four.")))
    )
    assert [p.text for p in read(f"WEBVTT\n\n{rolling}", "a.vtt").chapters[0].passages] == [
        "one two three four."
    ]


@pytest.mark.parametrize("text", [SRT, VTT])
def test_they_are_known_by_their_looks(text: str) -> None:
    assert reading.read_text(text).form is Form.SUBTITLES


def test_a_file_without_cues_is_refused() -> None:
    with pytest.raises(Unreadable, match="no cues"):
        read("WEBVTT\n\nNOTE nothing", "a.vtt")
