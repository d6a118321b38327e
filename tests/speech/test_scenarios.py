"""That none of the eighteen things which can befall a client (contract.md 9.3) is without a test over real HTTP."""

import importlib

import pytest

from projects.speech.standin.faults import NAMES, WITH_CODE
from tests.speech import test_client

# The faults of the stand-in that test_client commits; and tests elsewhere, where the stand-in cannot commit it.
SCENARIOS: dict[int, tuple[str, ...]] = {
    1: ("auth-401", "auth-402", "auth-403"),
    2: ("ali:400:Arrearage", "test_classify.test_every_code_has_its_fate_in_both_forms"),
    3: ("ok-code:DataInspectionFailed",),
    4: ("audio-null", "audio-blank"),
    5: ("empty-body", "test_exchange.test_broken_answers_are_failures_with_a_reason"),
    6: ("html-502", "html-503", "html-504", "html-520", "html-200"),
    7: ("plain-text",),
    8: ("redirect-302", "redirect-307", "redirect-page"),
    9: ("json-for-sse", "sse-for-json", "audio-bytes"),
    10: ("sse-error-first", "sse-error-late", "sse-error-space", "sse-error-status"),
    11: ("sse-cut-line", "sse-cut-base64", "sse-cut-before-stop", "sse-no-last-blank"),
    12: ("sse-done", "sse-comments", "sse-crlf", "sse-space", "sse-split-utf8", "sse-long-line"),
    13: ("bad-base64", "odd-pcm", "odd-total", "riff-chunk", "silence", "no-audio-stop"),
    14: ("stop-without-url", "only-url"),
    15: (
        *("url-http", "url-expired", "url-404", "url-slow", "url-short"),
        *("url-placeholder-sizes", "url-not-wav", "url-private"),
        "test_download.test_downloads_are_followed_with_care",
    ),
    16: ("429", "429-seconds", "429-date"),
    17: (
        *("reset", "reset-mid", "stall", "stall-mid", "drip"),
        "test_connections.test_a_stranger_certificate_gets_no_token",
        "test_exchange.test_nobody_there",
    ),
    18: ("null-finish", "no-status", "status-zero", "no-expires", "expires-ms", "numbers-as-strings"),
}
COMMITTED = {
    row[0]
    for rows in (test_client.BOTH, test_client.STREAMED, test_client.DOWNLOADED, test_client.SLOW)
    for row in rows
}


def test_all_eighteen_are_there_and_each_fault_of_the_standin_belongs_to_one() -> None:
    assert list(SCENARIOS) == list(range(1, 19))
    listed = {name.partition(":")[0] for names in SCENARIOS.values() for name in names}
    assert set(NAMES) - listed == set()
    assert {fault.partition(":")[0] for fault in COMMITTED} >= set(NAMES), "a fault that no test commits"
    assert all(any(fault.startswith(f"{name}:") for fault in COMMITTED) for name in WITH_CODE[:2])


@pytest.mark.parametrize("number", SCENARIOS)
def test_what_a_scenario_names_is_committed_or_tested(number: int) -> None:
    for name in SCENARIOS[number]:
        module, is_elsewhere, test = name.partition(".")
        if is_elsewhere:
            assert callable(getattr(importlib.import_module(f"tests.speech.{module}"), test))
        else:
            assert name in COMMITTED
