"""The names of the faults, how one is asked for, and the queue of faults for the next requests."""

import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from projects.speech.standin.plans import PLANS
from projects.speech.standin.refusals import REFUSALS

OK = "ok"
SPECIAL = ("reset", "stall", "redirect-302", "redirect-307", "audio-bytes")
WITH_CODE = ("sse-error-first", "sse-error-late", "sse-error-status", "sse-error-space")
PARAMETRISED = ("ali", "openai", "ok-code")
NAMES = (*sorted({*PLANS, *REFUSALS, *SPECIAL, *WITH_CODE}),)

_MARKER = re.compile(r"\{\{fault:(.*?)\}\}", re.DOTALL)
_DEFAULT_CODE = "Throttling.RateQuota"


class UnknownFault(Exception):
    """No fault of this name; the message names it."""


@dataclass(frozen=True)
class Fault:
    """A fault to commit. text is what was asked for; status, code and message are for the parametrised
    ones."""

    text: str
    name: str
    status: int = 0
    code: str = ""
    message: str = ""


Reading = Callable[[str], Fault | None]


def parse(text: str) -> Fault | None:
    """The fault of this name, None for "ok". Raises UnknownFault."""
    name, _, rest = text.strip().partition(":")
    if name == OK and not rest:
        return None
    if name in PARAMETRISED:
        return _parametrised(text, name, rest)
    if name not in NAMES or (rest and name not in WITH_CODE):
        raise UnknownFault(f"There is no fault {text!r}.")
    return Fault(text, name, code=rest or _DEFAULT_CODE)


def _parametrised(text: str, name: str, rest: str) -> Fault:
    status = "200"
    if name != "ok-code":
        status, _, rest = rest.partition(":")
    code, _, message = rest.partition(":")
    if code == "channel":  # codes of new-api such as channel:invalid_key
        second, _, message = message.partition(":")
        code = f"channel:{second}"
    if not re.fullmatch(r"[1-9]\d\d", status) or (not code and name != "openai"):
        raise UnknownFault(f"The fault {text!r} needs a status and a code, as in ali:400:Arrearage.")
    return Fault(text, name, int(status), code, message)


def take_marker(text: str, read: Reading = parse) -> tuple[str, Fault | None]:
    """The text without its markers, and the fault that the first one names. Raises UnknownFault."""
    found = _MARKER.search(text)
    if found is None:
        return text, None
    return _MARKER.sub("", text), read(found.group(1))


class FaultQueue:
    """One fault, or none, for each of the next requests. Thread-safe."""

    def __init__(self, read: Reading = parse) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._waiting: deque[Fault | None] = deque()

    def add(self, *names: str) -> None:
        """Behind what waits. Raises UnknownFault and adds nothing if one name is unknown."""
        faults = [self._read(name) for name in names]
        with self._lock:
            self._waiting.extend(faults)

    def clear(self) -> None:
        """The next requests go well."""
        with self._lock:
            self._waiting.clear()

    def take(self) -> Fault | None:
        """The fault of this request."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None
