"""The demo of a fresh installation."""

import pytest
from django.core.management import call_command

from narrator.teams.models import User
from projects.actions import demo
from projects.models import Guide, Project


def test_the_demo_is_a_scene_of_two_voices_and_about_two_minutes(db: None) -> None:
    project = demo.seed()
    assert project is not None
    lines = list(project.scripts.get().paragraphs.all())
    guide = Guide.of(project.pk)
    assert {line.line(guide).voice for line in lines} == {demo.KEEPER, demo.GUEST}
    assert all(line.digest == line.line(guide).digest for line in lines)
    words = sum(len(line.text.split()) for line in lines)
    assert 90 <= words * 60 / 150 <= 150  # seconds at 150 words a minute


def test_an_installation_with_people_gets_no_demo(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo")
    assert capsys.readouterr().out.splitlines()[-1] == f"{demo.EMAIL} / {demo.PASSWORD}"
    call_command("seed_demo")
    assert capsys.readouterr().out == ""
    assert (User.objects.count(), Project.objects.count()) == (1, 1)
