"""Which program is taken for the browser of the tests."""

from pathlib import Path

import pytest

from tests import browser


def program(path: Path, says: str, code: int = 0) -> Path:
    path.write_text(f'#!/bin/sh\necho "{says}"\nexit {code}\n')
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NARRATOR_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "HOME", tmp_path / "installed")
    monkeypatch.setattr(browser, "LAUNCHER", tmp_path / "installed" / "chromium")


def test_none_is_none() -> None:
    assert browser.find() is None


def test_the_named_one_goes_before_the_one_on_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_path = program(tmp_path / "chromium", "Chromium 156.0.1")
    assert browser.find() == on_path
    named = program(tmp_path / "mine", "Google Chrome 159.0.2")
    monkeypatch.setenv("NARRATOR_CHROMIUM", str(named))
    assert browser.find() == named


@pytest.mark.parametrize("name", ["absent", "other"])
def test_a_named_one_that_is_none_is_said_so(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path / "other", "GNU bash 5.2")
    program(tmp_path / "chromium", "Chromium 156.0.1")
    monkeypatch.setenv("NARRATOR_CHROMIUM", str(tmp_path / name))
    with pytest.raises(browser.NoBrowser, match=f"{name}, which does not run as a browser"):
        browser.find()


def test_a_stub_that_only_points_elsewhere_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "chromium-browser", "Install the chromium snap first", code=1)
    assert browser.find() is None
    (tmp_path / "installed").mkdir()
    ours = program(tmp_path / "installed" / "chromium", "Chromium 153.0")
    assert browser.find() == ours


def test_one_fetched_by_playwright_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "installed" / "playwright" / "chromium_headless_shell-1" / "linux"
    folder.mkdir(parents=True)
    shell = program(folder / "headless_shell", "Chromium 159.0")
    assert browser.find() == shell


def test_where_nothing_works_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        browser._run(["/no/such/program"])

    monkeypatch.setattr(browser, "_ways", lambda: [("trying the one way", fails)])
    with pytest.raises(browser.NoBrowser, match="NARRATOR_WITHOUT_BROWSER=1 make test"):
        browser.find_or_install()
    assert "that did not work: [Errno 2]" in capsys.readouterr().out
