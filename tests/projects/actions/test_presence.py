"""Who is at a script: kept in Valkey, gone by itself, and no page waits for it."""

import json

import pytest

from projects.actions import presence
from tests.cast import Cast


def test_people_meet_and_who_is_silent_has_left(cast: Cast, broker: str) -> None:
    script, now = 71, 1_000_000.0
    assert presence.meet(script, cast.editor, line=None, now=now) == []
    (edgar,) = presence.meet(script, cast.admin, line=5, now=now + 1)
    assert (edgar.name, edgar.line, edgar.initials) == ("Edgar", None, "ED")
    (ada,) = presence.meet(script, cast.editor, line=None, now=now + 2)
    assert (ada.name, ada.line) == ("Ada", 5)
    assert presence.meet(script + 1, cast.editor, line=None, now=now + 2) == []
    assert presence.meet(script, cast.editor, line=None, now=now + 1 + presence.AWAY_S + 0.1) == []
    assert presence._connection(broker).hkeys("narrator:here:71") == [str(cast.editor.pk)]
    assert 0 < presence._connection(broker).ttl("narrator:here:71") <= presence.EXPIRE_S


def test_it_is_read_once_for_all_pages_and_a_pen_is_said_at_once(
    cast: Cast, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "SHARED_S", 60)
    asked = []
    say = presence._say
    monkeypatch.setattr(presence, "_say", lambda *args: asked.append(args) or say(*args))
    script, now = 74, 1_000_000.0
    for user, line, at, times in (
        (cast.editor, None, 0, 1),
        (cast.admin, None, 0, 2),
        (cast.editor, None, 1, 2),
        (cast.editor, 7, 1, 3),
        (cast.admin, None, 2, 3),
        (cast.admin, None, 2 + presence.SAID_EACH_S, 4),
    ):
        presence.meet(script, user, line=line, now=now + at)
        assert len(asked) == times
    assert [one.line for one in presence.meet(script, cast.admin, line=None, now=now + 2)] == [7]


def test_what_was_said_lately_is_not_said_again_with_each_poll(
    cast: Cast, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "SHARED_S", 0)
    script, now = 75, 1_000_000.0
    seen = []
    for after in (0, 2, presence.SAID_EACH_S, presence.SAID_EACH_S + 1):
        presence.meet(script, cast.editor, line=None, now=now + after)
        row = presence._connection(broker).hget(f"narrator:here:{script}", str(cast.editor.pk))
        seen.append(json.loads(row)["at"] - now)
    assert seen == [0, 0, 0, presence.SAID_EACH_S + 1]


def test_without_valkey_nobody_is_shown_and_nothing_waits_twice(
    cast: Cast, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    asked = []
    said = presence._said
    monkeypatch.setattr(presence, "_said", lambda *args: asked.append(args) or said(*args))
    monkeypatch.setattr(presence, "LEAVE_ALONE_S", 600)
    for _ in range(20):
        assert presence.meet(1, cast.editor, line=None) == []
    assert len(asked) == 1
