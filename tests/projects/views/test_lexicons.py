"""Lexicons over HTTP: shown before they change, heard, made, taken back, imported, and who may."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import claims, lexicons
from projects.actions.lexicons import Change, Scope
from projects.models import Call, LexiconChange, LexiconEntry, Paragraph, Project, Spend, Take
from projects.speech.standin.server import Standin
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]
ENTRY = {"written": "lamp", "spoken": "lantern", "kind": "word", "case": "keep", "language": ""}


@pytest.fixture
def project(cast: Cast) -> Project:
    """Three lines; the first says lamp and is finished."""
    row = factories.project(cast.team, lines=3, language="English")
    first = Paragraph.objects.order_by("position")[0]
    factories.ready(first)
    return row


def post(client: Client, address: str, pk: int, /, **data: object) -> HttpResponse:
    return client.post(reverse(address, args=[pk]), data, follow=True)


def test_an_entry_is_shown_heard_made_and_generated(
    project: Project, cast: Cast, sign_in: SignIn, standin: Standin
) -> None:
    client = sign_in(cast.editor)
    question = post(client, "lexicon-project", project.pk, **ENTRY).content.decode()
    assert "1 line would be spoken differently; it is finished." in question
    assert re.search(r"<del>lamp</del> <ins[^>]*>lantern</ins> was lit", question)
    assert LexiconEntry.objects.count() == 0
    heard = post(client, "lexicon-project", project.pk, **ENTRY, hear="1").content.decode()
    (address,) = re.findall(r'<audio[^>]* src="([^"]+)"', heard)
    sample = client.get(address)
    assert b"".join(sample.streaming_content)[:4] == b"RIFF"  # type: ignore[attr-defined]
    assert (Call.objects.count(), LexiconEntry.objects.count()) == (1, 0)
    post(client, "lexicon-project", project.pk, **ENTRY, hear="1")
    assert Call.objects.count() == 1  # what was just heard is not paid for again
    assert Spend.objects.get(project=None).characters > 0
    done = post(client, "lexicon-project", project.pk, **ENTRY, agreed="1").content.decode()
    assert "Saved. 1 line with a take is out of date now." in done
    assert "“lamp” is said “lantern”" in done
    line = Paragraph.objects.with_takes().order_by("position")[0]
    assert (line.mark, line.text[:13]) == ("stale", "The lamp was ")
    (agreed,) = re.findall(r'name="agreed" value="(\d+)"', done)
    change = LexiconChange.objects.get()
    assert b"changed meanwhile" in post(client, "lexicon-render", change.pk, agreed="1").content
    assert Take.objects.count() == 1
    done = post(client, "lexicon-render", change.pk, agreed=agreed).content.decode()
    assert "1 line waits to be generated." in done
    assert Take.objects.order_by("-pk")[0].text == "The lantern was lit. That was number 1.1."
    assert b"changed meanwhile" in post(client, "lexicon-render", change.pk, agreed=agreed).content
    assert Take.objects.count() == 2


def test_what_waits_goes_on_waiting_with_the_new_words(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    script = project.scripts.get()
    client.post(reverse("script-render", args=[script.pk]))
    before = claims.waiting(Take.objects.all(), most=10)
    entry = {**ENTRY, "written": "door", "spoken": "gate"}
    post(client, "lexicon-project", project.pk, **entry, agreed="1")
    waiting = Take.objects.filter(status="queued").order_by("pk")
    assert len(waiting) == before
    assert any(take.text.startswith("Nobody came to the gate.") for take in waiting)


def test_an_entry_for_no_line_is_saved_at_once_and_the_same_again_is_refused(
    project: Project, cast: Cast, sign_in: SignIn
) -> None:
    client = sign_in(cast.editor)
    entry = {**ENTRY, "written": "Siobhán", "spoken": "Shivawn"}
    assert b"Saved." in post(client, "lexicon-project", project.pk, **entry).content
    refused = post(client, "lexicon-project", project.pk, **entry)
    assert (refused.status_code, "in this lexicon already" in refused.content.decode()) == (422, True)
    assert LexiconEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "pattern", "written": "(a|aa)+!"}, "This pattern takes too long."),
        ({"kind": "pattern", "written": "(lamp"}, "This pattern cannot be read"),
        ({"kind": "pattern", "spoken": r"\2"}, "names a group that the pattern does not have"),
        ({"spoken": "…"}, "There is nothing to speak"),
        ({"written": " "}, "This field is required."),
        ({"written": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_in_place(
    project: Project, cast: Cast, sign_in: SignIn, fields: dict[str, str], said: str
) -> None:
    response = post(sign_in(cast.editor), "lexicon-project", project.pk, **{**ENTRY, **fields}, agreed="1")
    assert (response.status_code, said in response.content.decode()) == (422, True)
    assert LexiconEntry.objects.count() == 0


def test_a_pattern_may_say_a_space_and_a_word_does_not(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    entry = {**ENTRY, "written": "Mac(?=[A-Z])", "spoken": "Mick ", "kind": "pattern", "case": "exact"}
    post(client, "lexicon-project", project.pk, **entry)
    post(client, "lexicon-project", project.pk, **{**ENTRY, "written": " the  moor ", "spoken": " more "})
    said = set(LexiconEntry.objects.values_list("written", "spoken"))
    assert said == {("Mac(?=[A-Z])", "Mick "), ("the moor", "more")}


def test_an_entry_is_edited_removed_and_brought_back(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    post(client, "lexicon-project", project.pk, **ENTRY, agreed="1")
    entry = LexiconEntry.objects.get()
    part = client.get(reverse("entry-edit", args=[entry.pk]), HTTP_HX_REQUEST="true").content.decode()
    assert part.strip().startswith("<form")
    assert 'value="lantern"' in part
    question = post(client, "entry-edit", entry.pk, **{**ENTRY, "spoken": "torch"}).content.decode()
    assert "1 line would be spoken differently; none of them is finished." in question  # it is stale already
    post(client, "entry-edit", entry.pk, **{**ENTRY, "spoken": "torch"}, agreed="1")
    entry.refresh_from_db()
    assert (entry.spoken, entry.edited_by) == ("torch", cast.editor)
    assert b"1 line would be spoken differently" in post(client, "entry-remove", entry.pk).content
    assert b"Saved." in post(client, "entry-remove", entry.pk, agreed="1").content
    assert LexiconEntry.objects.count() == 0
    removed = LexiconChange.objects.first()
    assert removed is not None
    assert b"Taken back:" in post(client, "lexicon-undo", removed.pk).content
    assert b"Somebody took this back already." in post(client, "lexicon-undo", removed.pk).content
    assert LexiconEntry.objects.get().spoken == "torch"


def test_counts_come_after_the_page_and_the_search_finds(
    project: Project, cast: Cast, sign_in: SignIn
) -> None:
    mine, team = Scope(project.team, project), Scope(project.team)
    lexicons.make(Change(mine, [LexiconEntry(written="lamp", spoken="lantern")]), "One", by=None)
    lexicons.make(Change(team, [LexiconEntry(written="came", spoken="arrived")]), "Two", by=None)
    client, address = sign_in(cast.viewer), reverse("lexicon-project", args=[project.pk])
    page = client.get(address).content.decode()
    assert ("lantern" in page, "arrived" in page, "Show what it changes" in page) == (True, True, False)
    counts = client.get(address, {"part": "counts"}).content.decode()
    assert len(re.findall(r">1 line<", counts)) == 2
    assert re.search(r'id="count-years"[^>]*>0 lines<', counts)
    found = client.get(address, {"q": "arr"}, HTTP_HX_REQUEST="true").content.decode()
    assert ("lantern" in found, "arrived" in found, "<h1>" in found) == (False, True, False)
    of_team = client.get(reverse("lexicon-team", args=[cast.team.pk])).content.decode()
    assert ("lantern" in of_team, "arrived" in of_team) == (False, True)


def test_queries_do_not_grow_with_the_entries(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client, address = sign_in(cast.editor), reverse("lexicon-project", args=[project.pk])
    numbers = []
    for words in (("one",), ("two", "three", "four")):
        rows = [LexiconEntry(written=word, spoken=word.upper()) for word in words]
        lexicons.make(Change(Scope(project.team, project), rows), "Some", by=None)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 16


def test_what_is_spoken_in_full_is_ticked_shown_and_made(
    project: Project, cast: Cast, sign_in: SignIn
) -> None:
    Paragraph.objects.filter(pk=Paragraph.objects.order_by("-position")[0].pk).update(
        text="It was 5 km to the inn."
    )
    client = sign_in(cast.editor)
    question = post(client, "lexicon-expansions", project.pk, kinds=["units", "numbers"]).content.decode()
    assert re.search(r"<del>5</del> <ins[^>]*>five</ins> <del>km</del> <ins[^>]*>kilometres</ins>", question)
    project.refresh_from_db()
    assert project.expansions == []
    (agreed,) = re.findall(r'name="agreed" value="(\d+)"', question)
    done = post(client, "lexicon-expansions", project.pk, kinds=["units", "numbers"], agreed=agreed)
    assert b"Spoken in full: units, numbers" in done.content
    project.refresh_from_db()
    assert project.expansions == ["units", "numbers"]
    assert post(client, "lexicon-expansions", project.pk, kinds=["nonsense"]).status_code == 200
    project.refresh_from_db()
    assert project.expansions == ["units", "numbers"]


PLS = """<?xml version="1.0"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en">
  <lexeme><grapheme>W3C</grapheme><grapheme>W³C</grapheme><alias>World Wide Web Consortium</alias></lexeme>
  <lexeme><grapheme>tomato</grapheme><phoneme>təˈmɑːtəʊ</phoneme></lexeme>
</lexicon>"""


def hand_in(client: Client, address: str, pk: int, data: bytes, **more: str) -> HttpResponse:
    return post(client, address, pk, file=SimpleUploadedFile("names.csv", data), **more)


def test_a_file_is_looked_at_before_it_is_imported(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    lexicons.make(
        Change(Scope(project.team, project), [LexiconEntry(written="rain", spoken="drizzle")]), "", by=None
    )
    data = "Written;Say;Language\nlamp;lantern;\nrain;drizzle;\nKaz;Cass;english\nx;y;Klingon\n;;\n".encode(
        "utf-8-sig"
    )
    page = hand_in(client, "lexicon-project-import", project.pk, data).content.decode()
    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "2 new, 0 said differently than here, 1 the same, 1 left out." in words
    assert "Row 5: Klingon is no language of the endpoint." in words
    assert "1 line would be spoken differently; it is finished." in words
    assert LexiconEntry.objects.count() == 1
    (text,) = re.findall(r'name="text" value="([^"]*)"', page)
    done = post(client, "lexicon-project-import", project.pk, text=text, agreed="1")
    assert b"Imported 2 entries" in done.content
    assert sorted(LexiconEntry.objects.values_list("written", "language")) == [
        ("Kaz", "English"),
        ("lamp", ""),
        ("rain", ""),
    ]
    answer = client.get(reverse("lexicon-project-csv", args=[project.pk]))
    out = answer.content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(out)))[1] == ["Kaz", "Cass", "word", "keep", "English"]
    again = hand_in(client, "lexicon-project-import", project.pk, out.encode()).content.decode()
    assert "0 new, 0 said differently than here, 3 the same." in " ".join(
        re.sub(r"<[^>]+>", "", again).split()
    )


def test_a_pronunciation_lexicon_is_read_but_its_phonemes_are_left_out(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    page = hand_in(client, "lexicon-team-import", cast.team.pk, PLS.encode()).content.decode()
    assert "“tomato” has phonemes only" in page
    (agreed,) = re.findall(r'name="agreed" value="(\d+)"', page)
    post(client, "lexicon-team-import", cast.team.pk, text=PLS, agreed=agreed)
    assert set(LexiconEntry.objects.values_list("written", "case")) == {("W3C", "exact"), ("W³C", "exact")}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Choose a file that has something in it."),
        (b"\x00\x01\x02\x03" * 50, "This file is not text."),
        (b"<html><body/></html>", "is no pronunciation lexicon"),
        (b"<lexicon", "is damaged"),
        (
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><lexicon>&e;</lexicon>',
            "no pronunciation lexicon",
        ),
        (b"written,say\n", "There is no entry in this file"),
        (b"a,b\n" * 2001, "more than 2,000 entries"),
    ],
)
def test_files_that_are_none_are_refused(cast: Cast, sign_in: SignIn, data: bytes, said: str) -> None:
    response = hand_in(sign_in(cast.editor), "lexicon-team-import", cast.team.pk, data)
    assert (response.status_code, said in response.content.decode()) == (422, True)
    assert LexiconEntry.objects.count() == 0


def test_a_cell_that_looks_like_a_formula_comes_out_and_in_as_it_is(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    lexicons.make(Change(Scope(cast.team), [LexiconEntry(written="=A1", spoken="-ish")]), "", by=None)
    answer = client.get(reverse("lexicon-team-csv", args=[cast.team.pk]))
    out = answer.content.decode("utf-8-sig")
    assert "'=A1,'-ish" in out
    page = hand_in(client, "lexicon-team-import", cast.team.pk, out.encode()).content.decode()
    assert "0 new, 0 said differently than here, 1 the same." in " ".join(
        re.sub(r"<[^>]+>", "", page).split()
    )


def test_the_inspector_shows_what_will_be_sent_with_the_changes_marked(
    project: Project, cast: Cast, sign_in: SignIn
) -> None:
    lexicons.make(Change(Scope(cast.team), [LexiconEntry(written="lamp", spoken="<b>")]), "", by=None)
    line = Paragraph.objects.order_by("position")[0]
    page = sign_in(cast.viewer).get(reverse("paragraph-detail", args=[line.pk]), HTTP_HX_REQUEST="true")
    assert (
        'The <del>lamp</del> <ins title="By the team\'s lexicon">&lt;b&gt;</ins> was lit.'
        in page.content.decode()
    )


def test_whoever_may_only_look_changes_nothing(project: Project, cast: Cast, sign_in: SignIn) -> None:
    for person in (cast.viewer, cast.reviewer):
        client = sign_in(person)
        for address, pk in (("lexicon-project", project.pk), ("lexicon-team", cast.team.pk)):
            assert post(client, address, pk, **ENTRY, agreed="1").status_code == 403
    assert LexiconEntry.objects.count() == 0


def test_whoever_came_from_a_line_has_the_way_back(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client, line = sign_in(cast.editor), Paragraph.objects.order_by("position")[0]
    way = f'href="/scripts/{line.script_id}/#line-{line.pk}"'
    address = reverse("lexicon-project", args=[project.pk])
    page = client.get(address, {"written": "lamp", "line": line.pk}).content.decode()
    assert (way in page, f'name="line" value="{line.pk}"' in page) == (True, True)
    done = post(client, "lexicon-project", project.pk, **ENTRY, line=line.pk, agreed="1").content.decode()
    assert ("Saved." in done, way in done) == (True, True)
    other = factories.script(cast.other_team).paragraphs.first()
    for wrong in (other.pk, "x", 999_999):  # type: ignore[union-attr]
        assert "Back to the line" not in client.get(address, {"line": wrong}).content.decode()


def test_a_sample_that_cannot_be_spoken_says_why(
    project: Project, cast: Cast, sign_in: SignIn, settings: object
) -> None:
    settings.SPEECH_URL = ""  # type: ignore[attr-defined]
    page = post(sign_in(cast.editor), "lexicon-project", project.pk, **ENTRY, hear="1").content.decode()
    assert "There is no speech endpoint for this team." in page
    assert ("<audio" in page, "Save</button>" in page) == (False, True)


def test_another_teams_lexicon_is_not_to_be_found(project: Project, cast: Cast, sign_in: SignIn) -> None:
    lexicons.make(Change(Scope(cast.team), [LexiconEntry(written="lamp", spoken="lantern")]), "", by=None)
    client = sign_in(cast.stranger)
    entry, change = LexiconEntry.objects.get(), LexiconChange.objects.get()
    for address, pk in (
        ("lexicon-team", cast.team.pk),
        ("entry-edit", entry.pk),
        ("lexicon-team-csv", cast.team.pk),
    ):
        assert client.get(reverse(address, args=[pk])).status_code == 404
    for address, pk in (
        ("lexicon-undo", change.pk),
        ("lexicon-render", change.pk),
        ("entry-remove", entry.pk),
    ):
        assert client.post(reverse(address, args=[pk])).status_code == 404
    assert LexiconEntry.objects.get().spoken == "lantern"
