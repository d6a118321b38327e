"""Answers that are saved as a file, made for this very request."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def answer(data: bytes, name: str, content_type: str) -> HttpResponse:
    """The data under this name; no one keeps it, since it may be another the next time."""
    told = content_disposition_header(True, name) or "attachment"
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": told, "Cache-Control": "no-store"}
    )
