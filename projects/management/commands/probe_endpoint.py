"""``manage.py probe_endpoint``: asks the speech endpoint what its documentation leaves open; says what it costs."""

import json
import textwrap
from argparse import ArgumentParser
from dataclasses import asdict
from decimal import ROUND_UP, Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, SystemCheckError

from projects.speech import probing
from projects.speech.observing import Observer
from projects.speech.voices import VOICE_NAMES


class Refused(SystemCheckError):
    """A CommandError that Django prints without the name of its class, so that only the sentence is seen."""


class Command(BaseCommand):
    help = (
        "Ask the speech endpoint, in a few paid calls, what its documentation leaves open: the unit of its limit,"
        " its errors, its speed. Exit code 2 where the endpoint cannot be used at all."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="", help="the endpoint (NARRATOR_SPEECH_URL)")
        parser.add_argument(
            "--token", default="", help="its token (NARRATOR_SPEECH_TOKEN; never sent to another --url)"
        )
        parser.add_argument("--voice", choices=VOICE_NAMES, default="Cherry", metavar="NAME", help="(Cherry)")
        parser.add_argument(
            "--price-per-10k", type=str, default="", metavar="N", help="price of 10,000 billing characters"
        )
        parser.add_argument(
            "--currency", default="", metavar="CODE", help="what the price is in, such as CNY"
        )
        parser.add_argument("--yes", action="store_true", help="do not ask before spending")
        parser.add_argument("--json", action="store_true", help="print the findings as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        price = _price(options["price_per_10k"])
        observer = _observer(options["url"].strip(), options["token"])
        try:
            self._agree(observer.url, price, options)
            try:
                report = probing.probe(observer, voice=options["voice"])
            except probing.Unusable as error:
                raise Refused(f"The endpoint cannot be used: {error}", returncode=2) from None
            except KeyboardInterrupt:
                raise Refused(
                    "Stopped. What was asked so far may have been billed.", returncode=130
                ) from None
        finally:
            observer.close()
        told = _as_json if options["json"] else _as_table
        self.stdout.write(told(report, observer.url, price, options["currency"]))

    def _agree(self, url: str, price: Decimal | None, options: dict[str, Any]) -> None:
        most = probing.most_characters()
        self.stderr.write(
            f"{probing.MOST_CALLS} calls at most to {url}, at most"
            f" {_spent(most, price, options['currency'])}."
        )
        if options["yes"]:
            return
        self.stderr.write("Go on? [y/N] ", ending="")
        self.stderr.flush()
        try:
            answer = input()
        except (EOFError, KeyboardInterrupt):
            answer = ""
        if answer.strip().lower() not in ("y", "yes"):
            raise Refused("Nothing was asked. Answer y, or use --yes.", returncode=1)


def _observer(url: str, token: str) -> Observer:
    """The endpoint to ask; the token of the settings belongs to the endpoint of the settings alone."""
    own = not url or url.rstrip("/") == settings.SPEECH_URL.rstrip("/")
    if not (url or settings.SPEECH_URL):
        raise Refused(
            "No endpoint is set. Set NARRATOR_SPEECH_URL and NARRATOR_SPEECH_TOKEN, or give --url and --token.",
            returncode=2,
        )
    try:
        return Observer(url or settings.SPEECH_URL, token or (settings.SPEECH_TOKEN if own else ""))
    except ValueError as error:
        raise Refused(str(error), returncode=2) from None


def _price(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal(-1)
    if not price.is_finite() or price < 0:
        raise Refused(f"The price is a number such as 0.8, not {text!r}.", returncode=2)
    return price


def _cost(characters: int, price: Decimal) -> Decimal:
    """Rounded up to the fourth place, so that what is said is never less than what is paid."""
    return (price * characters / 10_000).quantize(Decimal("0.0001"), ROUND_UP)


def _spent(characters: int, price: Decimal | None, currency: str) -> str:
    money = "" if price is None else f" ({f'{_cost(characters, price)} {currency}'.strip()})"
    return f"{characters:,} billing characters{money}"


def _as_json(report: probing.Report, url: str, price: Decimal | None, currency: str) -> str:
    told = {
        "url": url,
        "findings": [asdict(finding) for finding in report.findings],
        "calls": report.calls,
        "characters": report.characters,
        "cost": None if price is None else str(_cost(report.characters, price)),
        "currency": currency or None,
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _as_table(report: probing.Report, url: str, price: Decimal | None, currency: str) -> str:
    width = max(len(finding.question) for finding in report.findings)
    answers = max(len(finding.answer) for finding in report.findings)
    lines = []
    for finding in report.findings:
        evidence = textwrap.wrap(finding.evidence, 72) or [""]
        lines.append(f"{finding.question:{width}}  {finding.answer:{answers}}  {evidence[0]}".rstrip())
        lines += [" " * (width + answers + 4) + line for line in evidence[1:]]
    lines += ["", f"{report.calls} calls, {_spent(report.characters, price, currency)}."]
    found = {finding.key: finding.value for finding in report.findings}
    if found["limit"] and found["limit_unit"]:
        lines.append(
            f"To use it: NARRATOR_SPEECH_LIMIT={found['limit']} NARRATOR_SPEECH_LIMIT_UNIT={found['limit_unit']}"
        )
    return "\n".join(lines)
