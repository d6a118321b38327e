"""The endpoint under test: the stand-in, or the real one where NARRATOR_SPEECH_URL and NARRATOR_SPEECH_TOKEN
are set.

Against the real endpoint each test costs a few characters; what only a stand-in can be made to do is skipped
there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from django.conf import settings

from projects.speech.standin.server import Standin
from projects.speech.voices import MODEL

TIMEOUT_S = 120


@dataclass
class Endpoint:
    """Where to send requests. real is true for the paid one."""

    url: str
    token: str
    real: bool
    session: requests.Session = field(default_factory=requests.Session)

    def ask(
        self, text: object, stream: bool = False, token: str | None = None, **fields: object
    ) -> requests.Response:
        """One speech request, redirects not followed; a field set to None is left out."""
        body = {"model": MODEL, "input": text, "voice": "Cherry", "language_type": "English", **fields}
        body = {name: value for name, value in body.items() if value is not None}
        headers = {"Authorization": f"Bearer {token or self.token}"}
        if stream:
            headers["X-DashScope-SSE"] = "enable"
        address = self.url.rstrip("/") + "/v1/audio/speech"
        return self.session.post(
            address, json=body, headers=headers, allow_redirects=False, timeout=TIMEOUT_S
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of this folder may reach the real endpoint, where one is given; no other test may."""
    if all(settings.REAL_ENDPOINT):
        for item in items:
            if item.path.parent == Path(__file__).parent:
                item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Endpoint]:
    url, token = settings.REAL_ENDPOINT
    if url and token:
        real = Endpoint(url, token, real=True)
        yield real
        real.session.close()
        return
    with Standin(speech="light", token="verification") as standin:
        endpoint = Endpoint(standin.url, standin.token, real=False)
        yield endpoint
        endpoint.session.close()


@pytest.fixture
def only_standin(endpoint: Endpoint) -> None:
    """For tests that the real endpoint cannot be asked to pass."""
    if endpoint.real:
        pytest.skip("the real endpoint cannot be made to do this; it is checked on the stand-in")
