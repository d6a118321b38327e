"""A connection to PostgreSQL is looked at before each request, mostly unasked, and made anew when it is lost."""

import select
from collections.abc import Callable, Iterator

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.urls import reverse

from tests.cast import Cast

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection to lose"),
    pytest.mark.django_db(transaction=True),
]
PATIENCE_S = 60


@pytest.fixture
def other() -> Iterator[BaseDatabaseWrapper]:
    """Somebody else's connection to the same database."""
    theirs = connections.create_connection(DEFAULT_DB_ALIAS)
    yield theirs
    theirs.close()


def _begin_a_request() -> None:
    """As Django does it; its test client does not."""
    connection.close_if_unusable_or_obsolete()


def _pid() -> int:
    return int(connection.connection.info.backend_pid)


def _wait_for_news() -> None:
    assert select.select([connection.connection], [], [], PATIENCE_S)[0]


def _closed(other: BaseDatabaseWrapper) -> None:
    connection.connection.close()


def _ended(other: BaseDatabaseWrapper) -> None:
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [_pid()])
    _wait_for_news()


@pytest.mark.parametrize("lose", [_closed, _ended])
def test_a_connection_that_was_lost_between_two_requests_is_made_anew(
    cast: Cast, sign_in: Callable[..., Client], other: BaseDatabaseWrapper, lose: Callable[..., None]
) -> None:
    client = sign_in(cast.viewer)
    for _ in range(2):
        _begin_a_request()
        assert client.get(reverse("project-list")).status_code == 200
    before = _pid()
    lose(other)
    _begin_a_request()
    assert client.get(reverse("project-list")).status_code == 200
    assert _pid() != before


def test_the_server_is_asked_now_and_then_and_where_something_came_or_failed(
    other: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> bool:
        """Whether a question was sent before the first statement of a request."""
        before = _last_question(other)
        _begin_a_request()
        connection.close_if_health_check_failed()
        return _last_question(other) != before

    with connection.cursor() as cursor:
        cursor.execute("LISTEN news")
    pid = _pid()
    each_s = "narrator.postgres.base.ASKED_EACH_S"
    monkeypatch.setattr(each_s, 0)
    assert asked()
    assert asked()
    monkeypatch.setattr(each_s, 3600)
    assert not asked()
    with other.cursor() as cursor:
        cursor.execute("NOTIFY news")
    _wait_for_news()
    assert asked()
    assert not asked()
    connection.errors_occurred = True
    assert asked()
    assert not asked()
    assert _pid() == pid
    connection.close()  # and nobody listens


def _last_question(other: BaseDatabaseWrapper) -> object:
    """When this connection sent its last statement, as somebody else sees it."""
    with other.cursor() as cursor:
        cursor.execute("SELECT query_start FROM pg_stat_activity WHERE pid = %s", [_pid()])
        return cursor.fetchone()[0]
