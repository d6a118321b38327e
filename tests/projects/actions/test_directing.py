"""Many lines directed at once: one edit, undone as one; what it comes to is said before."""

import pytest

from projects.actions import cast as acting
from projects.actions import directing, edits, locks
from projects.actions.directing import Wish, Words
from projects.models import Edit, Script
from tests import factories
from tests.cast import Cast

SAD = "Sad and slow, close to tears."


@pytest.fixture
def script(cast: Cast) -> Script:
    """Four lines, the first two finished; the second has a voice and words of its own."""
    script = factories.script(cast.team, lines=4, voice="Neil", instructions="Unhurried.")
    first, second, *_ = script.paragraphs.all()
    directing.direct(
        script, [second.pk], Wish(voice="Maia", words=Words.INSTEAD, instructions="Loud."), by=None
    )
    second.refresh_from_db()
    factories.ready(first)
    factories.ready(second)
    return script


def ids(script: Script) -> list[int]:
    return [line.pk for line in script.paragraphs.all()]


def own(script: Script) -> list[tuple[object, ...]]:
    """What each line says itself."""
    names = ("character__name", "voice", "language", "instructions")
    return list(script.paragraphs.order_by("position").values_list(*names))


def test_all_of_it_is_one_edit_that_can_be_undone(cast: Cast, script: Script) -> None:
    before = own(script)
    filby = acting.add(script.project, name="Filby", by=None)
    wish = Wish(True, filby, "Kai", "English", Words.INSTEAD, SAD)
    done = directing.direct(script, ids(script), wish, by=cast.editor)
    assert own(script) == [("Filby", "Kai", "English", SAD)] * 4
    assert [line.mark for line in done.lines] == ["stale", "stale", "none", "none"]
    assert Edit.objects.get(by=cast.editor) == done.edit
    assert directing.direct(script, ids(script), wish, by=cast.editor).edit is None  # twice is harmless
    edits.undo(script, by=cast.editor)
    assert own(script) == before
    assert script.paragraphs.current().count() == 2


def test_what_is_not_wanted_stays_and_what_is_cleared_is_inherited(script: Script) -> None:
    directing.direct(script, ids(script), Wish(language="German"), by=None)
    assert own(script)[1] == (None, "Maia", "German", "Loud.")
    directing.direct(script, ids(script), Wish(voice="", words=Words.INHERIT), by=None)
    assert own(script) == [(None, "", "German", "")] * 4
    assert not Wish()


def test_words_are_added_to_what_is_said_whichever_layer_says_it(script: Script) -> None:
    more = Wish(words=Words.BESIDES, instructions=SAD)
    directing.direct(script, ids(script), more, by=None)
    said = [words for *_, words in own(script)]
    assert said == [f"Unhurried. {SAD}", f"Loud. {SAD}", f"Unhurried. {SAD}", f"Unhurried. {SAD}"]
    assert directing.direct(script, ids(script), more, by=None).edit is None
    with pytest.raises(directing.TooLong) as caught:
        directing.direct(script, ids(script), Wish(words=Words.BESIDES, instructions="slow " * 318), by=None)
    assert caught.value.line.number() == 1
    assert [words for *_, words in own(script)] == said


def test_what_it_comes_to_is_told_before_and_nothing_is_saved(script: Script) -> None:
    before = own(script)
    impact = directing.impact(script, ids(script), Wish(voice="Maia"))
    assert (impact.lines, impact.finished, impact.estimate.lines) == (3, 1, 1)
    assert impact.words == "3 lines would be spoken differently; 1 of them is finished."
    assert directing.impact(script, ids(script), Wish(voice="Neil")).finished == 1  # the second one's Maia
    assert own(script) == before
    changed = directing.direct(script, ids(script), Wish(voice="Maia"), by=None)
    assert len([line for line in changed.lines if line.is_stale]) == impact.finished


def test_locked_lines_stay_as_they_are(cast: Cast, script: Script) -> None:
    locks.lock(script, ids(script)[:1], by=cast.editor)
    assert directing.impact(script, ids(script), Wish(voice="Kai")).finished == 1
    directing.direct(script, ids(script), Wish(voice="Kai"), by=cast.editor)
    assert [voice for _, voice, *_ in own(script)] == ["", "Kai", "Kai", "Kai"]
