"""The usage page, its CSV, prices and caps, and the question before a run that costs more than the team wants."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator.cache import own
from narrator.teams.models import Membership, Role, User
from projects.actions import money
from projects.models import Call, Price, Project, Script, Spend, Take
from projects.models.money import MICRO
from projects.speech.errors import Unavailable
from projects.speech.line import Line
from projects.speech.speaking import Speech
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]
USAGE = reverse("usage")


def called(script: Script, characters: int, *, by: User | None = None, at: datetime | None = None) -> Call:
    """A charged call for the script's first line."""
    take = factories.claimed(script.paragraphs.all()[0], by=by)
    call = money.reserve(take, Line("x" * characters, "Neil"), at=at)
    money.settle(call, speech=Speech(b"", "request-1", characters), duration_ms=900)
    factories.finished(take)
    return Call.objects.get(pk=call.pk)


def text(response: HttpResponse) -> str:
    """The page as words."""
    return " ".join(response.content.decode().split())


def test_usage_adds_up_by_project_and_by_person(cast: Cast, sign_in: SignIn) -> None:
    night = factories.script(cast.team, lines=1, title="Night")
    day = factories.script(cast.team, lines=1, title="Day")
    called(night, 100_000, by=cast.editor)
    called(night, 25_000, by=cast.owner)
    called(day, 50_000, by=cast.editor)
    broken = money.reserve(factories.claimed(night.paragraphs.all()[0]), Line("x" * 10_000, "Neil"))
    money.settle(broken, error=Unavailable(code="cut_short"))
    called(factories.script(cast.other_team, lines=1, title="Not ours"), 999_999)
    response = sign_in(cast.viewer).get(USAGE)
    assert {row["project__title"]: row["spent_micro"] for row in response.context["projects"]} == {
        "Night": 10_800_000,
        "Day": 4_000_000,
    }
    assert {row["person__name"]: (row["calls"], row["billed"]) for row in response.context["people"]} == {
        "Edgar": (2, 150_000),
        "Olga": (1, 25_000),
        None: (1, 10_000),
    }
    (total,) = response.context["totals"]
    assert (total.calls, total.billed, total.spent_micro) == (4, 185_000, 14_800_000)
    assert "¥ 14.80" in text(response)
    assert "of it ¥ 0.80 is for calls that broke off" in text(response)
    assert "Not ours" not in text(response)


def test_a_month_shows_its_own_calls_and_the_way_to_its_neighbours(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=1)
    called(script, 10_000, at=datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC))
    called(script, 20_000, at=datetime(2026, 1, 1, tzinfo=UTC))
    client = sign_in(cast.viewer)
    for month, spent, neighbours in (
        ("2025-12", "¥ 0.80", ("2025-11", "2026-01")),
        ("2026-01", "¥ 1.60", ("2025-12", "2026-02")),
    ):
        page = text(client.get(USAGE, {"month": month}))
        assert f'num">{spent}<' in page
        assert all(f"month={neighbour}" in page for neighbour in neighbours)
    now = text(client.get(USAGE, {"month": "nonsense"}))
    assert "Nothing was spoken in this month." in now
    assert 'rel="next"' not in now


def test_a_person_of_two_teams_chooses_and_a_stranger_sees_neither(cast: Cast, sign_in: SignIn) -> None:
    Membership.objects.create(team=cast.other_team, user=cast.editor, role=Role.VIEWER)
    called(factories.script(cast.other_team, lines=1), 10_000)
    client = sign_in(cast.editor)
    assert client.get(USAGE, {"team": cast.team.pk}).context["totals"] == []
    assert client.get(USAGE, {"team": cast.other_team.pk}).context["totals"][0].billed == 10_000
    for team in (cast.other_team.pk, "x", 10**30):
        for address in (USAGE, reverse("usage-csv")):
            assert sign_in(cast.viewer).get(address, {"team": team}).status_code == 404
    nobody = User.objects.create_user("new@example.org", "x")
    assert "no team yet" in text(sign_in(nobody).get(USAGE))
    assert sign_in(nobody).get(reverse("usage-csv")).status_code == 404


def test_the_bar_shows_how_much_of_each_cap_is_used(cast: Cast, sign_in: SignIn) -> None:
    Price.objects.create(team=cast.team, monthly_cap_micro=50 * MICRO)
    script = factories.script(cast.team, lines=1)
    Project.objects.update(cap_micro=8 * MICRO)
    called(script, 25_000)
    called(script, 25_000, at=datetime(2026, 1, 1, tzinfo=UTC))
    page = text(sign_in(cast.viewer).get(USAGE))
    assert 'max="50000000" value="2000000"' in page
    assert "¥ 2.00 of at most ¥ 50.00 this month" in page
    assert 'max="8000000" value="4000000"' in page
    assert "¥ 4.00 of ¥ 8.00" in page
    assert "this month" not in text(sign_in(cast.viewer).get(USAGE, {"month": "2026-01"}))


def test_usage_costs_the_same_queries_for_three_projects_and_for_thirty(cast: Cast, sign_in: SignIn) -> None:
    client, counts = sign_in(cast.viewer), []
    for projects in (3, 27):
        for n in range(projects):
            person = User.objects.create_user(f"{projects}-{n}@example.org", "x")
            called(factories.script(cast.team, lines=1, cap_micro=10 * MICRO), 100, by=person)
        client.get(USAGE)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(USAGE).context["projects"]) >= projects
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10  # one of them for the badge of the endpoint in use


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_csv_is_a_formula(cast: Cast, sign_in: SignIn, start: str) -> None:
    script = factories.script(cast.team, lines=1, title=f"{start}cmd|' /C calc'!A0")
    called(script, 10_000, by=cast.editor)
    response = sign_in(cast.viewer).get(reverse("usage-csv"))
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"), newline="")))
    assert rows[0]["project"] == f"'{start}cmd|' /C calc'!A0"


def test_the_csv_has_every_call_with_its_request_and_its_price(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=1, title="红楼梦, “Band 1”")
    call = called(script, 195, by=cast.editor, at=datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC))
    called(script, 195)
    response = sign_in(cast.viewer).get(reverse("usage-csv"), {"month": "2026-02"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert f"narrator-calls-{cast.team.pk}-2026-02.csv" in response["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"), newline=""))
    assert row == {
        "at_utc": "2026-02-03T04:05:06Z",
        "project": "红楼梦, “Band 1”",
        "person": "Edgar",
        "take": str(call.take_id),
        "voice": "Neil",
        "state": "Charged",
        "characters": "195",
        "amount": "0.015600",
        "currency": "CNY",
        "request_id": "request-1",
        "error_code": "",
        "duration_ms": "900",
    }


PRICE = {"currency": "usd", "per_10k_micro": "0.114682", "confirm_above_micro": "2", "monthly_cap_micro": ""}


def test_an_admin_sets_prices_and_caps_in_units_of_the_currency(cast: Cast, sign_in: SignIn) -> None:
    address = reverse("price-edit", args=[cast.team.pk])
    client = sign_in(cast.admin)
    page = text(client.get(address))
    assert 'value="0.80"' in page
    assert 'value="5.00"' in page
    response = client.post(address, PRICE | {"monthly_cap_micro": "49.99"}, follow=True)
    assert "At most $ 49.99 in a month. Caps of projects are read in USD" in text(response)
    price = Price.objects.get()
    assert (price.team, price.currency) == (cast.team, "USD")
    assert (price.per_10k_micro, price.confirm_above_micro, price.monthly_cap_micro) == (
        114_682,
        2_000_000,
        49_990_000,
    )
    assert 'value="0.114682"' in text(client.get(address))
    client.post(address, PRICE)
    assert Price.objects.get().monthly_cap_micro is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currency", "US"),
        ("currency", "=1+"),
        ("per_10k_micro", "-1"),
        ("per_10k_micro", "0.0000001"),
        ("per_10k_micro", "NaN"),
        ("confirm_above_micro", ""),
        ("monthly_cap_micro", "1e30"),
        ("monthly_cap_micro", "much"),
    ],
)
def test_what_is_no_price_is_shown_again_with_the_reason(
    cast: Cast, sign_in: SignIn, field: str, value: str
) -> None:
    response = sign_in(cast.owner).post(reverse("price-edit", args=[cast.team.pk]), PRICE | {field: value})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Price.objects.exists()


def test_only_admins_set_the_cap_of_a_project(cast: Cast, sign_in: SignIn) -> None:
    project = factories.project(cast.team)
    address = reverse("project-edit", args=[project.pk])
    fields = ("title", "voice", "language", "pause_ms", "chapter_pause_ms")
    form = {name: getattr(project, name) for name in fields} | {"cap_micro": "12.50"}
    for person, cap in ((cast.editor, None), (cast.admin, 12_500_000)):
        client = sign_in(person)
        assert ("id_cap_micro" in text(client.get(address))) == (cap is not None)
        assert client.post(address, form).status_code == 302
        project.refresh_from_db()
        assert project.cap_micro == cap
    assert 'At most <span class="num">¥ 12.50</span>' in text(sign_in(cast.editor).get(address))
    sign_in(cast.editor).post(address, form | {"cap_micro": ""})
    project.refresh_from_db()
    assert project.cap_micro == 12_500_000


# The question before a run.


@pytest.fixture
def dear(cast: Cast) -> Script:
    """A script whose run costs ¥ 2.00 and more, of a team that wants to be asked above ¥ 1.00."""
    Price.objects.create(team=cast.team, confirm_above_micro=MICRO, per_10k_micro=200 * MICRO)
    return factories.script(cast.team, lines=3)


def generate(client: Client, script: Script, *, htmx: bool = True, **data: object) -> HttpResponse:
    headers = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    return client.post(reverse("script-render", args=[script.pk]), data, **headers)


def test_a_dear_run_is_asked_about_in_the_head_of_the_page(
    cast: Cast, dear: Script, sign_in: SignIn, broker: str
) -> None:
    client = sign_in(cast.editor)
    response = generate(client, dear)
    micro = 20_000 * sum(len(line.text) for line in dear.paragraphs.all())
    amount = f"¥ {micro / MICRO:.2f}"
    assert b'id="progress"' in response.content
    assert b"<html" not in response.content
    assert f'3 lines, under a minute of speech, <span class="num">{amount}</span>.' in text(response)
    assert f"Generate for {amount}" in text(response)
    assert "Not now" in text(response)
    assert not Take.objects.exists()
    again = client.get(reverse("script-detail", args=[dear.pk]), {"part": "progress"}, HTTP_HX_REQUEST="true")
    assert b'id="progress"' in again.content
    assert b"<html" not in again.content
    assert b"data-question" not in again.content
    assert b"data-question" not in generate(client, dear, agreed=micro).content
    assert Take.objects.count() == 3


def test_without_script_the_question_is_a_page(
    cast: Cast, dear: Script, sign_in: SignIn, broker: str
) -> None:
    client = sign_in(cast.editor)
    response = generate(client, dear, htmx=False)
    assert b"<html" in response.content
    assert f'value="{response.context["question"].amount_micro}"' in text(response)
    assert not Take.objects.exists()
    assert generate(client, dear, htmx=False, agreed=10**9).status_code == 302
    assert Take.objects.count() == 3


@pytest.mark.parametrize("agreed", ["", "1", "-5", "yes", "²"])
def test_what_is_dearer_than_agreed_is_asked_about_again(
    cast: Cast, dear: Script, sign_in: SignIn, broker: str, agreed: str
) -> None:
    assert b"data-question" in generate(sign_in(cast.editor), dear, agreed=agreed).content
    assert not Take.objects.exists()


def test_a_run_that_the_caps_do_not_leave_room_for_is_asked_about_with_what_they_leave(
    cast: Cast, sign_in: SignIn, broker: str
) -> None:
    script = factories.script(cast.team, lines=3, cap_micro=2 * MICRO)
    called(factories.script(cast.team, lines=1), 100_000)
    called(script, 10_000)
    client = sign_in(cast.editor)
    Project.objects.filter(pk=script.project_id).update(cap_micro=800_000 + 3_000)
    Price.objects.create(team=cast.team, monthly_cap_micro=9 * MICRO)
    page = text(generate(client, script))
    assert 'The cap leaves <span class="num">under ¥ 0.01</span>' in page
    Project.objects.update(cap_micro=None)
    Price.objects.update(monthly_cap_micro=8 * MICRO)
    assert 'The cap leaves <span class="num">¥ 0.00</span>' in text(generate(client, script))
    Price.objects.update(monthly_cap_micro=9 * MICRO)
    assert "data-question" not in text(generate(client, script))


def test_a_cheap_run_starts_at_once_and_the_button_says_its_price(
    cast: Cast, sign_in: SignIn, broker: str
) -> None:
    script = factories.script(cast.team, lines=3)
    client = sign_in(cast.editor)
    page = text(client.get(reverse("script-detail", args=[script.pk])))
    assert 'title="3 lines, under a minute of speech, ¥ 0.01"' in page
    assert b"data-question" not in generate(client, script).content
    assert Take.objects.count() == 3


def test_the_estimate_costs_the_page_as_many_queries_whatever_its_length(cast: Cast, sign_in: SignIn) -> None:
    counts = []
    for lines in (3, 30):
        script = factories.script(cast.team, lines=lines)
        address = reverse("script-detail", args=[script.pk])
        for person in (cast.viewer, cast.editor):  # a viewer has no button and no estimate
            client = sign_in(person)
            client.get(address)
            own.delete(f"estimate-{script.pk}")
            with CaptureQueriesContext(connection) as queries:
                assert (f'title="{lines} lines' in text(client.get(address))) == (person == cast.editor)
            counts.append(len(queries))
    assert (
        counts[1] == counts[0] + 5
    )  # the prices, the endpoint, the lexicon, the lines; and the clips to place
    assert counts[:2] == counts[2:]


def test_nothing_is_spent_by_looking(cast: Cast, dear: Script, sign_in: SignIn) -> None:
    generate(sign_in(cast.editor), dear)
    assert not Call.objects.exists()
    assert not Spend.objects.exists()
