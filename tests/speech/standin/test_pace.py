"""How fast a stream comes: by default as fast as it goes, else with a pause between its events."""

import time

import requests

from projects.speech.standin.server import Standin
from projects.speech.voices import MODEL

# Where this machine stands still, what came at different moments is seen at one; not each time.
TRIES = 3
TEXT = "This sentence is long enough for a stream of several events, one after the other."


def events_at(standin: Standin) -> list[float]:
    """When each event of one stream came, in seconds after the first."""
    answer = requests.post(
        standin.url + "/v1/audio/speech",
        json={"model": MODEL, "input": TEXT, "voice": "Cherry", "language_type": "English"},
        headers={"Authorization": "Bearer test", "X-DashScope-SSE": "enable"},
        stream=True,
        timeout=60,
    )
    moments: list[float] = []
    for piece in answer.iter_content(None):
        moments += [time.monotonic()] * piece.count(b"\ndata:")
    answer.close()
    return [moment - moments[0] for moment in moments]


def test_without_a_gap_a_stream_is_sent_at_once(standin: Standin) -> None:
    assert min(events_at(standin)[-1] for _ in range(TRIES)) < 0.5


def test_events_come_a_gap_apart_and_none_is_lost(standin: Standin) -> None:
    together = len(events_at(standin))
    standin.settings.change({"chunk_gap_s": 0.12})
    tries = [events_at(standin) for _ in range(TRIES)]
    assert {len(moments) for moments in tries} == {together}
    assert together > 5
    assert max(moments[-1] for moments in tries) >= 0.11 * (together - 1)
    assert max(moments[1] for moments in tries) > 0.05, "the first came late, or with the second"
