"""Captions of lines: how they are broken, how long they stay, what stands in the files; read by FFmpeg, too."""

import io
import json
from itertools import pairwise

import av
import pytest

from projects.captions import labels, moments, subtitles, transcripts
from projects.captions.breaking import LINES, WIDE_WIDTH, WIDTH, Caption, captions, room
from projects.captions.lines import Chapter, Spoken
from projects.speech.sentences import sentences

TRAVELLER = (
    "The Time Traveller (for so it will be convenient to speak of him) was expounding a recondite matter to us. His"
    " pale grey eyes shone and twinkled, and his usually pale face was flushed and animated. “No,” he said; “it’s"
    " simply this: that Space, as our mathematicians have it, is spoken of as having three dimensions.”"
)
DREAM = (
    "此开卷第一回也。作者自云：因曾历过一番梦幻之后，故将真事隐去，而借「通灵」之说，撰此《石头记》一书也。"
)
MELOS = "メロスは激怒した。必ず、かの邪智暴虐の王を除かなければならぬと決意した。メロスには政治がわからぬ。"


def spoken(text: str, start_ms: int = 0, ms_a_letter: int = 65, **more: object) -> Spoken:
    parts = tuple(sentences(text))
    return Spoken(parts, start_ms, start_ms + len(text) * ms_a_letter, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        (TRAVELLER, WIDTH),
        (TRAVELLER, 32),
        (DREAM, WIDE_WIDTH),
        (MELOS, WIDE_WIDTH),
        ("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz und " * 2, WIDTH),
        ("See https://example.org/" + "a/very/long/path/" * 8, WIDTH),
        ("A verse\nof two lines,\nor three.", WIDTH),
    ],
    ids=lambda value: str(value)[:12],
)
def test_captions_keep_to_the_conventions_and_lose_no_letter(text: str, width: int) -> None:
    line = spoken(text, 1000, 180 if width == WIDE_WIDTH else 65)
    found = captions([line], width)
    assert "".join("".join(caption.lines) for caption in found).replace(" ", "") == "".join(text.split())
    assert all(1 <= len(caption.lines) <= LINES for caption in found)
    assert max(room(row) for caption in found for row in caption.lines) <= width
    assert (found[0].start_ms, found[-1].end_ms >= line.end_ms) == (1000, True)
    assert all(one.start_ms < one.end_ms <= two.start_ms for one, two in pairwise(found))
    assert max(caption.end_ms - caption.start_ms for caption in found) <= 8000
    assert [caption.is_estimated for caption in found] == [False] + [True] * (len(found) - 1)


def test_captions_end_at_sentences_and_clauses_and_never_at_a_word_that_leans_on_the_next() -> None:
    found = captions([spoken(TRAVELLER)])
    assert [caption.text[-1] for caption in found] == [")", ",", ".", ":", "”"]
    upper = [caption.lines[0].split()[-1] for caption in found if len(caption.lines) == LINES]
    assert upper
    assert not set(upper) & {"a", "the", "of"}
    short = captions([spoken("No. Never. He went.")])
    assert [caption.text for caption in short] == ["No. Never. He went."], (
        "three sentences of a second are one caption"
    )


def test_a_sentence_begins_after_the_pause_that_is_heard_nearby() -> None:
    line = Spoken(("It was late. ", "Nobody came."), 1000, 5000, pauses=((2600, 3400),))
    first, second = moments.words(line)[2], moments.words(line)[3]
    assert (first.text, first.end_ms, second.text, second.start_ms) == ("late. ", 2600, "Nobody ", 3400)
    assert "".join(word.text for word in moments.words(line)) == line.text
    far = Spoken(line.sentences, 1000, 5000, pauses=((1100, 1300),))
    assert moments.words(far)[3].start_ms == pytest.approx(3000, abs=150)


def test_a_caption_stays_until_it_is_read_where_the_next_one_leaves_the_time() -> None:
    quick, after, last = captions(
        [
            Spoken(("Nobody came to the door.",), 0, 600),
            Spoken(("No.",), 900, 1000),
            Spoken(("Yes.",), 9000, 9100),
        ]
    )
    assert (quick.end_ms, after.end_ms, last.end_ms) == (900, 1900, 10_000)


def test_srt_and_webvtt_say_who_speaks_where_several_do() -> None:
    lines = [
        spoken("“Well?”", 500, speaker="Filby & Co"),
        spoken("He went on <slowly> --> on.", 2000, speaker="Narrator"),
        spoken("Nobody came.", 5000, speaker="Narrator"),
    ]
    srt, vtt = (make(captions(lines)) for make in (subtitles.srt, subtitles.vtt))
    assert srt.startswith("1\n00:00:00,500 --> 00:00:01,500\nFilby & Co: “Well?”\n\n2\n")
    assert "Narrator: He went on <slowly> → on." in srt
    assert srt.count("Narrator: ") == 1
    assert vtt.startswith("WEBVTT\n\nNOTE\n")
    assert "00:00:00.500 --> 00:00:01.500\n<v Filby &amp; Co>“Well?”" in vtt
    assert "<v Narrator>He went on &lt;slowly&gt; --&gt; on." in vtt
    alone = captions([spoken("Nobody came.", speaker="Narrator")])
    assert "Narrator" not in subtitles.vtt(alone) + subtitles.srt(alone)


@pytest.mark.parametrize("ending", ["srt", "vtt"])
def test_ffmpeg_reads_back_every_caption_and_its_times(ending: str) -> None:
    lines = [spoken(text, at, 170) for text, at in ((TRAVELLER, 40), (DREAM, 3_700_000), (MELOS, 3_800_000))]
    made = captions(lines)
    text = subtitles.srt(made) if ending == "srt" else subtitles.vtt(made)
    with av.open(io.BytesIO(text.encode()), format="webvtt" if ending == "vtt" else "srt") as file:
        read = [packet for packet in file.demux() if packet.size]
        base = file.streams[0].time_base
    times = [(round(1000 * p.pts * base), round(1000 * (p.pts + p.duration) * base)) for p in read]
    assert times == [(caption.start_ms, caption.end_ms) for caption in made]
    assert [bytes(p).decode().split("\n") for p in read] == [list(caption.lines) for caption in made]


def test_transcripts_are_plain_or_timed() -> None:
    lines = (
        spoken("It was late. Nobody came.", 1000, speaker="Narrator"),
        spoken("“Well?”", 4000, speaker="Filby"),
        spoken("“Yes.”", 5000, speaker="Filby"),
    )
    plain = transcripts.plain("The Book", [Chapter("I", lines[:2]), Chapter("II", lines[2:])])
    assert (
        plain
        == "The Book\n\n\nI\n\nNarrator: It was late. Nobody came.\n\nFilby: “Well?”\n\n\nII\n\n“Yes.”\n"
    )
    timed = json.loads(transcripts.by_sentence(lines))
    assert timed["version"] == "1.0.0"
    first, second, third, _ = timed["segments"]
    assert (first["body"], first["startTime"], first["speaker"], first["estimated"]) == (
        "It was late.",
        1.0,
        "Narrator",
        True,
    )
    assert (second["startTime"], second["endTime"]) == (pytest.approx(first["endTime"]), 1 + 25 * 0.065)
    assert (third["body"], "estimated" in third) == ("“Well?”", False)
    words = json.loads(transcripts.by_word(lines))["segments"]
    assert [word["body"] for word in words[:3]] == ["It", "was", "late."]
    assert all(word["estimated"] for word in words)


def test_labels_are_a_region_a_line() -> None:
    assert labels.audacity([(0, 0, "I"), (0.5, 1.25, "1 A\ttab\nand more")]) == (
        "0.000000\t0.000000\tI\n0.500000\t1.250000\t1 A tab and more\n"
    )


def test_a_line_without_letters_is_no_caption() -> None:
    assert captions([Spoken((" \n",), 0, 100)]) == []
    assert [caption.text for caption in captions([Spoken(("…",), 0, 100)])] == ["…"]
    assert Caption(0, 1, ("a", "b")).text == "a b"
