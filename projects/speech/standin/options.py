"""The command line of the stand-in, shared by `python -m projects.speech.standin` and by manage.py."""

import argparse
import contextlib
import ctypes
import signal
import sys
import threading

from projects.speech.standin.faults import UnknownFault
from projects.speech.standin.server import KINDS, PortTaken, Standin
from projects.speech.standin.settings import UNITS, Settings
from projects.speech.standin.speaker import MODES


def add_options(parser: argparse.ArgumentParser) -> None:
    """All options of the stand-in."""
    parser.add_argument("--port", type=int, default=8010, help="port to listen on, 0 for a free one (8010)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--token", default="", help="the Bearer token to ask for; without it any token is good"
    )
    parser.add_argument("--speech", choices=MODES, default="neural", help="how to speak (neural)")
    parser.add_argument(
        "--kind",
        choices=sorted(KINDS),
        default="dashscope",
        help="answer as the hosted model does, or as OpenAI and its kin (dashscope)",
    )
    parser.add_argument(
        "--latency", type=_not_negative, default=0.0, metavar="S", help="seconds from a request to its answer"
    )
    parser.add_argument(
        "--requests-per-minute", type=int, metavar="N", help="answer 429 past so many in 60 s"
    )
    parser.add_argument("--concurrency", type=int, metavar="N", help="answer 429 past so many at once")
    parser.add_argument("--limit", type=int, metavar="N", help="longest input (600, openai: 4096)")
    parser.add_argument(
        "--limit-unit", choices=UNITS, help="what the limit counts (bytes, openai: characters)"
    )
    parser.add_argument(
        "--link-life", type=_not_negative, default=86_400, metavar="S", help="life of links (86400)"
    )
    parser.add_argument(
        "--fault",
        type=_fault,
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="faults of the first requests, in order; ok for none",
    )


def run(options: dict[str, object]) -> int:
    """Serves until SIGTERM or SIGINT. The exit status: 0, or 1 when the port is taken."""
    kind = str(options["kind"])
    usual = KINDS[kind][2]()
    limit = _count(options, "limit")
    settings = Settings(
        latency_s=_number(options, "latency"),
        requests_per_minute=_count(options, "requests_per_minute"),
        concurrency=_count(options, "concurrency"),
        limit=usual.limit if limit is None else limit,
        limit_unit=str(options["limit_unit"] or usual.limit_unit),
        link_life_s=_number(options, "link_life"),
    )
    faults = options["fault"]
    standin = Standin(
        speech=str(options["speech"]),
        token=str(options["token"]),
        host=str(options["host"]),
        port=int(_number(options, "port")),
        settings=settings,
        kind=kind,
    )
    try:
        standin.fail(*faults if isinstance(faults, list) else [])
    except UnknownFault as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return serve(standin)


def serve(standin: Standin) -> int:
    """Starts, says that it is ready, waits for a signal, stops."""
    try:
        standin.start()
    except PortTaken as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _share_memory()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        standin.state.speaker.load()
        sys.stdout.write(f"stand-in ready on {standin.url}\n")
        sys.stdout.flush()
        stop.wait()
    finally:
        standin.stop()
    return 0


def _share_memory() -> None:
    """Two heaps for all threads where the C library is glibc: one for each would keep 200 MB more of scratch."""
    arena_max = -8
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(arena_max, 2)


def main(arguments: list[str] | None = None) -> int:
    """The command line of the module."""
    parser = argparse.ArgumentParser(
        prog="python -m projects.speech.standin",
        description="A stand-in for the speech endpoint: the same answers over real HTTP, at no cost.",
    )
    add_options(parser)
    return run(vars(parser.parse_args(arguments)))


def _number(options: dict[str, object], name: str) -> float:
    value = options[name]
    return float(value) if isinstance(value, int | float) else 0.0


def _count(options: dict[str, object], name: str) -> int | None:
    value = options[name]
    return value if isinstance(value, int) else None


def _not_negative(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 up")
    return value


def _fault(text: str) -> str:
    """The name of a fault of some kind; whether it is one of the chosen kind is seen once that is known."""
    told = ""
    for _handler, read, _settings in KINDS.values():
        try:
            read(text)
            return text
        except UnknownFault as error:
            told = told or str(error)
    raise argparse.ArgumentTypeError(told)
