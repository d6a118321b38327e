"""Checks of takes as they come in: what is kept, what is made again, and what it may cost."""

from typing import Any

import numpy as np

from projects.actions import checks, claims, endpoint, paragraphs, rendering, takes
from projects.models import Call, Paragraph, Price, Project, Take, TakeStatus, Usual
from projects.speech.standin.server import Standin
from tests import factories
from tests.cast import Cast

# The tone voice speaks each character in 60 ms: far too short for Chinese, and a real reason to be flagged.
CHINESE = "我在年青时候也曾经做过许多梦，后来大半忘却了。"


def chinese_line(cast: Cast, **fields: Any) -> Paragraph:
    line = factories.script(cast.team, lines=1, **fields).paragraphs.get()
    line.text = CHINESE
    paragraphs.refresh([line], line.script.project)
    line.save()
    return line


def ask(line: Paragraph) -> Take:
    (take,) = takes.request(line.script, [line], by=None, fresh=True)
    return take


def make_next() -> Take:
    take = claims.claim(worker="test")
    assert take is not None
    rendering.render(take, endpoint.configured())
    take.refresh_from_db()
    return take


def test_a_take_is_checked_as_it_comes_in_and_its_line_says_so(
    cast: Cast, standin: Standin, broker: str
) -> None:
    line = chinese_line(cast)
    ask(line)
    take = make_next()
    assert [finding["code"] for finding in take.findings] == ["length"]
    line.refresh_from_db()
    assert (line.chosen, line.mark) == (take, "flagged")
    assert not Take.objects.exclude(pk=take.pk).exists(), "nothing is made again unless the project wants it"
    (usual,) = Usual.objects.all()
    assert (usual.voice, len(usual.levels_dbfs), len(usual.paces)) == (take.voice, 1, 1)


def test_a_take_without_a_fault_is_not_flagged(cast: Cast, standin: Standin, broker: str) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    ask(line)
    assert make_next().findings == []
    line.refresh_from_db()
    assert line.mark == "ready"


def test_a_flagged_line_is_made_again_so_many_times_and_no_more(
    cast: Cast, standin: Standin, broker: str
) -> None:
    line = chinese_line(cast, retakes=2)
    ask(line)
    made = [make_next() for _ in range(3)]
    assert claims.claim(worker="test") is None
    assert [take.retake_of for take in made] == [None, made[0], made[0]]
    assert Call.objects.count() == 3, "the ledger has every retake"
    line.refresh_from_db()
    assert line.chosen == made[0], "a retake that is no better is kept, and not chosen"


def test_a_better_retake_is_chosen(cast: Cast, standin: Standin, broker: str) -> None:
    line = chinese_line(cast, retakes=1)
    ask(line)
    first = make_next()
    second = claims.claim(worker="test")
    assert second is not None
    assert (
        rendering.finish(second, **rendering.store(factories.sound()), findings=[]).status == TakeStatus.READY
    )
    line.refresh_from_db()
    assert (line.chosen, second.retake_of, line.mark) == (second, first, "ready")


def test_no_retake_passes_a_cap(cast: Cast, standin: Standin, broker: str) -> None:
    line = chinese_line(cast, retakes=1)
    Price.objects.create(team=cast.team, monthly_cap_micro=5_000)
    ask(line)
    assert make_next().findings
    assert Call.objects.count() == 1
    assert claims.claim(worker="test") is None


def test_an_edited_line_gets_no_retake_of_its_old_text(cast: Cast, standin: Standin, broker: str) -> None:
    line = chinese_line(cast, retakes=1)
    ask(line)
    Paragraph.objects.filter(pk=line.pk).update(digest="other")
    assert make_next().findings
    assert claims.claim(worker="test") is None


def test_a_cleared_take_is_flagged_no_more_and_its_findings_stay(cast: Cast) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    take = factories.ready(line)
    Take.objects.filter(pk=take.pk).update(
        findings=[{"code": "pause", "text": "Pause", "at_ms": 1, "until_ms": 2}]
    )
    assert checks.clear(take, script_id=line.script_id, by=cast.reviewer)
    assert not checks.clear(take, script_id=line.script_id, by=cast.editor), "twice is harmless"
    take.refresh_from_db()
    line.refresh_from_db()
    assert (len(take.findings), take.cleared_by, line.mark) == (1, cast.reviewer, "ready")


def test_the_limits_are_the_projects(cast: Cast) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    take = factories.ready(line)
    gap = np.concatenate([_phrase(0), np.zeros(24 * 2000, np.int16), _phrase(1)])
    assert [finding["code"] for finding in checks.look(take, gap)] == ["pause"]
    Project.objects.update(check_pause_ms=3000)
    assert checks.look(take, gap) == []


def test_what_is_usual_is_kept_short(cast: Cast) -> None:
    usual = Usual(project=factories.project(cast.team), voice="Neil", language="Auto")
    for step in range(60):
        usual.remember(level_dbfs=-20 - step, pace=None)
    assert (len(usual.levels_dbfs), usual.levels_dbfs[-1], usual.paces) == (48, -79, [])


def test_the_expected_length_knows_digits_and_scripts() -> None:
    assert checks.expected_ms("In 1984", "English") > checks.expected_ms("In abcd", "English")
    assert checks.expected_ms(CHINESE, "Auto") == checks.expected_ms(CHINESE, "Chinese")


def _phrase(seed: int) -> np.ndarray:
    noise = (
        np.random.default_rng(seed).standard_normal(24_000)
        * 4000
        * np.sin(np.pi * np.arange(24_000) / 24_000)
    )
    return noise.astype(np.int16)
