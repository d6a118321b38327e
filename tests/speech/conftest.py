"""The endpoint of these tests: the stand-in with its fast tone, and clients that a slow machine does not try."""

from collections.abc import Callable, Iterator

import pytest

from projects.speech.client import Client
from projects.speech.standin.server import Standin
from tests.speech.scripted import CANARY


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Standin]:
    """Shared by a module's tests: ask for faults by a marker in the text, not by its queue."""
    with Standin(speech="tone", token=CANARY) as standin:
        yield standin


@pytest.fixture(scope="module")
def client(endpoint: Standin) -> Iterator[Client]:
    with Client(endpoint.url, CANARY, idle_timeout_s=60, deadline_s=100) as client:
        yield client


@pytest.fixture
def make_client() -> Iterator[Callable[..., Client]]:
    """Client(url) with the canary as its token; closed at the end."""
    made: list[Client] = []

    def make(url: str, **options: object) -> Client:
        client = Client(url, CANARY, **{"idle_timeout_s": 60.0, "deadline_s": 100.0} | options)  # type: ignore[arg-type]
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
