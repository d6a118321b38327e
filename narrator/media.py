"""Serving stored files to those who may have them: byte ranges, so that players can seek, and right caching."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

BLOCK_BYTES = 256 * 1024
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Unsatisfiable(Exception):
    """The range asked for has no byte of the file."""


def serve(
    request: HttpRequest,
    name: str | None,
    *,
    content_type: str,
    filename: str = "",
    immutable: bool = False,
    etag: str = "",
    within: tuple[int, int] | None = None,
) -> HttpResponseBase:
    """Answer with a file of the store: whole, or the one byte range that was asked for.

    ``filename`` makes it a download. ``immutable`` lets the browser keep it for a year: only for names that
    never get other contents. Several ranges at once are answered with the whole file, as RFC 9110 allows.
    ``within`` (where it begins, its size) answers with that part of the file as if it were one. Whoever has what
    ``etag`` names gets 304, and a range of something else the whole of it.
    """
    if etag and etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    try:
        if not name:
            raise FileNotFoundError
        if settings.ACCEL and not (within or settings.S3_BUCKET):
            return _handed_over(name, content_type, filename, immutable, etag)
        file = default_storage.open(name, "rb")
    except FileNotFoundError:
        raise Http404 from None
    begin, size = within or (0, file.size)
    return _serve(request, file, size, content_type, filename, immutable, etag, begin)


def _handed_over(name: str, content_type: str, filename: str, immutable: bool, etag: str) -> HttpResponseBase:
    """Let nginx, which has the same folder under this address, send the file, and ranges of it."""
    if not default_storage.exists(name):
        raise FileNotFoundError
    response = HttpResponse(content_type=content_type)
    response["X-Accel-Redirect"] = f"{settings.ACCEL.rstrip('/')}/{quote(name)}"
    return _headed(response, filename, immutable, etag)


def from_the_start(request: HttpRequest) -> bool:
    """Whether this asks for a file from its first byte on: a download goes on, or a player seeks, by other ranges."""
    match = RANGE.fullmatch(request.headers.get("Range", "").strip())
    return request.method == "GET" and (match is None or (match[1] != "" and int(match[1]) == 0))


def serve_made(request: HttpRequest, data: bytes, *, content_type: str) -> HttpResponseBase:
    """The same for what was made a moment ago and is kept nowhere."""
    return _serve(request, ContentFile(data), len(data), content_type, "", False)


def saved(data: bytes, name: str, content_type: str) -> HttpResponse:
    """What was made for this very request, to be saved under this name; it may be another the next time."""
    told = content_disposition_header(True, name) or "attachment"
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": told, "Cache-Control": "no-store"}
    )


def _serve(
    request: HttpRequest,
    file: File,
    size: int,
    content_type: str,
    filename: str,
    immutable: bool,
    etag: str = "",
    begin: int = 0,
) -> HttpResponseBase:
    is_same = request.headers.get("If-Range", etag) == etag
    try:
        asked = _range(request.headers.get("Range", "") if is_same else "", size)
    except Unsatisfiable:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, stop = asked if asked else (0, size)
    response: HttpResponseBase
    if request.method == "HEAD":
        file.close()
        response = HttpResponse(content_type=content_type)
    else:
        blocks = _blocks(file, begin + start, begin + stop)
        response = StreamingHttpResponse(blocks, content_type=content_type)
    if asked:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    response["Content-Length"] = str(stop - start)
    return _headed(response, filename, immutable, etag)


def _headed(response: HttpResponseBase, filename: str, immutable: bool, etag: str) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=31536000, immutable" if immutable else "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    if etag:
        response["ETag"] = etag
    if filename:
        response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    return response


def _range(header: str, size: int) -> tuple[int, int] | None:
    """Return the asked-for bytes as (start, stop), or None for the whole file; a malformed range asks for none."""
    match = RANGE.fullmatch(header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, stop = max(size - int(last), 0), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    if start >= stop:
        raise Unsatisfiable
    return start, stop


def _blocks(file: File, start: int, stop: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while start < stop:
            block = file.read(min(BLOCK_BYTES, stop - start))
            if not block:
                return
            start += len(block)
            yield block
