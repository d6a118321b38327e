"""The probe finds what the stand-in was set up to be, in few calls and for no more than was said before."""

from collections.abc import Callable, Iterator

import pytest

from projects.speech import probing, verdicts
from projects.speech.budget import billing_characters
from projects.speech.observing import Observer, text_of
from projects.speech.standin.server import Standin
from projects.speech.standin.settings import Settings
from tests.speech.scripted import CANARY, Scripted, http, saying, tone, wav

Probe = Callable[..., tuple[dict[str, object], Standin, probing.Report]]


@pytest.fixture
def probe() -> Iterator[Probe]:
    running: list[Standin] = []
    waits: list[float] = []

    def ask(
        faults: list[str] | None = None, **settings: object
    ) -> tuple[dict[str, object], Standin, probing.Report]:
        standin = Standin(token=CANARY, settings=Settings(**settings), faults=faults or [])  # type: ignore[arg-type]
        standin.start()
        running.append(standin)
        observer = Observer(standin.url, CANARY, deadline_s=100)
        try:
            report = probing.probe(observer, voice="Cherry", wait=waits.append)
        finally:
            observer.close()
        assert all(0 < wait <= 60 for wait in waits)
        return {finding.key: finding.value for finding in report.findings}, standin, report

    yield ask
    for standin in running:
        standin.stop()


@pytest.mark.parametrize("limit", [600, 400, 90])
@pytest.mark.parametrize("unit", ["bytes", "weighted", "characters"])
def test_the_limit_and_its_unit_are_found(probe: Probe, unit: str, limit: int) -> None:
    found, standin, report = probe(limit=limit, limit_unit=unit)
    assert (found["limit"], found["limit_unit"]) == (limit, unit)
    assert report.calls == len(standin.calls) <= probing.MOST_CALLS
    assert report.characters == sum(call.characters for call in standin.calls) <= probing.most_characters()


def test_everything_else_of_an_ordinary_endpoint(probe: Probe) -> None:
    found, _standin, report = probe()
    assert (found["wav_sizes"], found["redirect"], found["error_form"]) == (True, False, "ali")
    assert (found["usage"], found["instructions_billed"], found["han_billed"]) == ("every", False, True)
    assert found["retry_after"] is None
    assert isinstance(found["first_sound_ms"], int)
    assert isinstance(found["realtime_factor"], float)
    assert all(finding.question and finding.answer and finding.evidence for finding in report.findings)


@pytest.mark.parametrize("usage", ["every", "last", "none"])
def test_where_usage_comes_is_found(probe: Probe, usage: str) -> None:
    assert probe(usage_in_events=usage)[0]["usage"] == usage


def test_billed_instructions_are_found(probe: Probe) -> None:
    found, standin, report = probe(bills_instructions=True)
    assert found["instructions_billed"] is True
    assert report.characters == sum(call.characters for call in standin.calls)


def test_placeholder_sizes_are_found(probe: Probe) -> None:
    assert probe(["url-placeholder-sizes"])[0]["wav_sizes"] is False


def test_a_redirect_is_found(probe: Probe) -> None:
    found, _standin, _report = probe(["redirect-302"] * 9, limit_unit="weighted")
    assert (found["redirect"], found["limit_unit"], found["usage"]) == (True, "weighted", None)
    assert found["wav_sizes"] is True


@pytest.mark.parametrize(("fault", "sent"), [("429-seconds", True), ("429-date", True), ("429", False)])
@pytest.mark.parametrize("before", [0, 1, 4])
def test_a_429_that_happens_is_noted_and_asked_again(
    probe: Probe, fault: str, sent: bool, before: int
) -> None:
    found, _standin, report = probe(["ok"] * before + [fault], limit_unit="weighted")
    assert (found["retry_after"], found["limit_unit"], report.calls) == (sent, "weighted", 8)


def test_who_stays_busy_is_asked_no_more(probe: Probe) -> None:
    found, standin, _report = probe(["ok", "ok", "ok", "429", "429"])
    assert len(standin.calls) == 5
    assert (found["limit"], found["limit_unit"], found["retry_after"]) == (None, None, False)
    assert found["usage"] == "every"


def test_an_account_that_ends_in_the_middle_leaves_questions_open(probe: Probe) -> None:
    found, standin, report = probe(["ok", "ok", "ok", "ok", "ali:400:Arrearage"])
    assert len(standin.calls) == 5
    assert (found["limit"], found["limit_unit"]) == (600, None)
    unit = next(finding for finding in report.findings if finding.key == "limit_unit")
    assert "in arrears" in unit.evidence


@pytest.mark.parametrize("spoilt", range(1, 7))
@pytest.mark.parametrize(
    "fault", ["html-502", "reset", "ali:400:DataInspectionFailed", "audio-null", "empty-body"]
)
def test_a_fault_on_the_way_costs_an_answer_and_never_gives_a_wrong_one(
    probe: Probe, fault: str, spoilt: int
) -> None:
    found, _standin, report = probe(["ok"] * spoilt + [fault], limit_unit="weighted")
    assert found["limit_unit"] in ("weighted", None)
    assert found["limit"] in (600, None)
    assert found["usage"] in ("every", None)
    assert found["instructions_billed"] is False
    assert len(report.findings) == 11


@pytest.mark.parametrize("fault", ["auth-401", "ali:400:Arrearage", "html-502", "empty-body", "429"])
def test_an_endpoint_that_cannot_be_used_is_told(probe: Probe, fault: str) -> None:
    with pytest.raises(probing.Unusable) as caught:
        probe([fault, fault])
    assert str(caught.value)
    assert CANARY not in str(caught.value)


def test_nobody_at_the_address() -> None:
    observer = Observer("http://127.0.0.1:9", "")
    with pytest.raises(probing.Unusable, match="cannot be reached"):
        probing.probe(observer, voice="Cherry")
    observer.close()


def test_an_endpoint_without_a_limit() -> None:
    found, _calls = of_raw_server(http(wav(tone(3)), "audio/wav"))
    assert (found["limit"], found["limit_unit"], found["error_form"]) == (None, None, None)
    assert (found["wav_sizes"], found["redirect"], found["usage"]) == (True, False, None)


def of_raw_server(answer: bytes) -> tuple[dict[str, object], int]:
    with Scripted(saying(answer)) as server:
        observer = Observer(server.url, "")
        report = probing.probe(observer, voice="Cherry")
        observer.close()
        return {finding.key: finding.value for finding in report.findings}, len(server.requests)


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b'{"request_id": "x", "code": "InvalidParameter", "message": "m"}', "ali"),
        (b'{"error": {"message": "m", "code": null}}', "openai"),
        (b'{"detail": "Not Found"}', "fastapi"),
        (b'{"message": "m"}', "json"),
        (b"[1]", "json"),
        (b"<html>", "html"),
        (b"Internal Server Error", "text"),
        (b" \n", "empty"),
        (b"[" * 100_000, "text"),
    ],
)
def test_forms_of_error_bodies(body: bytes, form: str) -> None:
    assert verdicts.error_form(body) == form


@pytest.mark.parametrize("characters", [1, 200, 250, 301, 601])
def test_texts_have_the_asked_length_in_every_unit(characters: int) -> None:
    han, letters = text_of(characters, han=True), text_of(characters, han=False)
    assert (len(han), billing_characters(han), len(han.encode())) == (
        characters,
        2 * characters,
        3 * characters,
    )
    assert (len(letters), len(letters.strip()), letters.isascii()) == (characters, characters, True)
