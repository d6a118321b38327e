"""``manage.py rotate_tokens``."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests import factories
from tests.cast import Cast


def test_it_says_how_many_it_sealed_and_whose_tokens_are_lost(cast: Cast, settings: object) -> None:
    factories.endpoint(cast.team, token="sk-canary")
    out = io.StringIO()
    call_command("rotate_tokens", stdout=out)
    assert out.getvalue() == "1 endpoint is sealed with the first key.\n"
    settings.TOKEN_KEYS = ["another-" + "k" * 40]  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="No key opens the token of: Night Desk") as raised:
        call_command("rotate_tokens", stdout=out)
    assert "canary" not in str(raised.value)
