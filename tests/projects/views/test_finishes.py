"""The form for a project's finish."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.audio.finish import PRESETS, Finish
from projects.models import Project
from tests import factories
from tests.audio import sounds
from tests.cast import Cast

SignIn = Callable[[User], Client]
PODCAST = {
    "preset": "podcast",
    "scale": "lufs",
    "target_db": "-16",
    "peak_db": "-3",
    "head_ms": "500",
    "tail_ms": "1000",
    "keep_ms": "200",
    "fade_ms": "5",
}


@pytest.fixture
def project(cast: Cast) -> Project:
    project = factories.project(cast.team, lines=2)
    for n, line in enumerate(project.scripts.get().paragraphs.all()):
        factories.ready(line, samples=sounds.speech(40_000, seed=n, level=3000))
    return project


def test_a_preset_fills_the_form_in_and_saves_nothing(cast: Cast, project: Project, sign_in: SignIn) -> None:
    page = sign_in(cast.editor).get(reverse("finish-edit", args=[project.pk]), {"preset": "acx"})
    assert page.context["form"]["target_db"].value() == -20.0
    assert b'aria-current="true">ACX' in page.content
    assert Project.objects.get().finish == {}


def test_saving_says_what_an_export_comes_to(cast: Cast, project: Project, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    answer = client.post(reverse("finish-edit", args=[project.pk]), PODCAST, follow=True)
    kept = Project.objects.get().finishing
    assert (kept.preset, kept.target_db, set(kept.gains_db)) == ("podcast", -16.0, {""})
    said = answer.content.decode()
    assert "an export comes to −16.0 LUFS" in said
    assert "−16.0 LUFS, true peak −3.0 dB at most" in said
    again = client.post(reverse("finish-edit", args=[project.pk]), PODCAST)
    assert (again.status_code, Project.objects.get().finishing) == (302, kept)


def test_changed_figures_are_still_measured_for_their_destination(
    cast: Cast, project: Project, sign_in: SignIn
) -> None:
    client = sign_in(cast.editor)
    for preset, kept in (("podcast", "podcast"), ("none", "own")):
        sent = PODCAST | {"preset": preset, "head_ms": "700"}
        client.post(reverse("finish-edit", args=[project.pk]), sent)
        assert Project.objects.get().finishing.preset == kept


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"target_db": "", "match_voices": "on"}, "say to which"),
        ({"peak_db": "3"}, "less than or equal to 0"),
        ({"head_ms": "-1"}, "greater than or equal to 0"),
        ({"preset": "elsewhere"}, "elsewhere"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    cast: Cast, project: Project, sign_in: SignIn, wrong: dict[str, str], said: str
) -> None:
    answer = sign_in(cast.editor).post(reverse("finish-edit", args=[project.pk]), PODCAST | wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Project.objects.get().finishing == Finish()


def test_silence_is_saved_without_a_level(cast: Cast, sign_in: SignIn) -> None:
    empty = factories.project(cast.team, lines=1)
    answer = sign_in(cast.editor).post(reverse("finish-edit", args=[empty.pk]), PODCAST, follow=True)
    assert "Exports from now on are made like this." in answer.content.decode()
    assert Project.objects.get(pk=empty.pk).finishing == PRESETS["podcast"]
