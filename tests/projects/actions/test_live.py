"""The live sound of a take through a real Valkey: order, going on, new efforts, bounds, and Redis away."""

import socket
import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
import redis
from django.conf import settings as django_settings

from projects.actions import claims, endpoint, live, rendering, takes
from projects.actions.live import START, Heard, Sink, listen
from projects.models import Take, TakeStatus
from projects.pacing import quota
from projects.speech.standin.server import Standin
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database
TAKE = 71
# A wait that no stall of the machine is as long as: what is answered within half of it was not waited for.
LONG_S = 40.0
LONG = " ".join(f"This is sentence {n} of a line that is long." for n in range(1, 24))


@pytest.fixture
def server(broker: str) -> Iterator[redis.Redis]:
    """A connection to the broker, which knows of no live sound."""
    with quota.client(broker, 60) as client:
        for key in client.scan_iter("narrator:live:*"):
            client.delete(key)
        yield client


def samples(value: int, count: int = 240) -> bytes:
    return value.to_bytes(2, "little") * count


def everything(take_id: int, after: str = START) -> list[Heard]:
    """All answers from this place on."""
    answers = []
    while (heard := listen(take_id, after=after, wait=False)).pcm:
        answers.append(heard)
        after = heard.place
    return answers


def test_what_is_written_is_heard_in_order_and_goes_on_exactly(server: redis.Redis) -> None:
    sink = Sink(TAKE, at_once=True)
    sink.write(samples(1))
    first = listen(TAKE)
    assert first.pcm == samples(1)
    sink.write(samples(2))
    sink.write(samples(3))
    second = listen(TAKE, after=first.place)
    assert (second.pcm, second.epoch) == (samples(2) + samples(3), first.epoch)
    assert listen(TAKE, after=second.place, wait=False).pcm == b""
    assert b"".join(heard.pcm for heard in everything(TAKE)) == samples(1) + samples(2) + samples(3)


def test_a_listener_who_waits_hears_the_first_sound_at_once(
    server: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LONGEST_WAIT_S", LONG_S)
    delays_s: list[float] = []

    def hear() -> None:
        assert listen(TAKE).pcm == samples(1)
        delays_s.append(time.monotonic() - written_at)

    listener = threading.Thread(target=hear)
    listener.start()
    while not server.exists(live._wanted_key(TAKE)):
        pass
    written_at = time.monotonic()
    Sink(TAKE, at_once=True).write(samples(1))
    listener.join()
    assert delays_s[0] < LONG_S / 2


def test_nothing_there_is_waited_for_a_second_and_no_longer(
    server: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    heard = listen(TAKE)
    assert 0.9 < time.monotonic() - began < LONG_S
    assert heard == Heard(b"", START, 0, waited=True)
    monkeypatch.setattr(live, "LONGEST_WAIT_S", LONG_S)
    began = time.monotonic()
    assert listen(TAKE, wait=False).pcm == b""
    assert time.monotonic() - began < LONG_S / 2


def test_a_new_effort_is_told_apart_and_never_mixed_with_the_old(server: redis.Redis) -> None:
    old = Sink(TAKE, at_once=True)
    old.write(samples(1))
    before = listen(TAKE)
    old.write(samples(2))
    new = Sink(TAKE, at_once=True)
    new.write(samples(7))
    old.write(samples(3))  # a worker that does not know that it was overtaken
    new.write(samples(8))
    heard = everything(TAKE, after=before.place)
    assert [one.pcm for one in heard] == [samples(7) + samples(8)]
    assert heard[0].epoch > before.epoch
    assert b"".join(one.pcm for one in everything(TAKE)) == samples(7) + samples(8)


def test_epochs_grow_though_the_clock_stands_still(server: redis.Redis) -> None:
    epochs = []
    for value in range(1, 6):
        Sink(TAKE, at_once=True).write(samples(value))
        epochs.append(listen(TAKE).epoch)
    assert all(left < right for left, right in pairwise(epochs))


def test_begin_makes_what_was_said_void(server: redis.Redis) -> None:
    sink = Sink(TAKE, at_once=True)
    sink.write(samples(1))
    sink.begin()
    sink.write(samples(2))
    assert [heard.pcm for heard in everything(TAKE)] == [samples(2)]


def test_a_take_of_a_run_is_sent_only_once_somebody_listens(server: redis.Redis) -> None:
    sink = Sink(TAKE, at_once=False)
    sink.write(samples(1))
    sink.write(samples(2))
    assert server.exists(live._key(TAKE)) == 0
    listen(TAKE, wait=False)
    sink.write(samples(3))
    assert listen(TAKE).pcm == samples(1) + samples(2) + samples(3)


def test_memory_is_bounded_and_goes_away_by_itself(server: redis.Redis) -> None:
    sink = Sink(TAKE, at_once=True)
    for _ in range(15):
        sink.write(samples(5, count=480_000))
    answers = everything(TAKE)
    size = sum(len(heard.pcm) for heard in answers)
    assert live.MOST_BYTES - 960_000 < size <= live.MOST_BYTES
    assert max(len(heard.pcm) for heard in answers) <= live.MOST_SLICES * live.SLICE_BYTES
    assert 0 < server.ttl(live._key(TAKE)) <= live.EXPIRE_S
    assert 0 < server.ttl(live._wanted_key(TAKE)) <= live.WANTED_S


def test_an_effort_whose_sound_has_expired_does_not_begin_in_the_middle(server: redis.Redis) -> None:
    sink = Sink(TAKE, at_once=True)
    sink.write(samples(1))
    server.delete(live._key(TAKE))
    sink.write(samples(2))
    sink.write(samples(3))
    assert server.exists(live._key(TAKE)) == 0


def test_only_so_many_wait_at_once_and_the_next_is_answered_without_waiting(
    server: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LONGEST_WAIT_S", LONG_S)
    others = [threading.Thread(target=listen, args=(TAKE + n,)) for n in range(live.WAITERS)]
    for other in others:
        other.start()
    while server.info("clients")["blocked_clients"] < live.WAITERS:
        pass
    Sink(TAKE + 9, at_once=True).write(samples(1))
    began = time.monotonic()
    heard, nothing = listen(TAKE + 9), listen(TAKE + 10)
    assert time.monotonic() - began < LONG_S / 2
    assert (heard.pcm, heard.waited) == (samples(1), False)
    assert (nothing.pcm, nothing.waited) == (b"", False)
    for n, other in enumerate(others):
        Sink(TAKE + n, at_once=True).write(samples(1))
        other.join()
    assert listen(TAKE + 9).waited


@pytest.mark.parametrize("silent", [False, True], ids=["refused", "accepts and never answers"])
def test_without_redis_writing_is_soon_given_up_and_listeners_are_told(
    silent: bool, settings: object, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LEAVE_ALONE_S", 600)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if silent:
            listener.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"  # type: ignore[attr-defined]
        began = time.monotonic()
        for _ in range(100):
            Sink(TAKE, at_once=True).write(samples(1))
        assert time.monotonic() - began < 100 * live.WRITE_TIMEOUT_S / 2
        with pytest.raises(live.Deaf):
            listen(TAKE)
        live._connection.cache_clear()


def test_an_address_that_is_none_of_redis_harms_nobody(settings: object) -> None:
    settings.REDIS_URL = "amqp://127.0.0.1/"  # type: ignore[attr-defined]
    Sink(TAKE, at_once=True).write(samples(1))
    with pytest.raises(live.Deaf):
        listen(TAKE)


@pytest.mark.parametrize(
    "place", ["", "-", "1", "$", ">", "1-1-1", "1-" + "9" * 20, "*", "1-x", " 1-1", "1-1\n"]
)
def test_what_is_no_place_is_known(place: str) -> None:
    assert not live.is_place(place)
    assert live.is_place("1790000000000-12")


# With a real render.


def click(cast: Cast, **fields: object) -> Take:
    script = factories.script(cast.team, lines=1)
    for name, value in fields.items():
        script.paragraphs.update(**{name: value})
    (take,) = takes.request(script, script.paragraphs.all(), by=None, fresh=True)
    return take


def render() -> rendering.Outcome:
    take = claims.claim(worker="test")
    assert take is not None
    return rendering.render(take, endpoint.configured())


def heard_of(take: Take) -> bytes:
    return b"".join(one.pcm for one in everything(take.pk))


def test_a_regenerated_line_streams_and_what_is_heard_is_the_take(
    cast: Cast, standin: Standin, server: redis.Redis
) -> None:
    take = click(cast)
    assert render().status == TakeStatus.READY
    assert [call.stream for call in standin.calls] == [True]
    take.refresh_from_db()
    pcm = heard_of(take)
    assert len(pcm) == 2 * take.frames
    assert rendering.store(_int16(pcm))["audio_sha256"] == take.audio_sha256


def _int16(pcm: bytes) -> object:
    return rendering.np.frombuffer(pcm, dtype="<i2")


def test_lines_of_a_run_stream_only_where_it_is_set(
    cast: Cast, standin: Standin, server: redis.Redis
) -> None:
    script = factories.script(cast.team, lines=1)
    (take,) = takes.request(script, script.paragraphs.all(), by=None)
    listen(take.pk, wait=False)
    assert render().status == TakeStatus.READY
    assert [call.stream for call in standin.calls] == [False]
    assert heard_of(take) == b""


def test_a_line_of_several_pieces_is_heard_piece_by_piece_with_a_gap(
    cast: Cast, standin: Standin, server: redis.Redis
) -> None:
    take = click(cast, text=LONG)
    assert render().status == TakeStatus.READY
    calls = len(standin.calls)
    assert calls > 1
    take.refresh_from_db()
    # The take's joins cut the pieces' own silence at their edges (100 ms each way in this voice) into the gap.
    extra_ms = len(heard_of(take)) / 48 - take.duration_ms  # type: ignore[operator]
    assert extra_ms == pytest.approx((calls - 1) * 200, abs=calls * 10)
    assert len({one.epoch for one in everything(take.pk)}) == 1


def test_a_cut_stream_is_begun_anew_and_kept_pieces_are_heard_again(
    cast: Cast, standin: Standin, server: redis.Redis
) -> None:
    take = click(cast, text=LONG)
    standin.fail("ok", "sse-cut-line")
    assert render().status == TakeStatus.QUEUED
    cut, before = heard_of(take), listen(take.pk, wait=False)
    assert cut
    Take.objects.update(not_before=None)
    assert render().status == TakeStatus.READY
    take.refresh_from_db()
    assert listen(take.pk, after=before.place, wait=False).epoch > before.epoch
    again = heard_of(take)
    assert len(again) / 48 > take.duration_ms  # type: ignore[operator]
    first_piece = 48 * 1000
    assert again[:first_piece] == cut[:first_piece]


def test_a_text_that_must_be_cut_smaller_is_begun_anew(
    cast: Cast, standin: Standin, server: redis.Redis
) -> None:
    take = click(cast, text=LONG)
    standin.settings.limit = 300
    assert render().status == TakeStatus.READY
    take.refresh_from_db()
    pieces = sum(call.status == 200 for call in standin.calls)
    assert pieces > 3
    extra_ms = len(heard_of(take)) / 48 - take.duration_ms  # type: ignore[operator]
    assert extra_ms == pytest.approx((pieces - 1) * 200, abs=pieces * 10)


def test_a_render_does_not_mind_that_redis_is_away(cast: Cast, standin: Standin, settings: object) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"  # type: ignore[attr-defined]
        click(cast)
        began = time.monotonic()
        assert render().status == TakeStatus.READY
        assert time.monotonic() - began < live.WRITE_TIMEOUT_S / 2, "who is refused does not wait"
    assert django_settings.REDIS_URL.startswith("redis://127")
