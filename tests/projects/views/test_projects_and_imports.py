"""Lists, import with preview, a project's settings, exports: over HTTP."""

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import exports
from projects.models import Export, ExportStatus, Guide, Manuscript, Paragraph, Project
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]
TEXT = "CHAPTER I\n\nThe lamp was lit.\n\nNobody came.\n\nCHAPTER II\n\nRain.\n"


def hand_in(client: Client, cast: Cast, data: bytes | None = None, name: str = "Book.txt", text: str = ""):  # type: ignore[no-untyped-def]
    fields = {"team": cast.team.pk, "text": text}
    if data is not None:
        fields["file"] = SimpleUploadedFile(name, data)
    return client.post(reverse("manuscript-new"), fields)


def test_from_a_file_over_the_preview_to_a_project(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    preview = hand_in(client, cast, TEXT.encode())
    assert preview.status_code == 302
    page = client.get(preview.url)
    assert b"CHAPTER II" in page.content
    assert not Project.objects.exists()
    form = {"title": "My book", "author": "Me", "voice": "Maia", "language": "English", "instructions": ""}
    done = client.post(preview.url, form | {"tick": "2", "title-0": "One", "title-2": "Two"})
    project = Project.objects.get()
    assert done.url == project.get_absolute_url()
    assert (project.title, project.voice, project.team) == ("My book", "Maia", cast.team)
    assert [script.title for script in project.scripts.all()] == ["Two"]
    assert client.get(preview.url).url == project.get_absolute_url()


def test_a_pasted_text_is_a_manuscript(cast: Cast, sign_in: SignIn) -> None:
    assert hand_in(sign_in(cast.editor), cast, text=TEXT).status_code == 302
    assert Manuscript.objects.get().filename == "Pasted text.txt"


def test_what_cannot_be_imported_gets_a_sentence_where_the_person_is_looking(
    cast: Cast, sign_in: SignIn
) -> None:
    client = sign_in(cast.editor)
    for data, name, said in (
        (b"PK\x03\x04 broken", "a.epub", b"EPUB"),
        (b"\x00\x01\x02\x03" * 100, "a.txt", b""),
        (b"   \n", "a.txt", b"no text"),
        (None, "", b"Choose a file or paste a text"),
    ):
        response = hand_in(client, cast, data, name)
        assert response.status_code == 422, name
        assert said in response.content
    assert hand_in(client, cast, b"a", text="b").status_code == 422
    assert not Manuscript.objects.exists()


def test_a_foreign_team_cannot_be_given_a_manuscript(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    assert (
        client.post(reverse("manuscript-new"), {"team": cast.other_team.pk, "text": TEXT}).status_code == 422
    )


def test_a_preview_without_a_ticked_chapter_is_refused(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    preview = hand_in(client, cast, TEXT.encode())
    form = {"title": "My book", "voice": "Maia", "language": "English", "title-0": "One", "title-2": "Two"}
    response = client.post(preview.url, form)
    assert response.status_code == 422
    assert b"Tick at least one chapter" in response.content


def test_lists_cost_the_same_queries_for_many_rows_as_for_few(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    counts: dict[str, list[int]] = {"list": [], "detail": []}
    for scripts in (1, 6):
        project = factories.project(cast.team, lines=2, scripts=scripts)
        for n in range(scripts):
            exports_of(project, n)
        addresses = {"list": reverse("project-list"), "detail": project.get_absolute_url()}
        for name, address in addresses.items():
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts[name].append(len(queries))
    for few, many in counts.values():
        assert few == many <= 9


def exports_of(project: Project, n: int) -> Export:
    script = project.scripts.all()[n]
    factories.all_ready(script, duration_ms=200)
    return exports.request(project, [script], format="wav", by=None)


def test_a_list_shows_only_ones_own_teams(cast: Cast, sign_in: SignIn) -> None:
    factories.project(cast.team, title="Ours")
    factories.project(cast.other_team, title="Theirs")
    page = sign_in(cast.viewer).get(reverse("project-list")).content
    assert b"Ours" in page
    assert b"Theirs" not in page


def test_changing_the_projects_voice_says_how_many_lines_it_reaches(cast: Cast, sign_in: SignIn) -> None:
    project = factories.project(cast.team, lines=3)
    form = {
        "title": "New title",
        "voice": "Serena",
        "language": "Auto",
        "pause_ms": 700,
        "chapter_pause_ms": 2500,
    }
    response = sign_in(cast.editor).post(reverse("project-edit", args=[project.pk]), form, follow=True)
    assert b"3 lines would now be spoken differently" in response.content
    project.refresh_from_db()
    assert (project.title, project.voice, project.pause_ms) == ("New title", "Serena", 700)
    assert all(line.digest == line.line(Guide.of(project.pk)).digest for line in Paragraph.objects.all())


def test_a_direction_of_the_project_over_finished_work_is_a_question_first(
    cast: Cast, sign_in: SignIn
) -> None:
    project = factories.project(cast.team, lines=3)
    factories.all_ready(project.scripts.get())
    client, address = sign_in(cast.editor), reverse("project-edit", args=[project.pk])
    form = {"title": "New", "voice": "Serena", "language": "Auto", "pause_ms": 700, "chapter_pause_ms": 2500}
    question = client.post(address, form)
    assert b"3 lines would be spoken differently; all are finished." in question.content
    assert b"Change 3 lines" in question.content
    project.refresh_from_db()
    assert (project.title, project.voice) == ("The Long Night", "Neil")
    assert client.post(address, form | {"agreed": "2"}).status_code == 200  # one more is finished by now
    assert client.post(address, form | {"agreed": "3"}).status_code == 302
    assert client.post(address, form | {"title": "Newer"}).status_code == 302  # nobody hears a title
    project.refresh_from_db()
    assert (project.title, project.voice) == ("Newer", "Serena")
    assert Paragraph.objects.current().count() == 0


def test_an_export_with_missing_lines_is_refused_with_links_to_them(cast: Cast, sign_in: SignIn) -> None:
    project = factories.project(cast.team, lines=2)
    one, two = project.scripts.get().paragraphs.all()
    factories.ready(one)
    address = reverse("export-new", args=[project.pk])
    response = sign_in(cast.editor).post(address, {"format": "wav"})
    assert response.status_code == 422
    assert f"#line-{two.pk}".encode() in response.content
    assert f"#line-{one.pk}".encode() not in response.content
    assert not Export.objects.exists()


def test_an_export_is_followed_and_downloaded(cast: Cast, sign_in: SignIn, broker: str) -> None:
    project = factories.project(cast.team, lines=1)
    factories.all_ready(project.scripts.get())
    client = sign_in(cast.editor)
    client.post(reverse("export-new", args=[project.pk]), {"format": "mp3", "narrator": "Neil"})
    export = Export.objects.get()
    detail, download = (reverse(name, args=[export.pk]) for name in ("export-detail", "export-download"))
    assert b"every" in client.get(detail, HTTP_HX_REQUEST="true").content
    assert client.get(download).status_code == 404
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == ExportStatus.READY
    assert b"every" not in client.get(detail, HTTP_HX_REQUEST="true").content
    response = client.get(download)
    assert len(b"".join(response.streaming_content)) == Export.objects.get().size_bytes  # type: ignore[attr-defined]
    assert response["Content-Disposition"] == 'attachment; filename="The Long Night.mp3"'


def test_a_file_per_chapter_is_a_zip(cast: Cast, sign_in: SignIn, broker: str) -> None:
    project = factories.project(cast.team, lines=1, scripts=2)
    first, second = project.scripts.all()
    factories.all_ready(first)
    client, address = sign_in(cast.editor), reverse("export-new", args=[project.pk])
    asked = {"format": "wav", "by_chapter": "on"}
    assert b'name="by_chapter" value="on"' in client.post(address, asked).content
    factories.all_ready(second)
    client.post(address, asked)
    export = Export.objects.get()
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == ExportStatus.READY
    assert b"02 - Chapter 2.wav" in client.get(reverse("export-detail", args=[export.pk])).content
    response = client.get(reverse("export-download", args=[export.pk]))
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="The Long Night.zip"'
    assert b"".join(response.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]


def test_a_chapter_says_how_far_it_is_to_each_in_their_language(cast: Cast, sign_in: SignIn) -> None:
    project = factories.project(cast.team, lines=3, pause_ms=4000)
    script = project.scripts.get()
    for change, said in (
        (lambda: None, ["0{of}3"]),
        (lambda: factories.ready(script.paragraphs.all()[0], duration_ms=61_000), ["1{of}3", "1:01"]),
        (lambda: factories.ready(script.paragraphs.all()[1], duration_ms=3_000), ["2{of}3", "1:08"]),
        (lambda: project.scripts.update(title="<b>Late</b>"), ["2{of}3", "1:08", "&lt;b&gt;Late"]),
    ):
        change()
        for person, language, of in ((cast.editor, "en", " of "), (cast.admin, "zh-hans", "/")):
            User.objects.filter(pk=person.pk).update(language=language)
            page = sign_in(person).get(project.get_absolute_url()).content.decode()
            row = page[page.index('class="contents-row"') :].split("</li>")[0]
            assert [one for one in said if one.format(of=of) not in row] == []
