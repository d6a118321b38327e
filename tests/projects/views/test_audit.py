"""The audit trail: what is written into it by what people do, who reads it, and the table that it is saved as."""

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from django.urls import reverse

from narrator.teams import audit, members
from narrator.teams.models import AuditEvent, AuditKind, Membership, Role, User
from projects.actions import activity, audits, connecting, exports, guests, prices
from projects.actions.activity import TAKEN_IN
from projects.models import Act, ActKind, Price
from tests import factories
from tests.accounts.people import knocks, signs_in, signs_in_and_proves_it
from tests.accounts.test_second_step import sets_up_an_app
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.one_database
SignIn = Callable[[User], Client]


def events() -> list[str]:
    return [str(event) for event in AuditEvent.objects.order_by("pk")]


def test_what_people_do_with_their_accounts_is_written_down(
    cast: Cast, settings: object, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager]
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
    visitor = Client(headers={"x-forwarded-for": "198.51.100.7, 203.0.113.9"})
    knocks(visitor, cast.editor.email, "guessed wrong")
    knocks(visitor, "nobody@example.org", "guessed wrong")
    assert set(AuditEvent.objects.values_list("address", flat=True)) == {"203.0.113.9"}
    client = signs_in_and_proves_it(cast.editor)
    with django_capture_on_commit_callbacks(execute=True):
        sets_up_an_app(client)
    new = {"oldpassword": PASSWORD, "password1": "another good one", "password2": "another good one"}
    client.post(reverse("account_change_password"), new)
    client.post(reverse("account_logout"))
    knocks(client, cast.editor.email, "another good one")
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert events() == [
        "Edgar was refused: a wrong password",
        "nobody@example.org was refused: a wrong password",
        "Edgar signed in",
        "Edgar set up an authenticator app",
        "Edgar set up recovery codes",
        "Edgar changed the password",
        "Edgar signed out",
        "Edgar was refused: a wrong code",
    ]


def test_a_teams_trail_is_read_and_saved_by_its_admins(cast: Cast, sign_in: SignIn) -> None:
    signs_in(cast.viewer)
    signs_in(cast.stranger)
    elsewhere = Membership.objects.get(user=cast.stranger)
    members.rename(cast.other_team, "Not for you", by=cast.stranger)
    members.set_role(Membership.objects.get(user=cast.viewer), Role.EDITOR, by=cast.owner, actor=Role.OWNER)
    project = factories.project(cast.team, title="=Night")
    guests.make(project, name="Gus", days=1, by=cast.editor)
    prices.save(Price(team=cast.team, monthly_cap_micro=50_000_000), by=cast.owner)
    connecting.leave(cast.team, by=cast.admin)
    client = sign_in(cast.admin)
    address = reverse("audit-list", args=[cast.team.pk])
    page = client.get(address).content.decode()
    for words in (
        "signed in",
        "(127.0.0.1)",
        "changed the role of Vito",
        "made a guest link for Gus",
        "¥ 50.00",
    ):
        assert words in page
    assert "Not for you" not in page
    assert "Sten" not in page
    assert "Vito" in client.get(address, {"kind": "sign-in"}).content.decode()
    assert "Gus" not in client.get(address, {"kind": "sign-in"}).content.decode()
    assert "Nothing fits this filter" in client.get(address, {"until": "2001-01-01"}).content.decode()
    answer = client.get(reverse("audit-csv", args=[cast.team.pk]), {"kind": "guests"})
    (row,) = csv.DictReader(
        io.StringIO(answer.content.decode().removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))
    )
    assert (row["who"], row["what"], row["project"]) == ("Edgar", "made a guest link for Gus", "'=Night")
    # Who comes later brings nothing along: what a person did before is another team's matter.
    Membership.objects.create(team=cast.team, user=cast.stranger, role=Role.VIEWER)
    assert "<strong>Sten" not in client.get(address).content.decode()
    assert elsewhere.team_id != cast.team.pk


def test_what_an_archive_says_of_money_and_guests_is_not_in_it(cast: Cast) -> None:
    project = factories.project(cast.team)
    activity.note(ActKind.MONEY, "changed the cap of another studio", by=cast.owner, project=project)
    activity.note(ActKind.IMPORTS, f"{TAKEN_IN} of 2026-01-01", by=cast.editor, project=project)
    activity.note(ActKind.MONEY, "changed the cap", by=cast.owner, project=project)
    activity.note(ActKind.MONEY, "changed the team's cap", by=cast.owner, team_id=cast.team.pk)
    found = [one.words for one in audits.read(audits.Ask(cast.team.pk)).entries]
    assert found == ["changed the team's cap", "changed the cap"]


def test_the_saved_trail_is_the_whole_trail(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        audit.note(AuditKind.MEMBERS, f"event {n}", by=cast.owner, team=cast.team)
    monkeypatch.setattr(audits, "AT_ONCE", 2)
    assert [one.words for one in audits.whole(audits.Ask(cast.team.pk))] == [
        f"event {n}" for n in (4, 3, 2, 1, 0)
    ]


def test_a_download_is_written_down_once_however_it_goes_on(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=1)
    factories.all_ready(script, duration_ms=200)
    export = exports.request(script.project, [script], format="wav", by=cast.editor)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    exports.assemble(claimed)
    client = sign_in(cast.viewer)
    address = reverse("export-download", args=[export.pk])
    for headers in ({}, {"range": "bytes=100-"}, {"range": "bytes=-5"}, {"range": "bytes=0-99"}):
        answer = client.get(address, headers=headers)
        b"".join(answer.streaming_content)  # type: ignore[arg-type]
    assert [str(act) for act in Act.objects.all()] == ["Vito downloaded The Long Night.wav"] * 2
