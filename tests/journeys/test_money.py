"""Money in the browser: the question before a dear run, and how the usage pages look."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from narrator.teams.models import Membership, Role
from projects.actions import money
from projects.models import Price, Project, Script, Take
from projects.models.money import MICRO
from projects.speech.line import Line
from projects.speech.speaking import Speech
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Opener, is_fine, is_fine_both_ways
from tests.journeys.test_looks import GERMAN
from tests.journeys.worker import Studio


@pytest.fixture
def dear(cast: Cast) -> Script:
    """Three lines, of a team that is asked before anything is spent and has a cap."""
    Price.objects.create(
        team=cast.team, confirm_above_micro=0, per_10k_micro=300 * MICRO, monthly_cap_micro=50 * MICRO
    )
    return factories.script(cast.team, lines=3, title=GERMAN[:60], cap_micro=20 * MICRO)


def spend(script: Script, cast: Cast) -> None:
    for number, person in enumerate((cast.editor, cast.owner, None), 1):
        take = factories.claimed(script.paragraphs.all()[number - 1], by=person)
        call = money.reserve(take, Line("字" * 40 * number, "Neil"))
        money.settle(call, speech=Speech(b"", "request", 80 * number))
        factories.finished(take)


def test_the_pages_of_money_are_fine(cast: Cast, dear: Script, open_page: Opener) -> None:
    page = open_page(cast.admin)
    page.goto("/usage/")
    is_fine_both_ways(page, "empty usage")
    spend(dear, cast)
    Membership.objects.create(team=cast.other_team, user=cast.admin, role=Role.VIEWER)
    for name, address in (
        ("usage", f"/usage/?team={cast.team.pk}"),
        ("price", f"/teams/{cast.team.pk}/price/"),
        ("project-edit", f"/projects/{dear.project_id}/edit/"),
        ("finish", f"/projects/{dear.project_id}/finish/?preset=podcast"),
    ):
        page.goto(address)
        is_fine_both_ways(page, name, f"money-{name}", whole=True)
    other = factories.script(cast.team, lines=40)
    page.goto(f"/scripts/{other.pk}/")
    page.get_by_role("button", name="Generate 40 lines").click()
    expect(page.get_by_role("button", name="Generate for ¥")).to_be_visible()
    is_fine_both_ways(page, "question", "money-question")


def test_a_dear_run_is_asked_about_and_can_be_left_or_agreed_to(
    cast: Cast, dear: Script, open_page: Opener, studio_workers: Studio
) -> None:
    page = open_page(cast.editor)
    page.goto(f"/scripts/{dear.pk}/")
    page.get_by_role("button", name="Generate 3 lines").click()
    question = page.get_by_role("group", name="3 lines, under a minute of speech, ¥ 3.")
    expect(question).to_be_focused()
    question.get_by_role("link", name="Not now").click()
    expect(question).to_have_count(0)
    generate = page.get_by_role("button", name="Generate 3 lines")
    expect(generate).to_be_focused()
    assert not Take.objects.exists()
    generate.click()
    expect(question).to_be_visible()
    factories.takes.request(
        dear, dear.paragraphs.all()[:1], by=None
    )  # a colleague's line: the poll brings it
    page.evaluate("htmx.trigger('#poller', 'poll')")
    expect(page.locator("[data-mark=queued], [data-mark=running], [data-mark=ready]")).to_have_count(1)
    expect(question).to_be_visible()
    question.get_by_role("button", name="Generate for ¥").click()
    expect(page.locator("[data-mark=ready]")).to_have_count(3)
    assert len(studio_workers.standin.calls) == 3


def test_without_script_the_question_is_a_page_with_both_ways_out(
    cast: Cast, dear: Script, open_page: Opener, axe: Callable[[Page], list[str]], studio_workers: Studio
) -> None:
    page = open_page(cast.editor)
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"/scripts/{dear.pk}/")
    page.get_by_role("button", name="Generate 3 lines").click()
    is_fine(page, axe, "the question's page")
    page.get_by_role("link", name="Not now").click()
    page.get_by_role("button", name="Generate 3 lines").click()
    page.get_by_role("button", name="Generate for ¥").click()
    expect(page.locator("[data-mark=none]")).to_have_count(0)
    assert Project.objects.get().takes.count() == 3
