"""The endpoint of these tests: the stand-in with its fast tone, and clients with short patience."""

from collections.abc import Callable, Iterator

import pytest

from projects.speech.client import Client
from projects.speech.standin.server import Standin

CANARY = "sk-canary-5f2e91c7d"


@pytest.fixture
def endpoint() -> Iterator[Standin]:
    with Standin(speech="tone", token=CANARY) as standin:
        yield standin


@pytest.fixture
def make_client() -> Iterator[Callable[..., Client]]:
    """Client(url) with the canary as its token; closed at the end."""
    made: list[Client] = []

    def make(url: str, **options: object) -> Client:
        client = Client(url, CANARY, **{"idle_timeout_s": 2.0, "deadline_s": 5.0} | options)  # type: ignore[arg-type]
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(endpoint: Standin, make_client: Callable[..., Client]) -> Client:
    return make_client(endpoint.url)
