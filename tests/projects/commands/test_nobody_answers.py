"""``manage.py narrate`` where nobody is there to take a call: it says what it waits for, and gives up."""

import io
import socket
from pathlib import Path

import pytest
from django.core.management import call_command

from projects.actions import endpoint
from projects.management import bar
from projects.models import Call, Take, TakeStatus
from projects.speech.standin.server import Standin

pytestmark = pytest.mark.django_db(transaction=True)


def narrate(book: Path, out: Path, **options: object) -> tuple[int, str]:
    said = io.StringIO()
    try:
        call_command("narrate", book, out=out, stderr=said, stdout=io.StringIO(), concurrency=1, **options)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.txt"
    path.write_text("The Test Book\n\nOne line says this.\n\nAnother one says that.\n")
    return path


def test_it_says_what_it_waits_for_and_gives_up_where_nobody_ever_answers(
    book: Path, tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch, standin: Standin
) -> None:
    monkeypatch.setattr(bar, "STUCK_S", 0.0)
    out = tmp_path / "book.wav"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.SPEECH_URL = f"http://127.0.0.1:{port}"  # type: ignore[attr-defined]
    code, said = narrate(book, out, give_up_after=1)
    assert code == 1
    assert said.count("Waiting. The endpoint cannot be reached") == 1
    assert "nothing answers at its address. 2 of 2 lines were not made." in said
    assert not out.exists()
    assert not Call.objects.sent().exists()
    settings.SPEECH_URL = standin.url  # type: ignore[attr-defined]
    endpoint.connect.cache_clear()
    Take.objects.update(not_before=None)
    assert narrate(book, out)[0] == 0
    assert out.exists()
    assert set(Take.objects.values_list("status", flat=True)) == {TakeStatus.READY}
