"""Which fate an endpoint's error has: by its code first, by a code inside its message, by its HTTP status last.

Gateways change statuses (429 for unpaid bills, 400 for throttling), so a known code always wins (contract.md 5 and
9.2). One table, `FATES`; every row is tested over HTTP. What an answer looks like is answers.py's business.
"""

import email.utils
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from projects.sentences import gettext_noop as _
from projects.speech.errors import Busy, Refused, SpeechError, Stopped, TooLong, Unavailable

_QUOTA_WAIT_S = 60.0
_LONGEST_WAIT_S = 3600.0
_DETAIL_CHARACTERS = 500


@dataclass(frozen=True)
class Failure:
    """What is known of a failed call. code and message are the endpoint's; secret is what must never be shown."""

    status: int | None = None
    code: str = ""
    kind: str = ""  # the "type" of an OpenAI-style error
    message: str = ""
    request_id: str = ""
    retry_after_s: float | None = None
    secret: str = ""


@dataclass(frozen=True)
class Fate:
    error: type[SpeechError]
    message: str


_KEY = Fate(
    Stopped,
    _("The endpoint does not accept the token. Correct it in the settings, then resume the queue."),
)
_RIGHT = Fate(
    Stopped,
    _("The account may not use this model, or its free quota is used up. Ask whoever runs the account."),
)
_MODEL = Fate(
    Stopped,
    _("The endpoint does not know this address or model. Check the endpoint in the settings."),
)
_ARREARS = Fate(
    Stopped, _("The account is in arrears. Nothing can be spoken until it is paid; then resume the queue.")
)
_CREDIT = Fate(
    Stopped,
    _("The account's credit is used up. Top it up, then resume the queue."),
)
_GATEWAY_KEYS = Fate(
    Stopped,
    _("The gateway has no working key for the model. Ask whoever runs it, then resume the queue."),
)
_SLOW = Fate(
    Busy, _("The endpoint asks for fewer requests. All lines wait a moment and go on by themselves.")
)
_QUOTA = Fate(
    Busy,
    _("The account's quota per minute is used up. All lines wait about a minute and go on by themselves."),
)
_SERVER = Fate(Unavailable, _("The endpoint had a fault of its own. The line is tried again by itself."))
_LATE = Fate(Unavailable, _("The endpoint took too long. The line is tried again by itself."))
_REWRITE = Fate(
    Unavailable,
    _("The endpoint could not optimize the instructions. Try again without optimizing them."),
)
_GATEWAY = Fate(
    Unavailable,
    _("The gateway could not get an answer from the speech service. The line is tried again by itself."),
)
_LEFT = Fate(
    Unavailable, _("The endpoint says that the connection was given up. The line is tried again by itself.")
)
_BAD = Fate(
    Refused, _("The endpoint refuses this line as it is. Check its text, voice, language and instructions.")
)
_EMPTY = Fate(Refused, _("The endpoint found nothing to speak in this line. Check its text."))
_CONTENT = Fate(
    Refused, _("The endpoint's content filter refuses this line. Change its text; the other lines go on.")
)
_LONG = Fate(
    TooLong,
    _("The text is longer than the endpoint takes in one call. It has to be split into smaller pieces."),
)

# Keys are squashed: lower case, letters and digits only, dots kept. A code without a row takes that of its longest
# dotted beginning, so `Throttling.Anything` is Throttling.
FATES: dict[str, Fate] = {
    "invalidparameter": _BAD,
    "invalidparametererror": _BAD,
    "internalerror.algo.invalidparameter": _BAD,
    "badrequest": _BAD,
    "badrequest.emptyinput": _EMPTY,
    "badrequest.emptyparameters": _BAD,
    "badrequest.emptymodel": _BAD,
    "badrequest.illegalinput": _BAD,
    "badrequest.toolarge": _LONG,
    "datainspectionfailed": _CONTENT,
    "customroleblocked": _CONTENT,
    "faqruleblocked": _CONTENT,
    "ipinfringementsuspect": _CONTENT,
    "unsupportedoperation": _BAD,
    "serviceunavailableerror": _EMPTY,
    "clientdisconnect": _LEFT,
    "arrearage": _ARREARS,
    "commoditynotpurchased": _ARREARS,
    "prepaidbilloverdue": _ARREARS,
    "postpaidbilloverdue": _ARREARS,
    "invalidapikey": _KEY,
    "notauthorized": _KEY,
    "invalidaccesstokenortokenexpired": _KEY,
    "authenticationerror": _KEY,
    "accessdenied": _RIGHT,
    "accessdenied.unpurchased": _RIGHT,
    "model.accessdenied": _RIGHT,
    "workspace.accessdenied": _RIGHT,
    "app.accessdenied": _RIGHT,
    "allocationquota.freetieronly": _RIGHT,
    "modelnotfound": _MODEL,
    "invalidmodel": _MODEL,
    "model.notexist": _MODEL,
    "workspacenotfound": _MODEL,
    "notfound": _MODEL,
    "insufficientuserquota": _CREDIT,
    "preconsumetokenquotafailed": _CREDIT,
    "channelnoavailablekey": _GATEWAY_KEYS,
    "channelinvalidkey": _GATEWAY_KEYS,
    "throttling": _SLOW,
    "throttling.ratequota": _SLOW,
    "throttling.burstrate": _SLOW,
    "throttling.ratelimit": _SLOW,
    "throttling.allocationquota": _QUOTA,
    "insufficientquota": _QUOTA,
    "limitrequests": _SLOW,
    "limitburstrate": _SLOW,
    "ratelimitexceeded": _SLOW,
    "ratelimiterror": _SLOW,
    "tokenconcurrencylimitreached": _SLOW,
    "requesttimeout": _LATE,
    "responsetimeout": _LATE,
    "internalerror": _SERVER,
    "internalerror.algo": _SERVER,
    "internalerror.timeout": _LATE,
    "internalerror.upload": _SERVER,
    "systemerror": _SERVER,
    "modelservicefailed": _SERVER,
    "modelservingerror": _SERVER,
    "modelunavailable": _SERVER,
    "rewritefailed": _REWRITE,
    "getchannelfailed": _GATEWAY,
    "dorequestfailed": _GATEWAY,
    "badresponsestatuscode": _GATEWAY,
    "badresponse": _GATEWAY,
    "badresponsebody": _GATEWAY,
    "readresponsebodyfailed": _GATEWAY,
    "emptyresponse": _GATEWAY,
    "channelresponsetimeexceeded": _LATE,
    "stringabovemaxlength": _LONG,
}
_BY_STATUS = {401: _KEY, 402: _CREDIT, 403: _RIGHT, 404: _MODEL, 405: _MODEL, 413: _LONG, 429: _SLOW}
_AGAIN_STATUSES = (408, 409, 425)
_WRAPPERS = (_GATEWAY, _SERVER)  # fates so general that a code inside the message knows better
_PERMANENT_QUOTA = re.compile(
    r"free (allocated|tier) quota exceeded|check your plan and billing", re.IGNORECASE
)
_LENGTH_RANGE = re.compile(r"range of input length should be \[\s*\d+\s*,\s*(\d{1,9})\s*\]", re.IGNORECASE)
_LENGTH_WORDS = re.compile(
    r"\b(input|text)\b[^.]{0,40}\b(too long|length exceeds|exceeds the (maximum|max) length)", re.IGNORECASE
)
_CODE_IN_MESSAGE = re.compile(r"[A-Za-z][A-Za-z_]{2,60}(?:[.:][A-Za-z_]{2,60}){0,3}")
_PHRASES = (
    ("invalid access token or token expired", _KEY),
    ("not authorized", _KEY),
    ("access denied", _RIGHT),
)


def classify(failure: Failure) -> SpeechError:
    """The error to raise for a failed call. The secret appears in none of its parts."""
    fate, code = _fate(failure)
    about: dict[str, Any] = {
        "code": shown(code, failure.secret, 120),
        "detail": shown(failure.message, failure.secret),
        "request_id": shown(failure.request_id, failure.secret, 120),
        "status": failure.status,
        "retry_after_s": failure.retry_after_s,
    }
    if fate.error is TooLong:
        found = _LENGTH_RANGE.search(failure.message)
        return TooLong(fate.message, limit=int(found[1]) if found else None, **about)
    if fate is _QUOTA:
        about["retry_after_s"] = max(failure.retry_after_s or 0.0, _QUOTA_WAIT_S)
        return Busy(fate.message, counts_as_attempt=True, **about)
    return fate.error(fate.message, **about)


def _fate(failure: Failure) -> tuple[Fate, str]:
    """The fate and the code that decided it."""
    fate, code = _by_code(failure)
    if fate is None or fate in _WRAPPERS:
        inner, inner_code = _inside(failure.message)
        if inner is not None:
            fate, code = inner, inner_code
    if fate is None or (fate is _GATEWAY and failure.status in _BY_STATUS):
        fate = _by_status(failure)
    if fate in (_BAD, _GATEWAY, _SERVER) and _names_length(failure.message):
        fate = _LONG
    if fate in (_QUOTA, _SLOW) and _PERMANENT_QUOTA.search(failure.message):
        fate = _CREDIT
    if (
        fate is _EMPTY and (failure.status or 0) >= 500
    ):  # only Ali's 400 misuses the name ServiceUnavailableError
        fate = _SERVER
    return fate, code or failure.code or failure.kind or f"http_{failure.status}"


def _by_code(failure: Failure) -> tuple[Fate | None, str]:
    for code in (failure.code, failure.kind):
        squashed = ".".join(re.sub("[^a-z0-9]", "", part) for part in code.lower().split("."))
        while squashed:
            if squashed in FATES:
                return FATES[squashed], code
            squashed = squashed.rpartition(".")[0]
    return None, ""


def _inside(message: str) -> tuple[Fate | None, str]:
    """A known code, or a known phrase, inside a message such as "ali TTS error: Throttling.RateQuota - ..."."""
    words = _CODE_IN_MESSAGE.findall(message[:2000])
    for word in [part for whole in words for part in {whole: 0, **dict.fromkeys(whole.split(":"))}]:
        fate, code = _by_code(Failure(code=word))
        if fate is not None and fate not in _WRAPPERS:
            return fate, code
    for phrase, known in _PHRASES:
        if phrase in message.lower():
            return known, ""
    return None, ""


def _by_status(failure: Failure) -> Fate:
    status = failure.status or 0
    if (
        failure.code.isdecimal() and 400 <= int(failure.code[:4]) <= 599
    ):  # some gateways put the true status there
        status = int(failure.code[:4])
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return _BAD if 400 <= status < 500 and status not in _AGAIN_STATUSES else _SERVER


def _names_length(message: str) -> bool:
    return bool(_LENGTH_RANGE.search(message) or _LENGTH_WORDS.search(message))


def shown(text: str, secret: str, characters: int = _DETAIL_CHARACTERS) -> str:
    """A foreign text made safe to show and to keep: without the secret, without control characters, cut short."""
    if secret:
        text = text.replace(secret, "[token]")
    clean = "".join(char if char.isprintable() else " " for char in text[: 4 * characters])
    return " ".join(clean.split())[:characters]


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The wait that an answer asks for (`Retry-After-Ms`, `Retry-After` in seconds or as a date), at most an hour.

    A date is read against the answer's own `Date`, so a wrong clock on either side does no harm.
    """
    for name, unit_s in (("Retry-After-Ms", 0.001), ("Retry-After", 1.0)):
        try:
            asked_s = float(headers.get(name, "")) * unit_s
        except ValueError:
            continue
        if asked_s == asked_s:  # not NaN
            return min(max(asked_s, 0.0), _LONGEST_WAIT_S)
    until = _moment(headers.get("Retry-After", ""))
    if until is None:
        return None
    now = _moment(headers.get("Date", ""))
    return min(max(until - (time.time() if now is None else now), 0.0), _LONGEST_WAIT_S)


def _moment(http_date: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(http_date).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
