"""Reads and checks the body of a speech request, and counts its characters. Refuses as the endpoint does."""

import json
from dataclasses import dataclass

from projects.speech.standin.replies import Refused
from projects.speech.standin.scripts import is_han
from projects.speech.standin.settings import Settings
from projects.speech.voices import LANGUAGES, MODEL, VOICE_NAMES

INSTRUCTION_TOKENS = 1600
ALGO = "<400> InternalError.Algo.InvalidParameter:"


@dataclass(frozen=True)
class Order:
    """A checked request. characters is what the bill counts."""

    text: str
    voice: str
    language: str
    instructions: str
    optimize: bool
    characters: int


def billed_characters(text: str) -> int:
    """Han letters count 2, everything else 1."""
    return len(text) + sum(map(is_han, text))


def length_of(text: str, unit: str) -> int:
    """The length in the unit of the limit: "bytes" (UTF-8), "weighted" (as billed) or "characters"."""
    if unit == "bytes":
        return len(text.encode())
    return billed_characters(text) if unit == "weighted" else len(text)


def instruction_tokens(text: str) -> int:
    """About the number of tokens: one for each CJK letter, one for each four other characters."""
    wide = sum(ord(character) >= 0x2E80 for character in text)
    return wide + (len(text) - wide + 3) // 4


def parse(body: bytes) -> dict[str, object]:
    """The JSON object of the body. Raises Refused."""
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "BadRequest.IllegalInput", "The request body is not valid JSON.") from None
    if not isinstance(values, dict):
        raise Refused(400, "BadRequest.IllegalInput", "The request body is not a JSON object.")
    return values


def check(values: dict[str, object], text: str | None, settings: Settings) -> Order:
    """The order in the values, its text already cleared of a fault marker. Raises Refused."""
    _check_model(values.get("model"))
    if text is None and values.get("input") is not None:
        raise _invalid("input must be a string.")
    if text is None or not text.strip():
        raise Refused(400, "BadRequest.EmptyInput", "Required input parameter missing from request.")
    _check_text(text, "input")
    voice = _string(values, "voice")
    if voice not in VOICE_NAMES:
        raise _invalid(f"{ALGO} Voice '{voice}' is not supported.")
    language = _string(values, "language_type") or "Auto"
    if language not in LANGUAGES:
        raise _invalid(
            f"{ALGO} language_type '{language}' is not supported, must be one of {', '.join(LANGUAGES)}."
        )
    instructions = _string(values, "instructions")
    if instruction_tokens(instructions) > INSTRUCTION_TOKENS:
        raise _invalid(f"{ALGO} Range of instructions length should be [0, {INSTRUCTION_TOKENS}]")
    if length_of(text, settings.limit_unit) > settings.limit:
        raise _invalid(f"{ALGO} Range of input length should be [0, {settings.limit}]")
    billed = billed_characters(text + instructions if settings.bills_instructions else text)
    return Order(text, voice, language, instructions, _optimize(values), billed)


def _check_model(model: object) -> None:
    if model is None or model == "":
        raise Refused(400, "BadRequest.EmptyModel", "Required parameter model missing from request.")
    if not isinstance(model, str):
        raise _invalid("model must be a string.")
    if model != MODEL:
        raise Refused(404, "ModelNotFound", f"Model '{model}' can not be found.")


def _string(values: dict[str, object], name: str) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _invalid(f"{name} must be a string.")
    _check_text(value, name)
    return value


def _check_text(text: str, name: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _invalid(f"{name} contains half a surrogate pair and is not valid Unicode.") from None


def _optimize(values: dict[str, object]) -> bool:
    value = values.get("optimize_instructions")
    if value is not None and not isinstance(value, bool):
        raise _invalid("optimize_instructions must be true or false.")
    return bool(value)


def _invalid(message: str) -> Refused:
    return Refused(400, "InvalidParameter", message)
