"""What belongs to a team through the API: guests and feeds, members, its endpoint and price, histories and news."""

import pytest
from django.core import mail

from projects.models import ApiAnswer, Edit, Script
from tests import factories
from tests.cast import Cast
from tests.projects.api.programs import Program

pytestmark = pytest.mark.one_database


@pytest.fixture
def script(cast: Cast) -> Script:
    return factories.script(cast.team, lines=2)


def test_a_secret_address_is_shown_once_and_kept_nowhere(cast: Cast, script: Script) -> None:
    program, home = Program(cast.editor), f"/projects/{script.project_id}"
    wanted = {"name": "Gus", "script_id": script.pk, "password": "owl"}
    for address, body, end in (
        (f"{home}/guests", wanted, "/guests/{}/revoke"),
        (f"{home}/feeds", {"name": "Fay", "has_drafts": True}, "/feeds/{}/revoke"),
    ):
        made = program.post(address, body, key=address).json()
        secret = made["address"].rstrip("/").rpartition("/")[2]
        again = program.post(address, body, key=address).json()
        assert again == {**made, "address": None}
        assert secret not in str(list(ApiAnswer.objects.values()))
        assert program.client.get(made["address"]).status_code in (200, 302)  # 302: to the password
        (row,) = program.get(address).json()["items"]
        assert row == {name: value for name, value in made.items() if name != "address"} | {
            "seen_at": row["seen_at"]
        }
        for _ in range(2):
            assert program.post(end.format(row["id"])).status_code == 204
        assert program.client.get(made["address"]).status_code == 404
    assert program.post(f"{home}/guests", {**wanted, "days": 900}).json()["errors"][0]["field"] == "days"


def test_a_feed_is_filled(cast: Cast, script: Script, broker: str) -> None:
    program = Program(cast.editor)
    feed = program.post(f"/projects/{script.project_id}/feeds", {"name": "Fay"}).json()["id"]
    assert program.post(f"/feeds/{feed}/fill").json()["code"] == "not_ready"
    factories.all_ready(script, duration_ms=200)
    ordered = program.post(f"/feeds/{feed}/fill").json()
    assert (ordered["format"], ordered["by_chapter"]) == ("mp3-128", True)
    assert program.get(f"/feeds/{feed}/episodes").json() == []


def test_people_are_invited_given_roles_and_leave(cast: Cast, settings: object) -> None:
    settings.SIGN_UP = "invite"  # type: ignore[attr-defined]
    owner, admin = Program(cast.owner), Program(cast.admin)
    home = f"/teams/{cast.team.pk}"
    assert admin.post("/teams", {"name": "Day Desk"}).json()["role"] == "owner"
    assert Program(cast.viewer).post("/teams", {"name": "Mine"}).status_code == 403
    assert admin.patch(home, {"name": "Late Desk"}).json()["name"] == "Late Desk"
    members = {one["name"]: one for one in admin.get(f"{home}/members").json()["items"]}
    viewer = f"/members/{members['Vito']['id']}"
    assert admin.patch(viewer, {"role": "editor"}).json()["role"] == "editor"
    assert admin.patch(viewer, {"role": "owner"}).status_code == 422
    link = admin.post(f"{home}/invitations", {"role": "viewer", "days": 3}).json()
    assert "/join/" in link["address"]
    settings.MAIL_GOES_OUT = True  # type: ignore[attr-defined]
    mailed = admin.post(f"{home}/invitations", {"email": "New@example.org"}).json()
    assert (mailed["address"], mailed["email"], mail.outbox[0].to) == (
        None,
        "new@example.org",
        ["new@example.org"],
    )
    assert [one["id"] for one in admin.get(f"{home}/invitations").json()["items"]] == [
        mailed["id"],
        link["id"],
    ]
    assert admin.post(f"/invitations/{link['id']}/revoke").status_code == 204
    assert owner.post(f"{home}/leave").json()["code"] == "last_owner"
    assert owner.post(f"/members/{members['Ada']['id']}/owner").json()["role"] == "owner"
    assert owner.get("/me").json()["teams"][0]["role"] == "admin"
    assert owner.post(f"{viewer}/remove").status_code == 204
    assert owner.post(f"{home}/leave").status_code == 204
    assert owner.get(f"{home}/members").status_code == 404
    words = [one["words"] for one in admin.get(f"{home}/audit", kind="members").json()["items"]]
    assert words[:2] == ["left the team", "removed Vito"]


def test_an_endpoint_never_gives_its_token_back_and_a_price_is_set(cast: Cast) -> None:
    program, home = Program(cast.admin), f"/teams/{cast.team.pk}"
    assert program.get(f"{home}/endpoint").json()["kind"] == ""
    factories.endpoint(cast.team, token="sk-secret-1234")
    shown = program.get(f"{home}/endpoint")
    assert (shown.json()["address"], shown.json()["has_token"]) == ("https://speech.example", True)
    assert "secret" not in shown.content.decode()
    inside = program.patch(f"{home}/endpoint", {"address": "http://10.0.0.1", "token": "sk-other-1234"})
    assert (inside.status_code, inside.json()["errors"][0]["field"]) == (422, "address")
    assert "sk-other" not in inside.content.decode()
    assert program.post(f"{home}/endpoint/leave").status_code == 204
    assert not program.get(f"{home}/endpoint").json()["has_token"]
    price = program.patch(
        f"{home}/price", {"per_10k_micro": 1_234_567, "monthly_cap_micro": 5_000_000}
    ).json()
    assert (price["per_10k_micro"], price["monthly_cap_micro"]) == (1_234_567, 5_000_000)
    assert program.patch(f"{home}/price", {"monthly_cap_micro": None}).json()["monthly_cap_micro"] is None
    assert program.patch(f"{home}/price", {"currency": "money"}).json()["errors"][0]["field"] == "currency"
    listed = program.get(f"{home}/samples/English").json()
    assert {one["voice"] for one in listed} >= {"Neil", "Maia"}
    assert {one["sample_id"] for one in listed} == {None}


def test_lines_have_a_history_and_are_searched_and_replaced(cast: Cast, script: Script) -> None:
    program, home = Program(cast.editor), f"/scripts/{script.pk}"
    first, second = script.paragraphs.all()
    found = program.get(f"{home}/search", q="lamp").json()
    assert (found["count"], found["lines"][0]["line_id"], found["lines"][0]["spans"]) == (
        1,
        first.pk,
        [[4, 8]],
    )
    assert program.get(f"{home}/search", q="(", pattern="true").status_code == 422
    wanted = {"q": "lamp", "replacement": "lantern", "everywhere": True}
    (line,) = program.post(f"{home}/replace/preview", wanted).json()["lines"]
    assert line["after"].startswith("The lantern was lit.")
    replaced = program.post(
        f"{home}/replace", {**wanted, "lines": {first.pk: line["text_mark"], second.pk: "x"}}
    )
    assert replaced.json() == {"lines": [first.pk]}
    (edit,) = program.get(f"/lines/{first.pk}/edits").json()["items"]
    assert (edit["kind"], edit["who"], edit["before"]["text"]) == ("replace", "Edgar", first.text)
    assert program.post(f"/changes/{edit['id']}/restore").json() == {"lines": [first.pk]}
    assert program.get(f"/lines/{first.pk}").json()["text"] == first.text
    assert Edit.objects.count() == 2
    done = program.get(f"/projects/{script.project_id}/activity").json()
    assert [one["words"] for one in done["items"][:2]] == ["restored an earlier text", "replaced text"]
    assert program.get(f"/projects/{script.project_id}/activity", kind="nothing").status_code == 422


def test_a_take_is_trimmed_and_heard_as_files_have_it(cast: Cast, script: Script) -> None:
    program, line = Program(cast.editor), script.paragraphs.first()
    assert line is not None
    take = factories.ready(line, duration_ms=400)
    address, trim = f"/takes/{take.pk}", {"head_ms": 50, "fade_out_ms": 20}
    tried = b"".join(program.get(f"{address}/trimmed", **trim).streaming_content)  # type: ignore[attr-defined]
    kept = program.ask("put", f"{address}/trim", trim).json()
    assert (kept["trim_count"], kept["duration_ms"]) == (1, 350)
    assert b"".join(program.get(f"{address}/audio").streaming_content) == tried  # type: ignore[attr-defined]
    assert program.ask("put", f"{address}/trim", {"head_ms": 9000}).status_code == 422
    for sound in ("heard", "seam"):
        assert b"".join(program.get(f"{address}/{sound}").streaming_content)[:4] == b"RIFF"  # type: ignore[attr-defined]


def test_a_person_is_told_and_says_what_she_wants_to_be_told(cast: Cast, script: Script) -> None:
    program, line = Program(cast.editor), script.paragraphs.first()
    assert line is not None
    Program(cast.reviewer).post(f"/lines/{line.pk}/comments", {"text": "@Edgar listen."})
    (news,) = program.get("/notifications").json()["items"]
    assert (news["kind"], news["line_id"], news["read_at"]) == ("mention", line.pk, None)
    assert program.post(f"/notifications/{news['id']}/read").json()["read_at"]
    assert program.post("/notifications/read").json() == {"count": 0}
    assert Program(cast.owner).post(f"/notifications/{news['id']}/read").status_code == 404
    wishes = program.patch("/notifications/wishes", {"often": "daily", "ways": {"mention": "off"}})
    assert wishes.status_code == 200, wishes.content
    assert (wishes.json()["often"], wishes.json()["ways"]["mention"]) == ("daily", "off")
    assert program.get("/notifications/wishes").json() == wishes.json()
