"""Archives over HTTP and by command: asked for, followed, downloaded, handed in, refused in place."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import archives
from projects.models import Act, Archive, Project
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


@pytest.fixture
def project(cast: Cast) -> Project:
    script = factories.script(cast.team, lines=1)
    factories.all_ready(script, duration_ms=200)
    return script.project


def run(archive: Archive) -> Archive:
    job = archives.claim(archive.pk)
    assert job is not None
    archives.run(job)
    return Archive.objects.get(pk=archive.pk)


def test_an_archive_goes_out_and_comes_in(cast: Cast, sign_in: SignIn, project: Project) -> None:
    client = sign_in(cast.editor)
    asked = client.post(reverse("archive-list", args=[project.pk]))
    row = Archive.objects.get()
    assert asked["Location"] == row.get_absolute_url()
    part = client.get(row.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "every 1s" in part
    assert client.get(reverse("archive-download", args=[row.pk])).status_code == 404
    run(row)
    assert "every 1s" not in client.get(row.get_absolute_url()).content.decode()
    answer = client.get(reverse("archive-download", args=[row.pk]))
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert 'filename="The Long Night.narrator.zip"' in answer["Content-Disposition"]
    assert Act.objects.filter(words="downloaded The Long Night.narrator.zip", by=cast.editor).exists()
    stranger = sign_in(cast.stranger)
    handed = {"file": _file(data), "team": cast.other_team.pk}
    came = stranger.post(reverse("archive-new"), handed)
    done = run(Archive.objects.get(team=cast.other_team))
    assert came["Location"] == done.get_absolute_url()
    page = stranger.get(done.get_absolute_url()).content.decode()
    assert f'href="/projects/{done.project_id}/"' in page
    assert Project.objects.get(pk=done.project_id).team == cast.other_team
    for way in ("archive-detail", "archive-download"):
        assert stranger.get(reverse(way, args=[row.pk])).status_code == 404


def _file(data: bytes) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = "a.zip"
    return file


def test_what_is_no_archive_is_refused_where_it_was_handed_in(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.editor).post(
        reverse("archive-new"), {"file": _file(b"Hello."), "team": cast.team.pk}
    )
    assert (answer.status_code, "is not a project archive" in answer.content.decode()) == (422, True)
    other = {"file": _file(b"Hello."), "team": cast.other_team.pk}
    assert sign_in(cast.editor).post(reverse("archive-new"), other).status_code == 422
    assert not Archive.objects.exists()


def test_the_commands_write_and_take_in(
    cast: Cast, project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.zip"
    call_command("export_project", str(project.pk), str(path))
    call_command("import_project", str(path), "--team", "Elsewhere")
    assert Project.objects.latest("pk").team == cast.other_team
    assert "The Long Night is project" in capsys.readouterr().out
    for arguments, said in (
        (["export_project", str(project.pk), str(path)], "is there already"),
        (["export_project", "99999", str(tmp_path / "b.zip")], "no project 99999"),
        (["import_project", str(path), "--team", "Nobody"], "no one team"),
        (["import_project", str(tmp_path / "none.zip"), "--team", "Elsewhere"], "No such file"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command(*arguments)
