"""Two machines that share nothing but PostgreSQL, Redis and a bucket; on the first a worker is killed."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
import requests
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client

from projects.models import Take
from projects.speech.standin.settings import Settings
from tests import factories
from tests.bucket_server import Served, running_bucket
from tests.cast import Cast
from tests.plant.conftest import AT_RISK, DEADLINE_S, LATENCY_S, SLOTS
from tests.plant.plant import Plant, count, faults_of_the_store, is_over, standin_on_a_port_of_its_own

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is for one machine"),
]
LINES = 16


@pytest.fixture
def served() -> Iterator[Served]:
    with running_bucket() as served:
        yield served


@pytest.fixture
def plant(cast: Cast, served: Served, settings: object) -> Iterator[Plant]:
    """Broker and a worker on the first machine. What this process asks of Redis it asks of that broker."""
    database = os.environ["NARRATOR_TEST_DATABASE_URL"].rpartition("/")[0]
    more = {
        "NARRATOR_SECRET_KEY": django_settings.SECRET_KEY,
        "NARRATOR_TOKEN_KEYS": ",".join(django_settings.TOKEN_KEYS),
        **served.env,
    }
    with (
        tempfile.TemporaryDirectory(prefix="np-") as folder,
        standin_on_a_port_of_its_own() as standin,
        Plant(
            Path(folder),
            standin,
            database_url=f"{database}/{connection.settings_dict['NAME']}",
            slots=SLOTS,
            deadline_s=DEADLINE_S,
            more=more,
        ) as plant,
    ):
        standin.settings.change(asdict(Settings(latency_s=LATENCY_S)))
        yield plant


def signed_in(client: Client, address: str) -> requests.Session:
    """Somebody's browser, taken to another web server: their session is in the rows, so it holds there."""
    browser = requests.Session()
    name = django_settings.SESSION_COOKIE_NAME
    browser.cookies.set(name, client.cookies[name].value, domain="127.0.0.1")
    assert browser.get(f"{address}/").status_code == 200
    return browser


def test_two_machines_one_worker_killed_nothing_lost_nothing_paid_twice(
    plant: Plant, served: Served, cast: Cast, client: Client, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    script = factories.script(cast.team, lines=LINES)
    client.force_login(cast.editor)
    first, second = plant.start_web("web", plant.data), plant.start_web("other-web", other)
    plant.start_worker("second")
    plant.start_worker("third", other)
    with signed_in(client, first) as browser, signed_in(client, second) as elsewhere:
        page = browser.get(f"{first}/scripts/{script.pk}/")
        assert page.status_code == 200
        token = {"X-CSRFToken": browser.cookies["csrftoken"]}
        asked = browser.post(f"{first}/scripts/{script.pk}/render/", headers=token)
        assert asked.status_code in (200, 204), asked.text

        plant.wait_for_calls(6)
        plant.kill("second")
        plant.wait(lambda: is_over(script), "every line to be made")

        counted = count(script, plant.standin)
        assert (counted.ready, counted.lost, counted.failed) == (LINES, 0, 0)
        assert counted.again <= AT_RISK
        assert counted.paid_twice <= counted.again
        assert faults_of_the_store(served.folder) == []
        assert not list(plant.data.glob("media/**/*.wav")), "files are in the bucket alone"
        assert not list(other.glob("media/**/*.wav"))
        for take in Take.objects.filter(paragraph__script=script):
            whole = [
                one.get(f"{at}/takes/{take.pk}/audio.wav")
                for one, at in ((browser, first), (elsewhere, second))
            ]
            assert [answer.status_code for answer in whole] == [200, 200]
            assert whole[0].content == whole[1].content
        part = elsewhere.get(f"{second}/takes/{take.pk}/audio.wav", headers={"Range": "bytes=44-99"})
        assert (part.status_code, part.content) == (206, whole[0].content[44:100])
