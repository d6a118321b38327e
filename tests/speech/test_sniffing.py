"""Kinds of bodies told by their first bytes."""

import array

import pytest

from projects.speech.sniffing import ENOUGH_BYTES, enough, kind_of
from projects.speech.standin.encoders import encoded
from tests.speech.scripted import tone, wav

FORMATS = [
    ("mp3", "mp3"),
    ("aac", "aac"),
    ("flac", "flac"),
    ("opus", "ogg"),
    ("wav", "wav"),
    ("pcm", "unknown"),
]


@pytest.mark.parametrize(("response_format", "kind"), FORMATS)
def test_sound_is_told_by_its_bytes(response_format: str, kind: str) -> None:
    body = encoded(tone(0.5), response_format)
    assert kind_of(body[: enough(body)]) == kind


def test_mp3_frames_without_a_tag_are_told() -> None:
    body = encoded(tone(0.5), "mp3")
    bare = body[body.index(b"\xff\xf3") :]
    assert kind_of(bare[:ENOUGH_BYTES]) == "mp3"


@pytest.mark.parametrize(
    "first", [-1025, -3073, -3585, -3841]
)  # 0xFBFF and others look like the start of a frame
def test_samples_that_begin_like_a_frame_are_samples(first: int) -> None:
    pcm = array.array("h", [first]).tobytes() + tone(0.2)
    assert kind_of(pcm[: enough(pcm)]) == "unknown"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "nothing"),
        (b" \r\n", "nothing"),
        (b'{"error": "x"}', "json"),
        (b'\xef\xbb\xbf  {"a": 1}', "json"),
        (b"<!doctype html><html>", "text"),
        (b"Internal Server Error", "text"),
        ("Überlastet, später".encode()[:2], "text"),
        ("服务器忙".encode()[:11], "text"),
        (bytes(16), "unknown"),
        (b"\0\0\1\0\377\377\0\0", "unknown"),
        (b"\xff", "unknown"),
        (b"\xff\xfb\x90\x00", "unknown"),
        (wav(tone(0.1)), "wav"),
        (b"\0\0\0\x1cftypM4A ", "mp4"),
    ],
)
def test_everything_else(body: bytes, kind: str) -> None:
    assert kind_of(body[: enough(body)]) == kind
