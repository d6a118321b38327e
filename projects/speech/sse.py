"""Server-sent events by the standard, from bytes cut anywhere. What the events mean is streaming.py's business."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

_THREE_DIGITS = re.compile("[1-9][0-9]{2}")
_HTTP_STATUS = re.compile(r"HTTP_STATUS/(\d{3})\b")


@dataclass(frozen=True)
class Event:
    """One event. status: the number of its `:HTTP_STATUS/NNN` comment or `status:` field, None without one."""

    name: str
    data: str
    status: int | None = None


class Parser:
    """Feed it bytes, it yields whole events. Costs time in proportion to the bytes, however they are cut."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._partial: list[str] = []  # pieces of a line whose end has not come yet
        self._after_cr = False
        self._first = True
        self._name = ""
        self._data: list[str] = []
        self._status: int | None = None

    def feed(self, chunk: bytes) -> Iterator[Event]:
        text = self._decode(chunk)
        if not text:
            return
        if self._first:
            text, self._first = text.removeprefix("\ufeff"), False
        if self._after_cr:  # the LF of a CRLF that was cut in two ends no second line
            text = text.removeprefix("\n")
        self._after_cr = text.endswith("\r")
        *lines, rest = (text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text).split("\n")
        for line in lines:
            self._partial.append(line)
            yield from self._line("".join(self._partial))
            self._partial.clear()
        if rest:
            self._partial.append(rest)

    def close(self) -> Iterator[Event]:
        """The event that the end of the stream completes: some services leave out the last blank line."""
        rest = "".join(self._partial) + self._decode(b"", True)
        self._partial.clear()
        yield from self._line(rest)
        yield from self._line("")

    def _line(self, line: str) -> Iterator[Event]:
        if line.startswith(":"):
            found = _HTTP_STATUS.search(line)
            self._status = int(found[1]) if found else self._status
        elif line:
            field, _colon, value = line.partition(":")
            self._field(field, value.removeprefix(" "))
        else:
            if self._data:
                yield Event(self._name, "\n".join(self._data), self._status)
            self._name, self._status = "", None
            self._data = []

    def _field(self, field: str, value: str) -> None:
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value
        elif field == "status" and _THREE_DIGITS.fullmatch(value.strip()):
            self._status = int(value)
