"""How one answer departs from the ordinary, as data: which fault changes which part of a sound answer.

Faults that are whole answers of their own live in refusals.py. Reading fault names lives in faults.py.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """The defaults are an ordinary answer. Fields marked (stream) do nothing when SSE was not asked for."""

    as_stream: bool | None = None  # answer in this form whatever was asked
    # the sound
    silence: bool = False
    data: bool = True  # (stream) audio events are sent
    chunk_bytes: int = 34_560  # (stream) 0.72 s
    extra_byte: bool = False  # (stream) the total is odd
    riff: bool = False  # (stream) a WAV header before the first PCM
    bad_base64: bool = False  # (stream) in the second audio event
    # the link and the fields around it
    link: str = "plain"  # plain, slow, short, not-wav, placeholder, expired, missing, private, absent
    audio: str = "url"  # "null": output.audio is null; "blank": url and data are ""
    status_code: str = "200"  # "absent" or "0"
    expires: str = "seconds"  # "absent" or "milliseconds"
    strings: bool = False  # numbers arrive as strings
    null_finish: bool = False  # (stream) JSON null in place of "null"
    # the events (stream)
    error: str = ""  # "first", "late"
    space: bool = False  # "data: " in place of "data:"
    crlf: bool = False
    comments: bool = False  # keep-alive comments, no id lines
    done: bool = False  # data: [DONE] at the end
    last_blank: bool = True
    long_line: bool = False  # all in one event of more than a megabyte
    split_utf8: bool = False  # reads end inside a letter
    cut: str = ""  # "line", "base64", "stop"
    # the wire
    leave: str = ""  # after the first half: "stall" says nothing more, "reset" breaks the connection
    drip: bool = False  # the body byte by byte


SHORT = 4_800  # 0.1 s: even the shortest sound gives two audio events, so that "late" and "mid" are true

PLANS: dict[str, Plan] = {
    "audio-null": Plan(audio="null", data=False, link="absent"),
    "audio-blank": Plan(audio="blank", data=False, link="absent"),
    "json-for-sse": Plan(as_stream=False),
    "sse-for-json": Plan(as_stream=True),
    "sse-error-first": Plan(error="first"),
    "sse-error-late": Plan(error="late", chunk_bytes=SHORT),
    "sse-error-space": Plan(error="late", space=True, chunk_bytes=SHORT),
    "sse-cut-line": Plan(cut="line", chunk_bytes=SHORT),
    "sse-cut-base64": Plan(cut="base64", chunk_bytes=SHORT),
    "sse-cut-before-stop": Plan(cut="stop", chunk_bytes=SHORT),
    "sse-no-last-blank": Plan(last_blank=False),
    "sse-done": Plan(done=True, space=True),
    "sse-comments": Plan(comments=True),
    "sse-crlf": Plan(crlf=True),
    "sse-space": Plan(space=True),
    "sse-split-utf8": Plan(split_utf8=True),
    "sse-long-line": Plan(long_line=True),
    "bad-base64": Plan(bad_base64=True, chunk_bytes=SHORT),
    "odd-pcm": Plan(chunk_bytes=4_801),
    "odd-total": Plan(extra_byte=True),
    "riff-chunk": Plan(riff=True),
    "silence": Plan(silence=True),
    "no-audio-stop": Plan(data=False, link="absent", audio="blank"),
    "stop-without-url": Plan(link="absent"),
    "only-url": Plan(data=False),
    "url-http": Plan(),
    "url-expired": Plan(link="expired"),
    "url-404": Plan(link="missing"),
    "url-slow": Plan(link="slow"),
    "url-short": Plan(link="short"),
    "url-placeholder-sizes": Plan(link="placeholder"),
    "url-not-wav": Plan(link="not-wav"),
    "url-private": Plan(link="private"),
    "stall-mid": Plan(leave="stall", chunk_bytes=SHORT),
    "reset-mid": Plan(leave="reset", chunk_bytes=SHORT),
    "drip": Plan(drip=True),
    "null-finish": Plan(null_finish=True),
    "no-status": Plan(status_code="absent"),
    "status-zero": Plan(status_code="0"),
    "no-expires": Plan(expires="absent"),
    "expires-ms": Plan(expires="milliseconds"),
    "numbers-as-strings": Plan(strings=True),
}
ORDINARY = Plan()
