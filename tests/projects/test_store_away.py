"""A bucket that does not answer for a while: nothing is called for twice, nothing is lost, and people are told."""

from collections.abc import Callable

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from narrator.bucket import BucketStorage
from projects.actions import claims, endpoint, exports, rendering, takes
from projects.models import Call, Export, ExportStatus, Take, TakeStatus
from projects.speech.standin.server import Standin
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def away(bucket: BucketStorage, settings: object) -> Callable[[bool], None]:
    """Return a function that lets the bucket be away, or back."""

    def put(is_away: bool) -> None:
        default_storage.client.close()
        options = {"bucket": bucket.bucket, "region": bucket.region}
        options["endpoint"] = NOBODY if is_away else bucket.endpoint
        store = {**settings.STORAGES["default"], "OPTIONS": options}  # type: ignore[attr-defined]
        settings.STORAGES = {**settings.STORAGES, "default": store}  # type: ignore[attr-defined]

    return put


def test_a_line_whose_sound_finds_no_bucket_waits_and_is_not_called_for_again(
    cast: Cast, standin: Standin, away: Callable[[bool], None]
) -> None:
    script = factories.script(cast.team, lines=1)
    takes.request(script, script.paragraphs.all(), by=None)
    away(True)
    claimed = claims.claim(worker="test")
    assert claimed is not None
    claimed.attempts = rendering.ATTEMPTS + 1
    assert rendering.render(claimed, endpoint.configured()).status == TakeStatus.QUEUED
    waiting = Take.objects.get()
    assert waiting.error_reason.startswith("The audio could not be stored: the bucket")
    assert waiting.error_reason.endswith("does not answer (EndpointConnectionError). Look after the store.")
    away(False)
    Take.objects.update(not_before=None)
    again = claims.claim(worker="test")
    assert again is not None
    assert rendering.render(again, endpoint.configured()).status == TakeStatus.READY
    assert (len(standin.calls), Call.objects.count()) == (1, 1), "its part was kept on the worker's own disk"
    assert default_storage.exists(Take.objects.get().audio)
    default_storage.client.close()


def test_an_export_says_that_the_store_is_away_and_not_that_a_line_is_broken(
    cast: Cast, client: Client, away: Callable[[bool], None]
) -> None:
    project = factories.project(cast.team, lines=2)
    factories.all_ready(project.scripts.get(), duration_ms=200)
    order = exports.request(project, project.scripts.all(), format="wav", by=cast.editor)
    away(True)
    claimed = exports.claim(order.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == ExportStatus.FAILED
    told = Export.objects.get().error_reason
    assert "does not answer" in told
    assert "Render or choose the line again" not in told
    away(False)
    order = exports.request(project, project.scripts.all(), format="wav", by=cast.editor)
    claimed = exports.claim(order.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == ExportStatus.READY
    default_storage.client.close()
