import random
import time

import pytest

from projects.speech.sse import Event, Parser


def parsed(*chunks: bytes) -> list[Event]:
    parser = Parser()
    events = [event for chunk in chunks for event in parser.feed(chunk)]
    return events + list(parser.close())


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("id:1\nevent:result\n:HTTP_STATUS/200\ndata:{}\n\n", [Event("result", "{}", 200)]),
        ("event: error\ndata: x\nstatus: 429\n\n", [Event("error", "x", 429)]),
        ("data:a\ndata: b\ndata:\ndata:  c\n\n", [Event("", "a\nb\n\n c")]),
        ("data:a\r\n\r\ndata:b\r\rdata:c\n\n", [Event("", "a"), Event("", "b"), Event("", "c")]),
        ("\ufeffdata:a\n\n", [Event("", "a")]),
        (": ping\n\nevent:x\n\nretry:5\n\nid\n\ndata:a\n\n", [Event("", "a")]),
        ("data:a", [Event("", "a")]),
        ("data:a\n", [Event("", "a")]),
        ("data\n\n", [Event("", "")]),
        ("data:[DONE]\n\n", [Event("", "[DONE]")]),
        ("nonsense\nmore: nonsense\ndata:a\n\n", [Event("", "a")]),
        ("status:12345678901234567890\ndata:a\n\n", [Event("", "a")]),
        ("data:a\u2028b\x0bc\x85d\n\n", [Event("", "a\u2028b\x0bc\x85d")]),
        ("", []),
        ("\n\n\n", []),
    ],
)
def test_streams_are_read_by_the_standard(text: str, events: list[Event]) -> None:
    assert parsed(text.encode()) == events
    assert parsed(*(bytes([byte]) for byte in text.encode())) == events


@pytest.mark.parametrize("seed", range(30))
def test_any_cut_gives_the_same_events(seed: int) -> None:
    dice = random.Random(seed)
    end = dice.choice(["\n", "\r\n", "\r"])
    rows = [
        dice.choice(["data:汉字😀", "data: x", "event:é", ":HTTP_STATUS/500", ": c", "", "", "id:3"])
        for _ in range(200)
    ]
    whole = end.join(rows).encode()
    cuts = sorted(dice.randrange(len(whole)) for _ in range(100))
    pieces = [whole[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert parsed(*pieces) == parsed(whole)
    assert len(parsed(whole)) > 3


def test_broken_utf8_is_replaced_not_fatal() -> None:
    assert parsed(b"data:\xff\xe6\xb1\n\n") == [Event("", "\ufffd\ufffd")]


def test_a_very_long_line_in_small_pieces_costs_linear_time() -> None:
    start = time.process_time()
    (event,) = parsed(b"data:", *[b"x" * 64] * 200_000, b"\n\n")
    assert len(event.data) == 12_800_000
    assert time.process_time() - start < 20
