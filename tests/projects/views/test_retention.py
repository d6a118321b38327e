"""What people see of a take without a sound, and of an export without a file."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from projects.actions import paragraphs, retention
from projects.models import Change, Export, Paragraph, Take
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database
HTMX = {"HX-Request": "true"}
REMOVED = "The sound of what 1 line says now was removed. Generate it again."


@pytest.fixture
def line(cast: Cast, settings: object) -> Paragraph:
    """Its earlier words had a take, whose sound is gone."""
    settings.KEEP_TAKES_DAYS = 90  # type: ignore[attr-defined]
    line = factories.script(cast.team, lines=1).paragraphs.get()
    factories.ready(line, duration_ms=200)
    line.text = "Something else is said here."
    paragraphs.edit(line, project=line.script.project, by=cast.editor)
    factories.ready(Paragraph.objects.get(pk=line.pk), duration_ms=200)
    for days in (0, 91):
        retention.prune(now=timezone.now() + timedelta(days=days))
    return Paragraph.objects.get(pk=line.pk)


def test_the_take_says_that_its_sound_was_removed_and_offers_nothing_that_needs_it(
    cast: Cast, line: Paragraph, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(cast.editor)
    old = Take.objects.get(status="emptied")
    page = client.get(reverse("paragraph-detail", args=[line.pk]), headers=HTMX).content.decode()
    row = page.split(f'id="take-{old.pk}"')[1].split("</li>")[0]
    assert "Its sound was removed after 91 days." in row
    assert "Sound removed" in row
    assert "data-play-take" not in row
    assert "hx-post" not in row
    for name in ("take-audio", "take-waveform", "take-heard", "take-seam", "take-trim"):
        assert client.get(reverse(name, args=[old.pk])).status_code == 404, name
    chosen = client.post(reverse("take-choose", args=[old.pk]), headers=HTMX)
    assert (chosen.status_code, Paragraph.objects.get(pk=line.pk).chosen_id) == (200, line.chosen_id)


def test_whoever_takes_back_an_edit_hears_that_the_sound_of_then_is_gone(
    cast: Cast, line: Paragraph, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(cast.editor)
    change = Change.objects.get(paragraph=line)
    for address in (
        reverse("change-restore", args=[change.pk]),
        reverse("edit-undo", args=[line.script_id]),
        reverse("edit-undo", args=[line.script_id]),
    ):
        answer = client.post(address, headers=HTMX)
        assert answer.status_code == 204
        went_back = Paragraph.objects.get(pk=line.pk).is_stale
        assert (REMOVED in answer["HX-Trigger"]) == went_back
    assert Paragraph.objects.get(pk=line.pk).text == Change.objects.get(pk=change.pk).before["text"]
    assert Take.objects.filter(paragraph=line, status="emptied").count() == 1


def test_the_export_says_that_its_file_was_removed(
    cast: Cast, line: Paragraph, sign_in: Callable[..., Client]
) -> None:
    project = line.script.project
    told = {"title": "The Long Night", "plan": [], "file": "exports/1/book.wav"}
    gone = {"status": "emptied", "emptied_at": timezone.now() + timedelta(days=90, hours=1)}
    row = Export.objects.create(project=project, format="wav", **told, **gone)
    client = sign_in(cast.viewer)
    page = client.get(row.get_absolute_url()).content.decode()
    assert "Its file was removed after 90 days. Export the project for a new one." in page
    assert "Download" not in page
    assert client.get(reverse("export-download", args=[row.pk])).status_code in (403, 404)
    assert sign_in(cast.editor).get(reverse("export-download", args=[row.pk])).status_code == 404
