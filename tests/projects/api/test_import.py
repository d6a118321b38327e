"""A manuscript handed in by a program: what was found, what is made of it, and what is refused."""

from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import Manuscript, Project
from tests.cast import Cast
from tests.projects.api.programs import HOME, Program

BOOK = b"CHAPTER I\n\nThe lamp was lit.\n\nNobody came.\n\nCHAPTER II\n\nAt nine the rain began.\n"


def hand_in(program: Program, team_id: int, **more: object) -> dict:
    file = SimpleUploadedFile("night.txt", BOOK)
    answer = program.client.post(f"{HOME}/manuscripts", {"team_id": team_id, "file": file}, **more)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_file_becomes_a_project_of_the_ticked_chapters(cast: Cast) -> None:
    program = Program(cast.editor)
    found = hand_in(program, cast.team.pk)
    assert [one["title"] for one in found["chapters"]] == ["CHAPTER I", "CHAPTER II"]
    assert found["cost"]["lines"] == 3
    assert found["language"] == "English"
    second = found["chapters"][1]["start"]
    wanted = {
        "voice": "Maia",
        "title": "The Night",
        "chapters": [{"start": second, "title": "Rain"}, {"start": 0, "ticked": False}],
    }
    address = f"/manuscripts/{found['id']}/project"
    made = program.post(address, wanted)
    assert made.status_code == 201, made.content
    project = Project.objects.get(pk=made.json()["id"])
    assert (project.title, project.voice, project.language) == ("The Night", "Maia", "English")
    assert list(project.scripts.values_list("title", flat=True)) == ["Rain"]
    assert program.post(address, wanted).json()["id"] == project.pk, "twice is harmless"
    assert program.get(f"/manuscripts/{found['id']}").json()["project_id"] == project.pk


def test_what_is_refused_is_refused_in_the_words_of_the_pages(cast: Cast) -> None:
    program = Program(cast.editor)
    found = hand_in(program, cast.team.pk)
    address, second = f"/manuscripts/{found['id']}/project", found["chapters"][1]["start"]
    nothing = [{"start": 0, "ticked": False}, {"start": second, "ticked": False}]
    for body, field, words in (
        ({"voice": "Nobody"}, "voice", "valid choice"),
        ({"voice": "Maia", "chapters": nothing}, "", "Tick"),
        ({"voice": "Maia", "chapters": [{"start": 99}]}, None, "starts at 99"),
        ({"voice": "Maia", "kinds": ["song"]}, "kinds", "song"),
        ({}, "voice", "required"),
    ):
        answer = program.post(address, body)
        assert answer.status_code == 422, body
        problem = answer.json()
        assert words in problem["detail"], problem
        assert field is None or problem["errors"][0]["field"] == field
    for fields, words in (
        ({"team_id": cast.team.pk}, "Choose a file or paste a text"),
        ({"team_id": cast.team.pk, "text": " "}, "Choose a file or paste a text"),
        ({"text": "Words."}, "team_id"),
        ({"team_id": cast.team.pk, "file": SimpleUploadedFile("a.pdf", b"%PDF-no")}, "damaged"),
    ):
        answer = program.client.post(f"{HOME}/manuscripts", fields)
        assert answer.status_code == 422, fields
        assert words in answer.json()["detail"], answer.json()
    assert Manuscript.objects.count() == 1
    assert not Project.objects.exists()
