"""Who is told what: each person once, never of what she did herself, and as she wishes."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from narrator.teams.models import Membership, User
from projects.actions import exports, guests, holds, notifications, reviews, runs, takes
from projects.models import Hold, Notification, Run, Script, Take, Wishes
from projects.models.notifications import News, Often, Way
from tests import factories
from tests.cast import Cast


@pytest.fixture
def script(cast: Cast) -> Script:
    """Edgar had its takes made."""
    row = factories.script(cast.team, lines=3, by=cast.owner)
    for line in row.paragraphs.all():
        factories.ready(line, by=cast.editor)
    return row


def told(user: User) -> list[str]:
    return [f"{one.kind}: {one}" for one in Notification.objects.of(user).order_by("pk")]


def test_a_comment_tells_whom_it_names_and_who_talks_on_the_line(cast: Cast, script: Script) -> None:
    line = script.paragraphs.all()[0]
    reviews.comment(line, text="Too slow?", by=cast.reviewer)
    assert Notification.objects.count() == 0, "nobody was there to hear it"
    answer = reviews.comment(line, text="No. @Rosa @Ada, what about you?", by=cast.editor)
    assert told(cast.reviewer) == ["mention: Edgar names you in a comment"], (
        "she is told once, of the nearer thing"
    )
    assert told(cast.admin) == ["mention: Edgar names you in a comment"]
    assert told(cast.editor) == []
    reviews.comment(line, text="Let it be.", by=cast.reviewer)
    assert told(cast.editor) == ["reply: Rosa commented on a line on which you did"]
    reviews.resolve(answer, by=cast.admin)
    assert told(cast.editor)[1:] == ["reply: Ada resolved your comment"]
    assert (
        Notification.objects.of(cast.editor).with_places()[0].target()
    ) == f"{script.get_absolute_url()}#line-{line.pk}"


def test_an_assignment_is_told_once(cast: Cast, script: Script) -> None:
    reviews.assign(script, [cast.reviewer, cast.editor], by=cast.editor)
    reviews.assign(script, [cast.reviewer, cast.editor], by=cast.admin)
    assert told(cast.reviewer) == ["assignment: Edgar gave you Chapter 1 to hear"]
    assert told(cast.editor) == []


def test_a_pickup_tells_who_had_the_take_made(cast: Cast, script: Script) -> None:
    first, second, third = script.paragraphs.all()
    reviews.judge(first, take_id=first.chosen_id, kind="approved", by=cast.reviewer)
    reviews.judge(second, take_id=second.chosen_id, kind="pickup", reason="Too fast", by=cast.reviewer)
    reviews.judge(third, take_id=third.chosen_id, kind="pickup", reason="I hear a click", by=cast.editor)
    (news,) = Notification.objects.all()
    assert (news.to, str(news), news.quote) == (
        cast.editor,
        "Rosa wants a pickup of a line that you had made",
        "Too fast",
    )
    Take.objects.update(created_by=None)
    reviews.judge(first, take_id=first.chosen_id, kind="pickup", reason="Louder", by=cast.reviewer)
    assert told(cast.owner) == ["pickup: Rosa wants a pickup of a line that you had made"], (
        "whose project it is"
    )


def test_a_guest_is_heard_by_whoever_invited_her(cast: Cast, script: Script) -> None:
    first, second, third = script.paragraphs.all()
    link, _ = guests.make(script.project, name="Gus", days=1, by=cast.admin)
    mine, _ = guests.make(script.project, name="Gil", days=1, by=cast.editor)
    reviews.comment(first, text="Lovely.", by=None, guest=link)
    reviews.judge(second, take_id=second.chosen_id, kind="approved", by=None, guest=link)
    reviews.judge(third, take_id=third.chosen_id, kind="pickup", reason="Hm", by=None, guest=mine)
    assert told(cast.admin) == ["guest: Gus (guest) commented", "guest: Gus (guest) approved a line"]
    assert told(cast.editor) == ["pickup: Gil (guest) wants a pickup of a line that you had made"], (
        "once, not twice"
    )


def test_runs_holds_and_exports_tell_who_asked_for_them(cast: Cast, broker: str) -> None:
    script = factories.script(cast.team, lines=3)
    waiting = takes.request(script, script.paragraphs.all(), by=cast.editor)
    for _ in range(2):
        holds.place(cast.team.pk, code="arrears", reason="The account is in arrears.")
    assert told(cast.editor) == ["run: What you generate stands still"]
    assert runs.finish_done() == 0
    Take.objects.filter(pk=waiting[0].pk).update(status="failed", error_reason="Refused")
    Take.objects.filter(pk__in=[take.pk for take in waiting[1:]]).update(status="cancelled")
    assert runs.finish_done(waiting[0].run_id) == 1
    assert runs.finish_done() == runs.finish_done(waiting[0].run_id) == 0
    assert told(cast.editor)[1:] == ["run: 0 of 3 lines generated, 1 failed"]
    assert Run.objects.get().state == "done"
    Hold.objects.all().delete()
    factories.all_ready(script)
    done = exports.request(script.project, [script], format="wav", by=cast.owner)
    broken = exports.request(script.project, [script], format="wav", by=cast.owner)
    claimed = exports.claim(done.pk)
    assert claimed is not None
    exports.assemble(claimed)
    broken.plan[0]["lines"][0]["audio_sha256"] = "0" * 64
    broken.save()
    claimed = exports.claim(broken.pk)
    assert claimed is not None
    exports.assemble(claimed)
    assert told(cast.owner) == [
        "export: The Long Night.wav is ready",
        "export: The Long Night.wav could not be made",
    ]
    assert Notification.objects.of(cast.owner).with_places()[0].target() == broken.get_absolute_url()


def test_an_export_whose_worker_stops_again_and_again_is_told_of(cast: Cast, script: Script) -> None:
    export = exports.request(script.project, [script], format="wav", by=cast.editor)
    exports.claim(export.pk)
    type(export).objects.update(
        attempts=exports.ATTEMPTS - 1, lease_until=timezone.now() - timedelta(seconds=1)
    )
    assert exports.sweep() == exports.sweep() == []
    assert told(cast.editor) == ["export: The Long Night.wav could not be made"]


def test_whoever_has_left_the_team_hears_nothing(cast: Cast, script: Script) -> None:
    line = script.paragraphs.all()[0]
    reviews.comment(line, text="Hm.", by=cast.reviewer)
    reviews.comment(line, text="Yes?", by=cast.editor)
    assert len(told(cast.reviewer)) == 1
    Membership.objects.filter(user=cast.reviewer).delete()
    assert told(cast.reviewer) == []
    reviews.comment(line, text="Still there?", by=cast.editor)
    assert Notification.objects.filter(to=cast.reviewer).count() == 1


def test_each_kind_is_told_as_wished(cast: Cast, script: Script, settings: object) -> None:
    settings.MAIL_GOES_OUT = True  # type: ignore[attr-defined]
    line = script.paragraphs.all()[0]

    def news_with(way: Way, often: Often = Often.HOURLY) -> Notification | None:
        notifications.wish(cast.reviewer, ways={News.MENTION: way, "nonsense": "off"}, often=often)
        Notification.objects.all().delete()
        reviews.comment(line, text="@Rosa", by=cast.editor)
        return Notification.objects.filter(to=cast.reviewer).first()

    assert news_with(Way.OFF) is None
    assert getattr(news_with(Way.APP), "mail_at", "") is None
    assert getattr(news_with(Way.MAIL), "mail_at", None) is not None
    assert getattr(news_with(Way.MAIL, Often.NEVER), "mail_at", "") is None
    assert Wishes.objects.get().ways == {"mention": "mail"}
    settings.MAIL_GOES_OUT = False  # type: ignore[attr-defined]
    assert getattr(news_with(Way.MAIL), "mail_at", "") is None


def test_what_waits_to_be_mailed_follows_the_wishes(cast: Cast, script: Script, settings: object) -> None:
    settings.MAIL_GOES_OUT = True  # type: ignore[attr-defined]
    line = script.paragraphs.all()[0]
    reviews.comment(line, text="@Rosa", by=cast.editor)
    hourly = Notification.objects.get().mail_at
    notifications.wish(cast.reviewer, ways={}, often=Often.DAILY)
    daily = Notification.objects.get().mail_at
    assert daily is not None
    assert hourly is not None
    assert (daily.hour, daily.minute, hourly.minute) == (8, 0, 0)
    notifications.wish(cast.reviewer, ways={News.MENTION: Way.APP}, often=Often.DAILY)
    assert Notification.objects.get().mail_at is None


@pytest.mark.parametrize(
    ("often", "now", "then"),
    [
        ("hourly", "2026-11-27T21:58:59", "2026-11-27T22:00:00"),
        ("hourly", "2026-11-27T23:00:00", "2026-11-28T00:00:00"),
        ("daily", "2026-11-27T07:59:00", "2026-11-27T08:00:00"),
        ("daily", "2026-11-27T08:00:00", "2026-11-28T08:00:00"),
        ("never", "2026-11-27T08:00:00", ""),
    ],
)
def test_when_the_next_mail_goes_out(often: str, now: str, then: str) -> None:
    at = timezone.make_aware(datetime.fromisoformat(now))
    expected = timezone.make_aware(datetime.fromisoformat(then)) if then else None
    assert Wishes(often=often).next_mail_at(at) == expected


def test_telling_many_costs_no_more_than_telling_one(
    cast: Cast, script: Script, django_assert_num_queries: object
) -> None:
    for people in ([cast.reviewer], [cast.reviewer, cast.admin, cast.viewer]):
        with django_assert_num_queries(3):  # type: ignore[operator]
            notifications.tell(News.ASSIGNMENT, people, "x", by=cast.editor, project=script.project)


def test_what_was_told_long_ago_is_forgotten(
    cast: Cast, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "FORGOTTEN_AT_ONCE", 2)
    for n in range(4):
        notifications.tell(News.RUN, [cast.editor], f"Run {n}", project=script.project)
    old = timezone.now() - notifications.KEPT
    Notification.objects.exclude(words="Run 3").update(at=old)
    assert [notifications.sweep() for _ in range(3)] == [2, 1, 0]
    assert told(cast.editor) == ["run: Run 3"]
