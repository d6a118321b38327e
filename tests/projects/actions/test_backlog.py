"""Work done in other threads: none is lost, none comes before who goes ahead, and no more at once than allowed."""

import threading
import time

import pytest

from projects.actions.backlog import Backlog, LetBy, Way, Work


def noted(done: list[int], number: int) -> Work:
    return lambda _: done.append(number)


@pytest.mark.django_db(transaction=True)
def test_who_leaves_last_waits_until_all_is_done() -> None:
    done: list[int] = []
    backlog = Backlog(Way(), threads=2, most=100)
    for start in (0, 50):
        with backlog:
            with backlog:
                assert all(backlog.add(noted(done, start + number)) for number in range(25))
            assert all(backlog.add(noted(done, start + 25 + number)) for number in range(25))
        assert sorted(done) == list(range(start + 50))


@pytest.mark.django_db(transaction=True)
def test_where_there_is_no_room_it_says_so_and_takes_more_later() -> None:
    done: list[int] = []
    held, begun = threading.Event(), threading.Event()

    def hold(_: LetBy) -> None:
        begun.set()
        assert held.wait(60)

    backlog = Backlog(Way(), threads=1, most=2)
    with backlog:
        assert backlog.add(hold)
        assert begun.wait(60)
        assert backlog.add(noted(done, 1))
        assert not backlog.add(noted(done, 2))
        threading.Timer(0.1, held.set).start()
        assert backlog.add(noted(done, 2), wait=True)
    with backlog:
        assert backlog.add(noted(done, 3))
    assert done == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_work_that_waits_is_done_by_as_many_threads_as_there_is_work_and_by_no_more() -> None:
    all_here, done = threading.Barrier(4), []

    def meet(_: LetBy) -> None:
        all_here.wait(60)
        done.append(threading.current_thread().name)

    with Backlog(Way(), threads=3, most=8) as backlog:
        assert all(backlog.add(meet) for _ in range(3))
        all_here.wait(60)
        assert all(backlog.add(meet) for _ in range(3))
        all_here.wait(60)
    assert len(done) == 6
    assert len(set(done)) == 3


@pytest.mark.django_db(transaction=True)
def test_work_that_fails_is_told_in_the_log_and_the_next_is_done(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: LetBy) -> None:
        raise ValueError("no such sound")

    done: list[int] = []
    with Backlog(Way(), threads=1, most=4) as backlog:
        assert backlog.add(fail)
        assert backlog.add(noted(done, 1))
    assert done == [1]
    assert "no such sound" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_work_waits_while_somebody_is_ahead() -> None:
    order: list[str] = []
    way = Way()
    with Backlog(way, threads=1, most=4, patience_s=600) as backlog, way.ahead() as ahead:
        ahead.say(True)
        ahead.say(True)
        assert backlog.add(lambda _: order.append("work"))
        order.append("ahead")
    assert order == ["ahead", "work"]


@pytest.mark.django_db(transaction=True)
def test_work_does_not_wait_for_ever_for_who_is_always_ahead() -> None:
    done = threading.Event()
    way = Way()
    with Backlog(way, threads=1, most=4) as backlog, way.ahead() as ahead:
        ahead.say(True)
        assert backlog.add(lambda _: done.set())
        assert done.wait(60)


@pytest.mark.django_db(transaction=True)
def test_work_under_way_lets_by_who_goes_ahead() -> None:
    order: list[str] = []
    way = Way()
    ahead = way.ahead()

    def work(let_by: LetBy) -> None:
        order.append("first step")
        ahead.say(True)
        threading.Timer(0.1, go_ahead).start()
        let_by()
        order.append("second step")

    def go_ahead() -> None:
        order.append("ahead")
        ahead.say(False)

    with Backlog(way, threads=1, most=4, patience_s=600) as backlog:
        assert backlog.add(work)
    assert order == ["first step", "ahead", "second step"]


@pytest.mark.django_db(transaction=True)
def test_work_does_not_begin_right_after_somebody_who_went_ahead() -> None:
    done: list[float] = []
    way = Way(quiet_s=0.3)
    with Backlog(way, threads=1, most=4, patience_s=600) as backlog, way.ahead() as ahead:
        ahead.say(True)
        began_s = time.monotonic()
        ahead.say(False)
        assert backlog.add(lambda _: done.append(time.monotonic()))
    assert done[0] - began_s >= 0.3
