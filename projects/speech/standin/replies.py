"""Whole answers as values, and the bodies errors come in: native (Ali), gateway (OpenAI), storage (OSS XML),
HTML."""

import json
import uuid
from dataclasses import dataclass, field

JSON_TYPE = "application/json"
HTML_TYPE = "text/html; charset=UTF-8"


@dataclass(frozen=True)
class Reply:
    """One complete HTTP answer."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    code: str = ""  # the error code inside the body, for the journal


class Refused(Exception):
    """The request is answered with this error in the native form."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def encode(value: object) -> bytes:
    """JSON as the endpoint writes it: compact, UTF-8, not escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def native_error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Reply:
    """`{"request_id","code","message"}`, the form of Ali's own errors."""
    body = encode({"request_id": str(uuid.uuid4()), "code": code, "message": message})
    return Reply(status, body, headers=headers or {}, code=code)


def gateway_error(status: int, code: str, message: str) -> Reply:
    """`{"error": {...}}`, the form of OpenAI and of gateways; an empty code becomes null."""
    error = {"message": message, "type": "new_api_error", "param": "", "code": code or None}
    return Reply(status, encode({"error": error}), code=code)


def storage_error(status: int, code: str, message: str) -> Reply:
    """The XML of the object store behind the download links."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error>\n  <Code>{code}</Code>\n  <Message>{message}</Message>\n"
        f"  <RequestId>{uuid.uuid4().hex[:24].upper()}</RequestId>\n</Error>\n"
    )
    return Reply(status, body.encode(), "application/xml", code=code)


def html_page(status: int, title: str) -> Reply:
    """What a proxy in between shows: a page for people."""
    body = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n"
        f"<body><center><h1>{title}</h1></center></body>\r\n</html>\r\n"
    )
    return Reply(status, body.encode(), HTML_TYPE)
