"""The admin's review of renders: found, heard, judged and requeued in bulk; history stays as it is."""

import json
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import endpoint, records, rendering
from projects.admin import bulk
from projects.models import Call, CallRecord, Paragraph, Take, TakeStatus, Verdict
from projects.models.records import KEPT
from projects.speech import record
from projects.speech.standin.server import Standin
from tests import factories
from tests.cast import Cast

FINDING = [{"code": "pause", "text": "Pause of 2.8 s at 0:04", "at_ms": 1, "until_ms": 2}]
LIST = "admin:projects_take_changelist"


@pytest.fixture
def root(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.org", "a long password"))
    return client


def shown(client: Client, **filters: str) -> set[int]:
    page = client.get(reverse(LIST), filters)
    assert page.status_code == 200
    return {row.pk for row in page.context["cl"].result_list}


def act(client: Client, action: str, takes: list[Take], **data: str) -> HttpResponse:
    chosen = {"action": action, "_selected_action": [str(take.pk) for take in takes]}
    return client.post(reverse(LIST), {**chosen, **data}, follow=True)  # type: ignore[return-value]


def _call(take: Take) -> Call:
    """A call for this take that has cost something."""
    about = {"take": take, "team": take.team, "project": take.project, "voice": "Neil", "currency": "CNY"}
    return Call.objects.create(**about, characters=9, amount_micro=700)


def test_takes_are_found_by_what_is_wrong_with_them(cast: Cast, root: Client) -> None:
    lines = list(factories.script(cast.team, lines=4).paragraphs.all())
    fine, flagged, paid = (factories.ready(line) for line in lines[:3])
    failed = factories.failed(lines[3], code="DataInspectionFailed")
    Take.objects.filter(pk=flagged.pk).update(findings=FINDING)
    Call.objects.filter(take__in=[fine, flagged, failed]).delete()
    _call(paid)
    assert shown(root) == {fine.pk, flagged.pk, paid.pk, failed.pk}
    assert shown(root, flag="pause") == shown(root, flag="any") == {flagged.pk}
    assert shown(root, flag="clipped") == set()
    assert shown(root, flag="none") == {fine.pk, paid.pk, failed.pk}
    assert shown(root, cost="paid") == {paid.pk}
    assert shown(root, cost="free") == {fine.pk, flagged.pk, failed.pk}
    assert shown(root, status__exact="failed", error_code="DataInspectionFailed") == {failed.pk}
    assert shown(root, q=lines[1].text) == {flagged.pk}


def test_a_take_is_heard_seen_and_read_with_what_was_sent(cast: Cast, root: Client) -> None:
    take = factories.ready(factories.script(cast.team, lines=1).paragraphs.get())
    page = root.get(reverse("admin:projects_take_change", args=[take.pk])).content.decode()
    assert "<rect" in page
    assert f"&quot;input&quot;: &quot;{take.text}&quot;" in page
    assert "oken" not in page.split("request")[-1].split("</pre>")[0]
    address = reverse("admin:projects_take_audio", args=[take.pk])
    assert f'src="{address}"' in page
    answer = root.get(address, headers={"Range": "bytes=0-3"})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"RIFF")  # type: ignore[attr-defined]
    plain = Client()
    plain.force_login(cast.owner)
    assert plain.get(address).status_code == 302, "an owner of a team is no admin of the studio"


def test_failed_takes_are_grouped_by_cause(cast: Cast, root: Client) -> None:
    lines = list(factories.script(cast.team, lines=3).paragraphs.all())
    for line, code in zip(lines, ("TextRefused", "TextRefused", "Gone"), strict=True):
        factories.failed(line, code=code)
    page = root.get(reverse("admin:projects_take_causes"))
    assert [(group["error_code"], group["count"]) for group in page.context["groups"]] == [
        ("TextRefused", 2),
        ("Gone", 1),
    ]


def test_bulk_approval_asks_first_and_counts_only_what_is_chosen(cast: Cast, root: Client) -> None:
    first, second = factories.script(cast.team, lines=2).paragraphs.all()
    old, now, other = factories.ready(first), factories.ready(first), factories.ready(second)
    asked = act(root, "approve", [old, now, other])
    assert b"Approve 3 takes?" in asked.content
    assert not Verdict.objects.exists()
    done = act(root, "approve", [old, now, other], confirmed="yes")
    assert b"2 done, 1 left alone" in done.content
    assert {verdict.take for verdict in Verdict.objects.all()} == {now, other}
    assert LogEntry.objects.count() == 2, "each leaves a row in the log"


def test_a_bulk_rejection_needs_a_reason(cast: Cast, root: Client) -> None:
    take = factories.ready(factories.script(cast.team, lines=1).paragraphs.get())
    assert b"Say why." in act(root, "reject", [take], confirmed="yes", reason=" ").content
    assert not Verdict.objects.exists()
    act(root, "reject", [take], confirmed="yes", reason="All too fast")
    assert Paragraph.objects.get().mark == "pickup"


def test_failed_takes_are_requeued_in_bulk(cast: Cast, root: Client, broker: str) -> None:
    first, second = factories.script(cast.team, lines=2).paragraphs.all()
    failed, fine = factories.failed(first), factories.ready(second)
    done = act(root, "requeue", [failed, fine], confirmed="yes")
    assert b"1 done, 1 left alone" in done.content
    failed.refresh_from_db()
    assert failed.status == TakeStatus.QUEUED


def test_history_is_read_only(cast: Cast, root: Client) -> None:
    take = factories.ready(factories.script(cast.team, lines=1).paragraphs.get())
    address = reverse("admin:projects_take_change", args=[take.pk])
    root.post(address, {"text": "other"})
    assert (
        root.post(reverse("admin:projects_take_delete", args=[take.pk]), {"post": "yes"}).status_code == 403
    )
    take.refresh_from_db()
    assert take.text != "other"
    for model in ("call", "verdict", "comment", "guestlink"):
        assert root.get(reverse(f"admin:projects_{model}_changelist")).status_code == 200
        assert root.get(reverse(f"admin:projects_{model}_add")).status_code == 403


@pytest.mark.one_database
def test_the_list_costs_the_same_queries_for_any_number_of_takes(
    cast: Cast, root: Client, django_assert_max_num_queries: object
) -> None:
    for count in (1, 3):
        factories.all_ready(factories.script(cast.team, lines=count))
        root.get(reverse(LIST))
        with django_assert_max_num_queries(16):  # type: ignore[operator]
            root.get(reverse(LIST))


def test_what_a_call_sent_and_got_stands_with_its_take(cast: Cast, root: Client) -> None:
    take = factories.failed(factories.script(cast.team, lines=1).paragraphs.get())
    call = _call(take)
    leg = record.Leg(
        "POST",
        "https://speech.example/v1/audio/speech",
        {"Authorization": "Bearer [token]"},
        body='{"input": "<b>Hello</b>"}',
        status=400,
        answer_headers={"X-Request-Id": "r-77"},
        answer="Not <allowed>",
        size=13,
    )
    CallRecord.objects.create(call=call, legs=[asdict(leg)])
    pages = [
        root.get(reverse("admin:projects_take_change", args=[take.pk])).content.decode(),
        root.get(reverse("admin:projects_call_change", args=[call.pk])).content.decode(),
    ]
    for page in pages:
        assert "POST https://speech.example/v1/audio/speech" in page
        assert "&lt;b&gt;Hello" in page
        assert "HTTP 400, 13 bytes" in page
        assert "X-Request-Id: r-77" in page
        assert "Not &lt;allowed&gt;" in page
    CallRecord.objects.all().delete()
    assert b"Nothing is kept of it" in root.get(reverse("admin:projects_call_change", args=[call.pk])).content


def test_a_real_call_is_kept_and_forgotten_in_time(cast: Cast, standin: Standin, broker: str) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    take = factories.claimed(line)
    rendering.render(take, endpoint.of(cast.team.pk))
    kept = CallRecord.objects.get()
    assert (kept.call.take, kept.legs[0]["status"]) == (take, 200)
    assert line.text in kept.legs[0]["body"]
    assert standin.token not in json.dumps(kept.legs)
    assert records.sweep() == 0
    assert records.sweep(kept.at + KEPT + timedelta(seconds=1)) == 1
    assert not CallRecord.objects.exists()
    assert Call.objects.exists()


def test_more_than_can_be_asked_about_is_refused(
    cast: Cast, root: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = factories.script(cast.team, lines=3)
    factories.all_ready(script)
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 2)
    told = act(root, "approve", list(Take.objects.all()), confirmed="yes")
    assert b"more than 2 takes" in told.content
    assert not Verdict.objects.exists()
