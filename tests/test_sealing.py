"""Secrets in rows: sealed and opened, with keys that come and go."""

import stat
from pathlib import Path

import pytest

from narrator import places, sealing

OLD, NEW = "old-" + "k" * 40, "new-" + "k" * 40


@pytest.fixture
def keys(settings: object) -> list[str]:
    settings.TOKEN_KEYS = [OLD]  # type: ignore[attr-defined]
    return [OLD]


def test_what_is_sealed_can_be_opened_and_does_not_show(keys: list[str]) -> None:
    sealed = sealing.seal("sk-canary")
    assert "canary" not in sealed
    assert sealing.opened(sealed) == "sk-canary"
    assert sealing.seal("sk-canary") != sealed
    assert sealing.seal("") == sealing.opened("") == ""


def test_the_first_key_seals_and_all_open(keys: list[str], settings: object) -> None:
    sealed = sealing.seal("sk-canary")
    settings.TOKEN_KEYS = [NEW, OLD]  # type: ignore[attr-defined]
    anew = sealing.sealed_anew(sealed)
    assert sealing.opened(sealed) == sealing.opened(anew) == "sk-canary"
    settings.TOKEN_KEYS = [NEW]  # type: ignore[attr-defined]
    assert sealing.opened(anew) == "sk-canary"
    with pytest.raises(sealing.Unopened):
        sealing.opened(sealed)


@pytest.mark.parametrize("sealed", ["sk-canary", "gAAAAA", "é"])
def test_what_was_not_sealed_is_not_opened(sealed: str, keys: list[str]) -> None:
    with pytest.raises(sealing.Unopened) as raised:
        sealing.opened(sealed)
    assert sealed not in str(raised.value)


def test_a_mark_is_the_same_for_the_same_texts_and_key_alone(keys: list[str], settings: object) -> None:
    mark = sealing.mark("https://a.example", "token")
    assert mark == sealing.mark("https://a.example", "token")
    assert mark != sealing.mark("https://a.exampletoken")
    assert "token" not in mark
    settings.TOKEN_KEYS = [NEW, OLD]  # type: ignore[attr-defined]
    assert mark != sealing.mark("https://a.example", "token")


def test_the_data_folder_keeps_a_key_of_its_own(tmp_path: Path) -> None:
    (made,) = places.token_keys(tmp_path, [])
    assert places.token_keys(tmp_path, []) == [made]
    assert stat.S_IMODE((tmp_path / "token-key").stat().st_mode) == 0o600
    assert made != places.secret_key(tmp_path)


def test_a_given_key_goes_first_and_no_file_is_made_for_it(tmp_path: Path) -> None:
    assert places.token_keys(tmp_path, [NEW]) == [NEW]
    assert list(tmp_path.iterdir()) == []
    (made,) = places.token_keys(tmp_path, [])
    assert places.token_keys(tmp_path, [NEW, OLD]) == [NEW, OLD, made]


def test_a_short_key_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as raised:
        places.token_keys(tmp_path, [NEW, "hunter2"])
    assert "openssl rand -base64 32" in str(raised.value)
    assert "hunter2" not in str(raised.value)
