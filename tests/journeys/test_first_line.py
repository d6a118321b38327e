"""The shortest journey: one line is asked for, made by the worker, heard of by the page."""

from django.urls import reverse

from projects import tasks
from projects.models import Take
from projects.models.takes import TakeStatus
from tests import factories
from tests.journeys.conftest import Studio
from tests.journeys.pages import Opener
from tests.journeys.waiting import until


def test_a_line_goes_through_the_worker(cast, studio_workers: Studio) -> None:
    script = factories.script(cast.team, lines=1)
    (take,) = tasks.queue_takes(script, script.paragraphs.all(), by=cast.editor)
    until(lambda: not Take.objects.get(pk=take.pk).is_active)
    take.refresh_from_db()
    assert (take.status, take.error_detail) == (TakeStatus.READY, "")
    assert take.duration_ms > 500
    assert [call.input for call in studio_workers.standin.calls] == [take.text]


def test_the_page_of_a_script_opens(cast, open_page: Opener, shoot) -> None:
    page = open_page(cast.editor)
    page.goto("/")
    shoot(page, "smoke-projects")
