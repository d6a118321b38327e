import os
import stat
from pathlib import Path
from typing import Any

import pytest

from narrator.studio import preparation
from narrator.teams.models import User


@pytest.fixture
def sources(tmp_path: Path, settings: Any) -> Path:
    """A folder of static files that is the only one there is."""
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "a.css").write_text("a {}")
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "built"
    return folder


def test_static_files_are_collected_only_when_their_sources_changed(sources: Path, tmp_path: Path) -> None:
    assert preparation.static_files()
    assert (tmp_path / "built" / "a.css").read_text() == "a {}"
    assert not preparation.static_files()
    (sources / "a.css").write_text("a { color: red }")
    os.utime(sources / "a.css", (2_000_000_000, 2_000_000_000))
    assert preparation.static_files()
    assert (tmp_path / "built" / "a.css").read_text() == "a { color: red }"
    (sources / "b.css").write_text("")
    assert preparation.static_files()


def test_static_files_that_cannot_be_collected_are_one_sentence(sources: Path, tmp_path: Path) -> None:
    (tmp_path / "built").write_text("")
    with pytest.raises(preparation.Unfit, match="The static files cannot be collected in"):
        preparation.static_files()


@pytest.fixture
def mei(db: None) -> User:
    user = User(email="mei@demo.example")
    user.set_password("correct horse")
    user.save()
    return user


def test_the_demo_login_is_told_while_it_is_right(mei: User, tmp_path: Path) -> None:
    preparation.note_demo_login(tmp_path, "mei@demo.example / correct horse")
    assert stat.S_IMODE((tmp_path / "demo-login").stat().st_mode) == 0o600
    assert preparation.demo_login(tmp_path) == "mei@demo.example / correct horse"
    mei.set_password("something else")
    mei.save()
    assert preparation.demo_login(tmp_path) == ""


@pytest.mark.parametrize("note", [None, "", "mei@demo.example", "nobody@demo.example / correct horse"])
def test_no_demo_login_is_told_that_is_none(mei: User, tmp_path: Path, note: str | None) -> None:
    if note is not None:
        preparation.note_demo_login(tmp_path, note)
    assert preparation.demo_login(tmp_path) == ""
