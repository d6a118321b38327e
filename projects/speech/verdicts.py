"""What follows from calls that were seen: one function for each question, each with its Finding. No network.

Which calls are made, and how the limit is found, is probing.py's business.
"""

import json
from dataclasses import dataclass

from projects.speech.budget import billing_characters
from projects.speech.errors import Unavailable
from projects.speech.observing import Seen

UNKNOWN = "unknown"
_REDIRECTS = (301, 302, 303, 307, 308)
_NOT_ASKED = "It was not asked any more: the endpoint had stopped answering."


@dataclass(frozen=True)
class Finding:
    """A question with its answer. value: the answer for programs, None when it is not known."""

    key: str
    question: str
    answer: str
    evidence: str
    value: object = None


def redirect(seen: Seen) -> Finding:
    start = seen.whole_body[:16].lstrip()
    form = (
        "sound itself"
        if start.startswith(b"RIFF")
        else "JSON"
        if start.startswith(b"{")
        else "something else"
    )
    moved = seen.status in _REDIRECTS
    evidence = f"HTTP {seen.status} with {'the address of the audio' if moved else form}."
    return Finding(
        "redirect", "Does it answer with a redirect (302)?", "yes" if moved else "no", evidence, moved
    )


def wav_sizes(seen: Seen) -> Finding:
    key, question, sizes = (
        "wav_sizes",
        "Are the sizes in a downloaded WAV file's header true?",
        seen.wav_sizes(),
    )
    if sizes is None:
        return Finding(key, question, UNKNOWN, why(seen, "No WAV file came."))
    declared, there = sizes
    answer = "yes" if declared == there else "no, they are placeholders"
    evidence = f"The header declares {declared} bytes of audio, {there} are there."
    return Finding(key, question, answer, evidence, declared == there)


def usage(seen: Seen | None) -> Finding:
    key, question = "usage", "Does every event of a stream carry usage?"
    told = [said.characters for _at_s, said in seen.events()] if seen and not seen.error else []
    if not told:
        return Finding(key, question, UNKNOWN, why(seen, "The answer was no stream of events."))
    having = sum(characters is not None for characters in told)
    evidence = f"{having} of {len(told)} events had it."
    if having == len(told):
        return Finding(key, question, "yes", evidence, "every" if having > 1 else None)
    if not having:
        return Finding(key, question, "no, none does", evidence, "none")
    last = having == 1 and told[-1] is not None
    return Finding(
        key, question, f"no, only {'the last' if last else 'some'}", evidence, "last" if last else "some"
    )


def instructions_billed(directed: Seen, streamed: Seen | None, text: str, instructions: str) -> Finding:
    """directed and streamed: the same text with and without instructions."""
    key, question, billed = (
        "instructions_billed",
        "Do instructions count as billed characters?",
        directed.characters,
    )
    if billed is None:
        return Finding(key, question, UNKNOWN, why(directed, "The answer has no usage."))
    alone = streamed.characters if streamed and streamed.characters is not None else billing_characters(text)
    evidence = (
        f"{billed} were billed for the text with instructions of {billing_characters(instructions)},"
        f" {alone} for the text alone."
    )
    value = None if billed < alone else billed > alone
    return Finding(key, question, {True: "yes", False: "no", None: UNKNOWN}[value], evidence, value)


def han_billed(seen: Seen | None, text: str) -> Finding:
    """text: what was spoken, with some Han in it."""
    key, question = "han_billed", "Is a text billed by the known rule (Han 2, all else 1)?"
    if seen is None or seen.characters is None:
        return Finding(key, question, UNKNOWN, why(seen, "The answer has no usage."))
    expected = billing_characters(text)
    evidence = f"{seen.characters} for a text of {len(text)} characters, {expected} by the rule."
    good = seen.characters == expected
    return Finding(key, question, "yes" if good else "no", evidence, good)


def first_sound(seen: Seen | None) -> Finding:
    key, question = "first_sound_ms", "How long until the first sound of a stream?"
    if seen is None or seen.error:
        return Finding(key, question, UNKNOWN, why(seen, ""))
    first_s = next((at_s for at_s, said in seen.events() if said.data), None)
    if first_s is None:
        return Finding(key, question, UNKNOWN, "No sound came in events.")
    value = round(first_s * 1000)
    return Finding(key, question, f"{value} ms", "One call; the connection was open.", value)


def realtime_factor(seen: Seen | None) -> Finding:
    key, question = "realtime_factor", "How much faster than it plays is sound made?"
    if seen is None or seen.error or not seen.pcm:
        return Finding(key, question, UNKNOWN, why(seen, "No sound came."))
    factor = round(seen.sound_s / max(seen.total_s, 0.001), 1)
    return Finding(
        key, question, f"{factor:g} times", f"{seen.sound_s:.1f} s of sound in {seen.total_s:.2f} s.", factor
    )


def error_body(seen: Seen | None) -> Finding:
    """seen: a call with a voice that does not exist."""
    key, question = "error_form", "What form has an error's body?"
    if seen is None or seen.status is None:
        return Finding(key, question, UNKNOWN, why(seen, ""))
    if seen.error is None:
        return Finding(key, question, UNKNOWN, "A voice that does not exist was spoken all the same.")
    form, fate = error_form(seen.whole_body), type(seen.error).__name__
    evidence = (
        f"A wrong voice: HTTP {seen.status}, code {seen.error.code}, taken as {fate}. {seen.error.detail}"
    )
    return Finding(key, question, form, evidence.strip(), form)


def retry_after(limited: list[Seen], calls: int) -> Finding:
    """limited: the calls that met a 429."""
    key, question = "retry_after", "Does a 429 say when to come back (Retry-After)?"
    if not limited:
        return Finding(key, question, UNKNOWN, "No call met a 429, and none was provoked.")
    sent = [seen.headers.get("Retry-After") or seen.headers.get("Retry-After-Ms") for seen in limited]
    evidence = f"{len(sent)} of {calls} calls met a 429: {', '.join(value or 'without' for value in sent)}."
    return Finding(key, question, "yes" if any(sent) else "no", evidence, any(sent))


def error_form(body: bytes) -> str:
    """Whose form the body of an error has: "ali", "openai", "fastapi", "json", "html", "text" or "empty"."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        text = body.strip()
        return "empty" if not text else "html" if text.startswith(b"<") else "text"
    if not isinstance(said, dict):
        return "json"
    if isinstance(said.get("error"), dict):
        return "openai"
    return "fastapi" if "detail" in said else "ali" if "code" in said else "json"


def cost(seen: Seen, text: str) -> int:
    """What a call was billed: as it says, else by the rule where it may have been spoken."""
    if seen.status is None or seen.status >= 400:
        return 0
    if seen.characters is not None:
        return seen.characters
    refused = seen.error is not None and not isinstance(seen.error, Unavailable)
    return 0 if refused else billing_characters(text)


def why(seen: Seen | None, otherwise: str) -> str:
    """Why a question stays open: what the endpoint said, or this."""
    if seen is None:
        return _NOT_ASKED
    return f"{seen.error.message} {seen.error.detail}".strip() if seen.error else otherwise
