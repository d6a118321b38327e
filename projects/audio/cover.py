"""Is this file a cover picture that players can show? Pictures are checked, never changed."""

from dataclasses import dataclass
from typing import Any, Literal

import av

from projects.sentences import gettext_noop as _

WANTS_SQUARE = _("Podcast apps want a square cover; this one has %(width)s x %(height)s pixels.")
WANTS_SIZE = _("Podcast apps want a cover of 1400 to 3000 pixels a side; this one has %(width)s.")
TOO_LARGE = _("The cover is too large: %(size)s MB. Use a picture of at most 20 MB.")
TOO_WIDE = _("The cover has %(width)s x %(height)s pixels. Use one of at most 6000 on each side.")

SIZE_LIMIT_BYTES = 20_000_000
SIDE_LIMIT_PX = 6_000
ARTWORK_PX = (1_400, 3_000)

_JPEG_START = b"\xff\xd8\xff"
_PNG_START = b"\x89PNG\r\n\x1a\n"


class BadCover(ValueError):
    """The picture cannot be used as a cover. The message is meant for the person who chose it."""


@dataclass(frozen=True)
class Cover:
    """A picture that was decoded whole. `codec` is FFmpeg's name for it."""

    data: bytes
    mime: Literal["image/jpeg", "image/png"]
    codec: Literal["mjpeg", "png"]
    width_px: int
    height_px: int


def check(data: bytes) -> Cover:
    """The cover in `data`: a JPEG or PNG file up to 20 MB and 6,000 pixels a side. BadCover otherwise."""
    if len(data) > SIZE_LIMIT_BYTES:
        raise BadCover(TOO_LARGE % {"size": f"{len(data) / 1000000.0:.0f}"})
    if data.startswith(_JPEG_START):
        mime, codec, size = "image/jpeg", "mjpeg", _jpeg_size(data)
    elif data.startswith(_PNG_START):
        mime, codec, size = "image/png", "png", _png_size(data)
    else:
        raise BadCover(
            _("The cover is neither a JPEG nor a PNG picture. Save it as one of these and try again.")
        )
    if max(size) > SIDE_LIMIT_PX or min(size) < 1:
        raise BadCover(TOO_WIDE % {"width": size[0], "height": size[1]})
    _decode(data, codec)
    return Cover(data, mime, codec, *size)  # type: ignore[arg-type]


def artwork(cover: Cover) -> str:
    """Why podcast apps may refuse it, as a sentence; empty where it is a square JPEG of 1,400 to 3,000 pixels."""
    if cover.mime != "image/jpeg":
        return _("Podcast apps want the cover as a JPEG picture.")
    if cover.width_px != cover.height_px:
        return WANTS_SQUARE % {"width": cover.width_px, "height": cover.height_px}
    if not ARTWORK_PX[0] <= cover.width_px <= ARTWORK_PX[1]:
        return WANTS_SIZE % {"width": cover.width_px}
    return ""


def _broken() -> BadCover:
    return BadCover(_("The cover picture is damaged or incomplete. Save or upload it again."))


def _png_size(data: bytes) -> tuple[int, int]:
    if len(data) < 24 or data[12:16] != b"IHDR":
        raise _broken()
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Read from the frame header (SOF), so that a huge picture is refused before it is decoded."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise _broken()


def _decode(data: bytes, codec: str) -> None:
    """Prove that the picture is whole. PNG carries check sums; a JPEG is whole when its last scan has an end.

    FFmpeg's strict mode is for PNG alone: in a JPEG it would also refuse odd notes of a camera.
    """
    if codec == "mjpeg" and data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda"):
        raise _broken()
    try:
        decoder: Any = av.CodecContext.create(codec, "r")
        if codec == "png":
            decoder.options = {"err_detect": "crccheck+explode"}
        frames = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    except (av.FFmpegError, ValueError) as error:
        raise _broken() from error
    if not frames:
        raise _broken()
