"""The admin's page of the engine: every figure is that of the rows, for few queries, for whoever may look at money."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from narrator.teams.models import Team, User
from projects.actions import engine, exports, holds, retention, takes, workers
from projects.models import Call, CallState, Pruning, Spend, Take
from projects.models.money import month_of
from tests import factories
from tests.cast import Cast

PAGE = "admin:projects_take_engine"


@pytest.fixture
def root(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.org", "a long password"))
    return client


def failed(team: Team, code: str, *, hours: float) -> None:
    at = timezone.now() - timedelta(hours=hours)
    about = {"characters": 9, "amount_micro": 0, "currency": "CNY", "voice": "Neil"}
    Call.objects.create(team=team, state=CallState.FREE, error_code=code, at=at, **about)


def test_it_tells_how_everything_stands(cast: Cast, root: Client, broker: str) -> None:
    script = factories.script(cast.team)
    factories.claimed(script.paragraphs.all()[0])
    takes.request(script, script.paragraphs.all(), by=None)
    Take.objects.filter(status="queued").update(created_at=timezone.now() - timedelta(minutes=7))
    holds.place(cast.other_team.pk, code="Arrearage", reason="The account is in arrears.")
    factories.endpoint(cast.other_team)
    for code, hours in (
        ("Throttling", 0.5),
        ("Throttling", 3),
        ("Throttling", 30),
        ("DataInspectionFailed", 2),
    ):
        failed(cast.team, code, hours=hours)
    for team, amount in ((cast.team, 1_200_000), (cast.other_team, 300_000)):
        Spend.objects.create(team=team, month=month_of(timezone.now()), amount_micro=amount)
    workers.show()
    retention.prune()
    told = root.get(reverse(PAGE)).context
    mine, other = sorted(told["queues"], key=lambda row: row.name == "Elsewhere")
    assert (mine.name, mine.waiting, mine.running, mine.held) == ("Night Desk", 2, 1, "")
    assert 420 <= mine.oldest_s < 500
    assert (other.waiting, other.held, told["queues"][0]) == (0, "The account is in arrears.", other)
    first, second = told["lanes"]
    assert (first.teams, first.pace.slots) == ([], 4)
    assert (second.host, second.teams) == ("speech.example", ["Elsewhere"])
    assert [(row.code, row.hour, row.day) for row in told["faults"]] == [
        ("Throttling", 1, 2),
        ("DataInspectionFailed", 0, 1),
    ]
    assert told["spent"] == {"CNY": 1_500_000}
    names = {row.name: (row.running, row.is_here) for row in told["workers"]}
    assert names["factory"] == (1, False)
    assert names[workers.me()] == (0, True)
    assert told["swept"].name == workers.me()
    page = root.get(reverse(PAGE), headers={"HX-Request": "true"}).content.decode()
    assert page.lstrip().startswith('<div id="figures"')
    for words in (
        "Held: The account is in arrears.",
        "¥ 1.50",
        "no limit",
        "Discarded takes: kept for good.",
    ):
        assert words in page, words


@pytest.mark.one_database
def test_it_says_that_no_worker_sweeps_and_what_a_round_has_found(
    cast: Cast, root: Client, broker: str
) -> None:
    page = root.get(reverse(PAGE)).content.decode()
    assert "No worker has shown itself" in page
    assert "The first round adds up the store." in page
    script = factories.script(cast.team, lines=1)
    factories.all_ready(script, duration_ms=1000)
    claimed = exports.claim(exports.request(script.project, [script], format="wav", by=None).pk)
    assert claimed is not None
    exports.assemble(claimed)
    before = engine.assembly()
    assert before.speed
    Pruning.objects.create(
        finished_at=timezone.now(), sound_bytes=48_000, waiting_takes=3, waiting_bytes=5_000_000
    )
    page = root.get(reverse(PAGE)).content.decode()
    for words in ("46.9", "Of no use: 3 takes", "4.8", "times as fast as they are heard"):
        assert words in page, words


@pytest.mark.one_database
def test_it_costs_the_same_however_much_there_is(cast: Cast, root: Client, broker: str) -> None:
    costs = []
    for count in (1, 2):
        for n in range(count):
            team = Team.objects.create(name=f"Team {count} {n}")
            script = factories.script(team, lines=2)
            takes.request(script, script.paragraphs.all(), by=None)
            factories.endpoint(team, address=f"https://speech-{count}-{n}.example")
            failed(team, f"Code{n}", hours=1)
        root.get(reverse(PAGE))
        with CaptureQueriesContext(connection) as queries:
            root.get(reverse(PAGE), headers={"HX-Request": "true"})
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 20


@pytest.mark.one_database
def test_only_who_may_look_at_money_sees_it(cast: Cast, db: None) -> None:
    staff = User.objects.create_user("staff@example.org", "a long password", is_staff=True)
    for person, status in ((staff, 403), (cast.owner, 302)):
        client = Client()
        client.force_login(person)
        assert client.get(reverse(PAGE)).status_code == status
    staff.user_permissions.add(Permission.objects.get(codename="view_call"))
    client = Client()
    client.force_login(staff)
    assert client.get(reverse(PAGE)).status_code == 200
    assert client.post(reverse(PAGE)).status_code == 405
