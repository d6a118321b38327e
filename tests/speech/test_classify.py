"""Every row of contract.md section 5 and every code of 9.2, over real HTTP and by the table itself."""

import time

import pytest

from projects.speech.classify import FATES, Failure, classify, retry_after_s, shown
from projects.speech.client import Client
from projects.speech.errors import Busy, Refused, SpeechError, Stopped, TooLong, Unavailable
from projects.speech.line import Line

RANGE = "<400> InternalError.Algo.InvalidParameter: Range of input length should be [0, 600]"
VOICE = "<400> InternalError.Algo.InvalidParameter: Voice 'X' is not supported."
FREE = "Free allocated quota exceeded."

CONTRACT_5 = [
    (400, "InvalidParameter", RANGE, TooLong),
    (400, "InvalidParameter", VOICE, Refused),
    (400, "InvalidParameter", "language_type must be one of Auto, Chinese", Refused),
    (400, "invalid_parameter_error", "", Refused),
    (400, "BadRequest.EmptyInput", "", Refused),
    (400, "BadRequest.EmptyParameters", "", Refused),
    (400, "BadRequest.EmptyModel", "", Refused),
    (400, "BadRequest.IllegalInput", "", Refused),
    (400, "BadRequest.TooLarge", "", TooLong),
    (413, "BadRequest.TooLarge", "", TooLong),
    (400, "DataInspectionFailed", "", Refused),
    (400, "data_inspection_failed", "", Refused),
    (400, "CustomRoleBlocked", "", Refused),
    (400, "FaqRuleBlocked", "", Refused),
    (400, "IPInfringementSuspect", "", Refused),
    (400, "Arrearage", "Access denied, please make sure your account is in good standing.", Stopped),
    (400, "UnsupportedOperation", "", Refused),
    (400, "ClientDisconnect", "", Unavailable),
    (400, "ServiceUnavailableError", "", Refused),
    (401, "InvalidApiKey", "", Stopped),
    (401, "invalid_api_key", "", Stopped),
    (401, "NOT AUTHORIZED", "", Stopped),
    (401, "invalid access token or token expired", "", Stopped),
    (403, "AccessDenied", "", Stopped),
    (403, "access_denied", "", Stopped),
    (403, "AccessDenied.Unpurchased", "", Stopped),
    (403, "Model.AccessDenied", "", Stopped),
    (403, "Workspace.AccessDenied", "", Stopped),
    (403, "App.AccessDenied", "", Stopped),
    (403, "AllocationQuota.FreeTierOnly", "", Stopped),
    (404, "ModelNotFound", "", Stopped),
    (404, "Model.NotExist", "", Stopped),
    (404, "model_not_found", "", Stopped),
    (404, "WorkSpaceNotFound", "", Stopped),
    (404, "NotFound", "", Stopped),
    (408, "RequestTimeOut", "", Unavailable),
    (500, "RequestTimeOut", "", Unavailable),
    (429, "Throttling", "", Busy),
    (429, "Throttling.RateQuota", "", Busy),
    (429, "limit_requests", "", Busy),
    (429, "LimitRequests", "", Busy),
    (429, "Throttling.BurstRate", "", Busy),
    (429, "limit_burst_rate", "", Busy),
    (429, "Throttling.RateLimit", "", Busy),
    (429, "Throttling.AllocationQuota", "Allocated quota exceeded", Busy),
    (429, "Throttling.AllocationQuota", FREE, Stopped),
    (429, "insufficient_quota", "", Busy),
    (429, "insufficient_quota", FREE, Stopped),
    (429, "CommodityNotPurchased", "", Stopped),
    (429, "PrepaidBillOverdue", "", Stopped),
    (429, "PostpaidBillOverdue", "", Stopped),
    (500, "InternalError", "", Unavailable),
    (500, "internal_error", "", Unavailable),
    (500, "InternalError.Algo", "", Unavailable),
    (500, "InternalError.Timeout", "", Unavailable),
    (500, "InternalError.Upload", "", Unavailable),
    (500, "SystemError", "", Unavailable),
    (500, "ModelServiceFailed", "", Unavailable),
    (500, "ResponseTimeout", "", Unavailable),
    (500, "InternalError.Algo", VOICE, Refused),
    (500, "InternalError", RANGE, TooLong),
    (500, "RewriteFailed", "prompt rewriting model call failed", Unavailable),
    (500, "ModelServingError", "throttled due to system capacity", Unavailable),
    (503, "ModelServingError", "throttled due to system capacity", Unavailable),
    (503, "ModelUnavailable", "", Unavailable),
    (504, "", "", Unavailable),
    (502, "", "", Unavailable),
]
CONTRACT_9_2 = [
    (403, "insufficient_user_quota", "", Stopped),
    (403, "pre_consume_token_quota_failed", "", Stopped),
    (403, "access_denied", "", Stopped),
    (503, "model_not_found", "no available channel for this model", Stopped),
    (500, "channel:no_available_key", "", Stopped),
    (500, "channel:invalid_key", "", Stopped),
    (503, "get_channel_failed", "", Unavailable),
    (500, "do_request_failed", "", Unavailable),
    (502, "bad_response_status_code", "", Unavailable),
    (429, "bad_response_status_code", "", Busy),
    (500, "bad_response", "", Unavailable),
    (500, "bad_response_body", "", Unavailable),
    (500, "read_response_body_failed", "", Unavailable),
    (500, "empty_response", "", Unavailable),
    (504, "channel:response_time_exceeded", "", Unavailable),
    (429, "token_concurrency_limit_reached", "", Busy),
    (400, "bad_response", "ali TTS error: Throttling.RateQuota - Requests rate limit exceeded", Busy),
    (400, "bad_response", "ali TTS error: Throttling - slow down", Busy),
    (400, "bad_response", "ali TTS error: Arrearage - Access denied", Stopped),
    (400, "bad_response", f"ali TTS error: InvalidParameter - {RANGE}", TooLong),
    (400, "bad_response", f"ali TTS error: InvalidParameter - {VOICE}", Refused),
    (
        400,
        "bad_response",
        "ali TTS error: DataInspectionFailed - Input data may contain inappropriate content.",
        Refused,
    ),
    (400, "bad_response", "ali TTS error:InvalidApiKey", Stopped),
    (500, "", "invalid access token or token expired", Stopped),
]
BY_STATUS = [
    (400, Refused),
    (401, Stopped),
    (402, Stopped),
    (403, Stopped),
    (404, Stopped),
    (405, Stopped),
    (408, Unavailable),
    (409, Unavailable),
    (413, TooLong),
    (418, Refused),
    (422, Refused),
    (425, Unavailable),
    (429, Busy),
    (500, Unavailable),
    (502, Unavailable),
    (503, Unavailable),
    (504, Unavailable),
    (520, Unavailable),
    (529, Unavailable),
]


def failed(client: Client, fault: str, *, stream: bool) -> SpeechError:
    with pytest.raises(SpeechError) as caught:
        client.synthesize(Line(f"Hello there, dear reader. {{{{fault:{fault}}}}}", "Cherry"), stream=stream)
    return caught.value


@pytest.mark.parametrize(
    ("form", "status", "code", "message", "fate"),
    [
        (form, *row)
        for row in CONTRACT_5 + CONTRACT_9_2
        for form in ("ali", "openai")
        if row[1] or form == "openai"
    ],
)  # the native form always has a code
def test_every_code_has_its_fate_in_both_forms(
    client: Client, form: str, status: int, code: str, message: str, fate: type[SpeechError]
) -> None:
    parts = (form, str(status), code, message) if message else (form, str(status), code)
    error = failed(client, ":".join(parts), stream=form == "ali")
    assert type(error) is fate, (error, error.detail)
    assert error.status == status
    assert error.message.endswith(".")


@pytest.mark.parametrize(("status", "code", "message", "fate"), [row for row in CONTRACT_5 if row[1]])
def test_a_code_wins_over_any_status(
    client: Client, status: int, code: str, message: str, fate: type[SpeechError]
) -> None:
    """In a good answer (HTTP 200 with code set), as an event of a stream, and under a status that a gateway made up."""
    with_message = f"{code}:{message}" if message else code
    assert type(failed(client, f"ok-code:{with_message}", stream=False)) is fate
    assert type(failed(client, f"ali:418:{with_message}", stream=False)) is fate
    assert type(classify(Failure(200, code.upper(), message=message))) is fate
    if not message:
        for fault in ("sse-error-first", "sse-error-late", "sse-error-status", "sse-error-space"):
            error = failed(client, f"{fault}:{code}", stream=True)
            assert type(error) is fate, fault
            assert error.code == code


@pytest.mark.parametrize(("status", "fate"), BY_STATUS)
def test_without_a_known_code_the_status_decides(
    client: Client, status: int, fate: type[SpeechError]
) -> None:
    assert type(failed(client, f"openai:{status}:", stream=False)) is fate
    assert type(failed(client, f"ali:{status}:SomethingNew.Entirely", stream=True)) is fate


def test_no_row_of_the_table_is_untested() -> None:
    def squashed(code: str) -> str:
        return ".".join("".join(char for char in part if char.isalnum()) for part in code.lower().split("."))

    tested = {squashed(code) for _status, code, _message, _fate in CONTRACT_5 + CONTRACT_9_2}
    ours = {
        "internalerror.algo.invalidparameter": Refused,
        "badrequest": Refused,
        "authenticationerror": Stopped,
        "ratelimitexceeded": Busy,
        "ratelimiterror": Busy,
        "stringabovemaxlength": TooLong,
        "invalidmodel": Stopped,
    }
    assert set(FATES) - tested == set(ours)
    for code, fate in ours.items():
        assert type(classify(Failure(418, code))) is fate


def test_the_named_limit_is_learned() -> None:
    error = classify(Failure(400, "InvalidParameter", message=RANGE.replace("600", "1024")))
    assert isinstance(error, TooLong)
    assert error.limit == 1024
    assert classify(Failure(413)).limit is None  # type: ignore[attr-defined]


def test_the_allocation_quota_waits_a_minute_and_counts() -> None:
    error = classify(Failure(429, "Throttling.AllocationQuota", retry_after_s=5.0))
    assert isinstance(error, Busy)
    assert (error.retry_after_s, error.counts_as_attempt) == (60.0, True)
    plain = classify(Failure(429, "Throttling.RateQuota", retry_after_s=5.0))
    assert isinstance(plain, Busy)
    assert (plain.retry_after_s, plain.counts_as_attempt) == (5.0, False)


@pytest.mark.parametrize(
    ("failure", "fate"),
    [
        (Failure(200, "429"), Busy),
        (Failure(500, "401"), Stopped),
        (Failure(401, kind="invalid_request_error"), Stopped),
        (Failure(500, kind="rate_limit_error"), Busy),
        (Failure(503, "ServiceUnavailableError"), Unavailable),
        (Failure(429, message=FREE), Stopped),
        (
            Failure(
                429,
                "insufficient_quota",
                message="please check your plan and billing details",
            ),
            Stopped,
        ),
        (Failure(500, "InternalError", message="The model said NotFoundInTheSky"), Unavailable),
        (Failure(None), Unavailable),
        (Failure(302), Unavailable),
        (Failure(400, "x" * 5000 + "." * 5000), Refused),
    ],
)
def test_odd_cases(failure: Failure, fate: type[SpeechError]) -> None:
    assert type(classify(failure)) is fate


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "1e9"}, 3600.0),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After-Ms": "250", "Retry-After": "9"}, 0.25),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT"}, 0.0),
        ({"Retry-After": "Wed, 99 Oct 2015"}, None),
    ],
)
def test_the_wait_that_is_asked_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_what_is_shown_hides_the_secret_and_control_characters() -> None:
    assert shown("a sk-1\n\x1b[31m\x00 b" + "c" * 999, "sk-1") == "a [token] [31m b" + "c" * 484
    assert len(shown("sk-1" * 200_000, "sk-1")) == 500


def test_a_hostile_message_costs_little_time() -> None:
    start = time.process_time()
    for message in (
        "a." * 100_000,
        "input " * 50_000,
        "Range of input length should be [" * 20_000,
        "A" * 500_000,
    ):
        classify(Failure(400, "bad_response", message=message))
    assert time.process_time() - start < 10
