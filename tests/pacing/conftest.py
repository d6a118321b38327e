"""The real parts that tests of the shared pace use: an account of their own, paces, the Valkey behind them."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from narrator.studio.broker import running_broker
from projects.pacing.pace import Pace
from projects.pacing.quota import client
from tests.pacing.paces import MakePace

_accounts = itertools.count()


@pytest.fixture
def account() -> str:
    return f"test-{os.getpid()}-{next(_accounts)}"


@pytest.fixture
def make_pace(account: str) -> Iterator[MakePace]:
    """Return a function that makes paces of this test's account; each is like a process of its own."""
    made = []

    def pace(url: str, concurrency: int = 8, rate: int | None = 600, lease_s: float = 120) -> Pace:
        made.append(Pace(url, account, concurrency=concurrency, requests_per_minute=rate, lease_s=lease_s))
        return made[-1]

    yield pace
    for each in made:
        each.close()


@pytest.fixture
def valkey(broker: str) -> Iterator[redis.Redis]:
    with client(broker, 60) as connection:
        yield connection


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[str]:
    with running_broker(tmp_path) as url:
        yield url
