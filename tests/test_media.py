"""Byte ranges, without which no player can seek."""

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponseBase
from django.test import RequestFactory

from narrator import media

DATA = bytes(range(256)) * 2000  # larger than a block


@pytest.fixture
def get(rf: RequestFactory) -> Callable[..., HttpResponseBase]:
    default_storage.save("a.wav", ContentFile(DATA))

    def ask(asked: str = "", **options: object) -> HttpResponseBase:
        headers = {"Range": asked} if asked else {}
        return media.serve(rf.get("/", headers=headers), "a.wav", content_type="audio/wav", **options)  # type: ignore[arg-type]

    return ask


def body(response: HttpResponseBase) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_the_whole_file(get: Callable[..., HttpResponseBase]) -> None:
    response = get()
    assert (response.status_code, response["Accept-Ranges"], body(response)) == (200, "bytes", DATA)
    assert int(response["Content-Length"]) == len(DATA)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-", 0, len(DATA)),
        ("bytes=100-199", 100, 200),
        ("bytes=300000-", 300_000, len(DATA)),
        ("bytes=511999-511999", 511_999, 512_000),
        ("bytes=511000-9999999", 511_000, len(DATA)),
        ("bytes=-10", len(DATA) - 10, len(DATA)),
        ("bytes=-9999999", 0, len(DATA)),
    ],
)
def test_one_range(get: Callable[..., HttpResponseBase], asked: str, start: int, stop: int) -> None:
    response = get(asked)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{stop - 1}/{len(DATA)}"
    assert body(response) == DATA[start:stop]


@pytest.mark.parametrize("asked", ["bytes=512000-", "bytes=999999-1000000", "bytes=-0"])
def test_a_range_past_the_end(get: Callable[..., HttpResponseBase], asked: str) -> None:
    response = get(asked)
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(DATA)}")


@pytest.mark.parametrize("asked", ["bytes=5-2", "lines=1-2", "bytes=a-b", "bytes=0-1,5-6", "bytes=-"])
def test_what_is_no_single_range_gets_the_whole(get: Callable[..., HttpResponseBase], asked: str) -> None:
    response = get(asked)
    assert (response.status_code, body(response)) == (200, DATA)


def test_a_download_has_a_name_that_survives_every_alphabet(get: Callable[..., HttpResponseBase]) -> None:
    response = get(filename="走れ.m4b")
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    body(response)


def test_a_missing_file_is_404(rf: RequestFactory) -> None:
    for name in ("", None, "gone.wav"):
        with pytest.raises(Http404):
            media.serve(rf.get("/"), name, content_type="audio/wav")


def test_a_bucket_gives_the_very_same_answers(
    get: Callable[..., HttpResponseBase], request: pytest.FixtureRequest
) -> None:
    wanted = (
        "",
        "bytes=0-",
        "bytes=100-199",
        "bytes=511000-9999999",
        "bytes=-10",
        "bytes=512000-",
        "bytes=5-2",
    )

    def answers() -> list[tuple[int, dict[str, str], bytes]]:
        found = [get(asked, filename="a.wav", immutable=True) for asked in wanted]
        return [(one.status_code, dict(one.headers), one.getvalue()) for one in found]  # type: ignore[attr-defined]

    of_the_disk = answers()
    request.getfixturevalue("bucket")
    default_storage.save("a.wav", ContentFile(DATA))
    assert answers() == of_the_disk
    assert [status for status, _, _ in of_the_disk] == [200, 206, 206, 206, 206, 416, 200]


def test_nginx_is_told_which_file_to_send(get: Callable[..., HttpResponseBase], settings: object) -> None:
    plain = get(filename="a.wav", immutable=True)
    body(plain)
    settings.ACCEL = "/kept/"  # type: ignore[attr-defined]
    told = get("bytes=5-9", filename="a.wav", immutable=True)
    assert (told.status_code, told.headers.pop("X-Accel-Redirect")[1]) == (200, "/kept/a.wav")
    assert told.getvalue() == b""  # type: ignore[attr-defined]
    assert {**told.headers, "Content-Length": str(len(DATA))} == dict(plain.headers)
    with pytest.raises(Http404):
        media.serve(RequestFactory().get("/"), "gone.wav", content_type="audio/wav")
