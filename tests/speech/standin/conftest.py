"""Running stand-ins for the tests: real HTTP on a free loopback port."""

from collections.abc import Callable, Iterator

import pytest
import requests

from projects.speech.standin.server import Standin
from projects.speech.voices import MODEL

Ask = Callable[..., requests.Response]


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin(speech="tone", token="test") as running:
        yield running


@pytest.fixture
def ask(standin: Standin) -> Iterator[Ask]:
    """Posts a speech request: `ask("text", stream=True, voice="Neil")`; redirects are not followed."""
    with requests.Session() as session:

        def post(
            text: object = "Hello there, my friend.", stream: bool = False, **fields: object
        ) -> requests.Response:
            body = {"model": MODEL, "input": text, "voice": "Cherry", "language_type": "English", **fields}
            headers = {"Authorization": "Bearer test", **({"X-DashScope-SSE": "enable"} if stream else {})}
            url = standin.url + "/v1/audio/speech"
            return session.post(url, json=body, headers=headers, allow_redirects=False, timeout=60)

        yield post


@pytest.fixture(scope="session")
def neural() -> Iterator[Standin]:
    with Standin(speech="neural") as running:
        yield running


@pytest.fixture(scope="session")
def light() -> Iterator[Standin]:
    with Standin(speech="light") as running:
        yield running
