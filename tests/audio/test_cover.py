import pytest

from projects.audio import cover
from tests.audio import sounds


@pytest.mark.parametrize(("codec", "mime"), [("mjpeg", "image/jpeg"), ("png", "image/png")])
def test_a_picture_is_recognised_by_its_bytes(codec: str, mime: str) -> None:
    data = sounds.picture(codec, side=48)
    assert cover.check(data) == cover.Cover(data, mime, codec, 48, 48)  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [b"", b"GIF89a" + bytes(50), b"<svg/>", b"RIFF\0\0\0\0WEBP", bytes(100)])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(cover.BadCover, match="neither a JPEG nor a PNG"):
        cover.check(data)


@pytest.mark.parametrize("codec", ["mjpeg", "png"])
@pytest.mark.parametrize("part", [0.02, 0.1, 0.5, 0.9, 0.99])
def test_an_incomplete_picture_is_refused(codec: str, part: float) -> None:
    data = sounds.picture(codec)
    with pytest.raises(cover.BadCover, match="damaged or incomplete|neither"):
        cover.check(data[: int(len(data) * part)])


def test_a_picture_with_wrong_insides_is_refused() -> None:
    data = bytearray(sounds.picture("png"))
    data[200:260] = bytes(60)
    with pytest.raises(cover.BadCover, match="damaged"):
        cover.check(bytes(data))
    with pytest.raises(cover.BadCover, match="damaged"):
        cover.check(b"\xff\xd8\xff\xe0\x00\x10JFIF\0 and nothing more \xff\xd9")


def test_a_camera_s_odd_notes_and_what_stands_behind_the_end_do_no_harm() -> None:
    data = sounds.picture("mjpeg")
    thumbnail = b"Exif\0\0broken" + data[:300] + b"\xff\xd9"
    note = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    assert cover.check(data[:2] + note + data[2:] + bytes(100)).width_px == 64
    with pytest.raises(cover.BadCover, match="damaged or incomplete"):
        cover.check(data[:2] + note + data[2:-200])


def test_a_huge_picture_is_refused_before_it_is_decoded() -> None:
    data = bytearray(sounds.picture("png"))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(cover.BadCover, match="60000 x 60000 pixels"):
        cover.check(bytes(data))
    jpeg = bytearray(sounds.picture("mjpeg"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = (65_000).to_bytes(2, "big") * 2
    with pytest.raises(cover.BadCover, match="65000 x 65000 pixels"):
        cover.check(bytes(jpeg))


def test_a_large_file_is_refused() -> None:
    with pytest.raises(cover.BadCover, match="too large: 21 MB"):
        cover.check(b"\xff\xd8\xff" + bytes(21_000_000))
