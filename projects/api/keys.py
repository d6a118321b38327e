"""Idempotency keys: a request that is sent again, because nobody knows whether it arrived, is done once.

The answer is written in the transaction that does the work, so that neither is there without the other. What was
refused has changed nothing and is not kept: the same key may be tried again.
"""

import functools
import hashlib
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest
from ninja import Schema
from ninja.responses import Status

from projects.api.problems import Problem
from projects.models import ApiAnswer
from projects.models.tokens import KEY_CHARACTERS

NAME = "Idempotency-Key"
HEADER = {
    "in": "header",
    "name": NAME,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_CHARACTERS, "pattern": "^[!-~]+$"},
    "description": "A name of yours for this request. Sent again within 24 hours with the same body it does nothing "
    "more, and is answered as before; with another body it is refused.",
}
MADE = 201


def keyed(view: Callable[..., Schema], *, is_heavy: bool) -> Callable[..., Any]:
    """Let a request with a key be done once. The view returns what it made, as it is shown.

    ``is_heavy``: it computes for seconds before it writes, so the database is not held meanwhile. Two such requests
    with one key at the very same moment may both be done; the second one's work is taken back or is of no account.
    """

    @functools.wraps(view)
    def once(request: Any, *args: Any, **kwargs: Any) -> Status:
        key = request.headers.get(NAME)
        if key is None:
            return Status(MADE, view(request, *args, **kwargs))
        row = ApiAnswer(token=request.auth, key=_checked(key), request=_digest(request))
        if is_heavy:
            known = _known(row)
            made = None if known else view(request, *args, **kwargs)
            return _said(known) if made is None else _keep(row, lambda: made)
        return _keep(row, lambda: view(request, *args, **kwargs))

    return once


@transaction.atomic
def _keep(row: ApiAnswer, do: Callable[[], Schema]) -> Status:
    """Do it and keep the answer, or say what is kept. Who comes second waits here for the first."""
    ApiAnswer.objects.bulk_create([row], ignore_conflicts=True)
    known = _known(row)
    if known is not None and known.status is not None:
        return _said(known)
    made = do()
    # A secret that is shown once is kept nowhere, not even for whoever asks the same again.
    body = made.model_dump(mode="json", exclude=getattr(made, "SHOWN_ONCE", None))
    ApiAnswer.objects.filter(token=row.token, key=row.key).update(status=MADE, body=body)
    return Status(MADE, made)


def _known(row: ApiAnswer) -> ApiAnswer | None:
    """The row of this key, of whichever request; a request that differs from it is refused."""
    known = ApiAnswer.objects.filter(token=row.token, key=row.key).first()
    if known is not None and known.request != row.request:
        raise Problem(
            422, "key_used", f"This {NAME} was sent with another request already. Choose a new one."
        )
    return known


def _said(known: ApiAnswer | None) -> Status:
    assert known is not None  # for mypy: who asks has looked
    assert known.status is not None
    return Status(known.status, known.body)


def _checked(key: str) -> str:
    if not 0 < len(key) <= KEY_CHARACTERS or not key.isascii() or not key.isprintable() or " " in key:
        raise Problem(
            422, "invalid", f"{NAME} has 1 to {KEY_CHARACTERS} characters of ASCII, without spaces."
        )
    return key


def _digest(request: HttpRequest) -> str:
    """A name for what is asked: address and body; of a form its fields and files, whatever its boundary is."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\0".encode())
    if request.content_type == "multipart/form-data":
        digest.update(repr(sorted(request.POST.lists())).encode())
        for name, file in sorted(request.FILES.items()):
            assert isinstance(file, UploadedFile)  # for mypy
            digest.update(f"{name}\0{file.name}\0{file.size}\0".encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    else:
        digest.update(request.body)
    return digest.hexdigest()
