"""Listening to a take over HTTP while it is being made."""

import socket
import threading
import time
from collections.abc import Callable
from itertools import count

import pytest
import redis
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from narrator.teams.models import User
from projects.actions import claims, live, rendering, takes
from projects.models import Take
from projects.pacing import quota
from projects.speech import errors
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]
ONE, TWO = b"\x01\x00" * 480, b"\x02\x00" * 480


# A wait that no stall of the machine is as long as: what is answered within half of it was not waited for.
LONG_S = 40.0


@pytest.fixture(autouse=True)
def quiet(broker: str) -> None:
    """No live sound of another test's take with the same number."""
    with quota.client(broker, 60) as client:
        for key in client.scan_iter("narrator:live:*"):
            client.delete(key)


@pytest.fixture
def take(cast: Cast) -> Take:
    """A take in the making that a person asked for."""
    script = factories.script(cast.team, lines=1)
    takes.request(script, script.paragraphs.all(), by=cast.editor, fresh=True)
    claimed = claims.claim(worker="test")
    assert claimed is not None
    return claimed


def ask(client: Client, take: Take, after: str = "") -> HttpResponse:
    address = reverse("take-live", args=[take.pk])
    return client.get(f"{address}?after={after}" if after else address)


def test_listening_goes_on_where_it_was_until_the_take_is_ready(
    cast: Cast, sign_in: SignIn, take: Take
) -> None:
    client, sink = sign_in(cast.viewer), live.Sink(take.pk, at_once=True)
    sink.write(ONE)
    first = ask(client, take)
    assert (first.status_code, first.content, first["Live-State"]) == (200, ONE, "coming")
    assert (first["Content-Type"], first["Cache-Control"]) == ("application/octet-stream", "no-store")
    sink.write(TWO)
    rendering.finish(take, request_id="test", **rendering.store(factories.sound(900)))
    second = ask(client, take, first["Live-Next"])
    assert (second.content, second["Live-State"]) == (TWO, "coming")
    assert second["Live-Epoch"] == first["Live-Epoch"]
    last = ask(client, take, second["Live-Next"])
    assert (last.content, last["Live-State"], last["Live-Ms"]) == (b"", "ready", "900")
    assert last["Live-Audio"] == reverse("take-audio", args=[take.pk])


def test_a_take_that_is_made_anew_has_another_epoch(cast: Cast, sign_in: SignIn, take: Take) -> None:
    client = sign_in(cast.viewer)
    live.Sink(take.pk, at_once=True).write(ONE)
    first = ask(client, take)
    rendering.settle_error(take, errors.Unavailable("The answer broke off.", code="cut_short"))
    waiting = ask(client, take, first["Live-Next"])
    assert (waiting.content, waiting["Live-State"]) == (b"", "coming")
    assert waiting["Live-Epoch"] == first["Live-Epoch"]
    live.Sink(take.pk, at_once=True).write(TWO)
    again = ask(client, take, first["Live-Next"])
    assert again.content == TWO
    assert int(again["Live-Epoch"]) > int(first["Live-Epoch"])


def test_a_take_that_failed_says_so(cast: Cast, sign_in: SignIn, take: Take) -> None:
    rendering.settle_error(take, errors.Refused("The endpoint refused this text.", code="refused"))
    answer = ask(sign_in(cast.viewer), take)
    assert (answer.content, answer["Live-State"]) == (b"", "failed")
    assert "Live-Audio" not in answer


def test_sound_that_comes_while_one_waits_is_answered_at_once(
    cast: Cast, sign_in: SignIn, take: Take, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LONGEST_WAIT_S", LONG_S)
    written_at: list[float] = []

    def speak() -> None:
        with quota.client(broker, 60) as watcher:
            for _ in count():
                if watcher.exists(f"narrator:live:{take.pk}:wanted"):
                    break
        written_at.append(time.monotonic())
        live.Sink(take.pk, at_once=True).write(ONE)

    worker = threading.Thread(target=speak)
    worker.start()
    answer = ask(sign_in(cast.viewer), take)
    answered_at = time.monotonic()
    worker.join()
    assert answer.content == ONE
    assert answered_at - written_at[0] < LONG_S / 2


def test_a_thread_is_held_for_about_a_second_and_not_at_all_once_the_take_is_made(
    cast: Cast, sign_in: SignIn, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(cast.viewer)
    began = time.monotonic()
    answer = ask(client, take)
    assert 0.9 < time.monotonic() - began < LONG_S
    assert (answer.content, answer["Live-State"], answer["Live-Next"]) == (b"", "coming", live.START)
    rendering.finish(take, request_id="test", **rendering.store(factories.sound()))
    monkeypatch.setattr(live, "LONGEST_WAIT_S", LONG_S)
    began = time.monotonic()
    assert ask(client, take)["Live-State"] == "ready"
    assert time.monotonic() - began < LONG_S / 2


def test_where_too_many_wait_the_next_is_asked_to_come_again(
    cast: Cast, sign_in: SignIn, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_waiters", threading.BoundedSemaphore(1))
    monkeypatch.setattr(live, "LONGEST_WAIT_S", LONG_S)
    client = sign_in(cast.viewer)
    with live._waiters:
        began = time.monotonic()
        nothing = ask(client, take)
        live.Sink(take.pk, at_once=True).write(ONE)
        something = ask(client, take)
    assert time.monotonic() - began < LONG_S / 2
    assert (nothing.status_code, nothing.content, nothing["Retry-After"]) == (200, b"", "1")
    assert something.content == ONE
    assert "Retry-After" not in something


def test_it_costs_three_queries_however_many_takes_there_are(
    cast: Cast, sign_in: SignIn, take: Take, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(cast.viewer)
    live.Sink(take.pk, at_once=True).write(ONE)
    for _ in range(2):
        with django_assert_num_queries(3):  # the session, the person, the take with the role
            ask(client, take)
        script = factories.script(cast.team, lines=3)
        takes.request(script, script.paragraphs.all(), by=None)


def test_outsiders_hear_nothing(cast: Cast, sign_in: SignIn, take: Take) -> None:
    live.Sink(take.pk, at_once=True).write(ONE)
    outside = ask(sign_in(cast.stranger), take)
    assert outside.status_code == 404
    assert ONE not in outside.content
    assert ask(Client(), take).status_code == 302
    assert sign_in(cast.owner).post(reverse("take-live", args=[take.pk])).status_code == 405


@pytest.mark.parametrize("after", ["1", "$", "0-0;x", "-1-1", "1-99999999999999999999"])
def test_a_place_that_is_none_is_refused(after: str, cast: Cast, sign_in: SignIn, take: Take) -> None:
    assert ask(sign_in(cast.viewer), take, after).status_code == 400


def test_without_redis_it_says_so_and_the_finished_take_is_still_told(
    cast: Cast, sign_in: SignIn, take: Take, settings: object
) -> None:
    client = sign_in(cast.viewer)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"  # type: ignore[attr-defined]
        began = time.monotonic()
        answer = ask(client, take)  # who is refused does not wait
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        rendering.finish(take, request_id="test", **rendering.store(factories.sound()))
        assert ask(client, take)["Live-State"] == "ready"
        assert time.monotonic() - began < quota.TIMEOUT_S / 2


def test_redis_that_comes_back_is_heard_again(
    cast: Cast, sign_in: SignIn, take: Take, settings: object, monkeypatch: pytest.MonkeyPatch, broker: str
) -> None:
    client = sign_in(cast.viewer)
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"  # type: ignore[attr-defined]
    with pytest.raises(live.Deaf) as told:
        live.listen(take.pk)
    assert isinstance(told.value.__cause__, redis.RedisError | OSError)
    settings.REDIS_URL = broker  # type: ignore[attr-defined]
    monkeypatch.setattr(live, "_alone_until", time.monotonic())  # the time of leaving it alone has gone by
    live.Sink(take.pk, at_once=True).write(ONE)
    assert ask(client, take).content == ONE
