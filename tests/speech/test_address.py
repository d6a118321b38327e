"""Where an endpoint may be."""

import pytest

from projects.speech.address import must_be_public
from projects.speech.hosts import Origin

PRIVATE = {Origin.of("http://192.168.1.20:8880"), Origin.of("https://voices.example:8443")}


@pytest.mark.parametrize(
    ("base", "public"),
    [
        ("https://api.example", True),
        ("https://voices.example", True),
        ("https://192.168.1.20:8880", True),  # another origin: the connection will refuse it
        ("https://voices.example:8443/under", False),
        ("http://192.168.1.20:8880/under", False),
    ],
)
def test_all_but_the_listed_origins_must_be_public(base: str, public: bool) -> None:
    assert must_be_public(base, PRIVATE) is public


@pytest.mark.parametrize("base", ["http://api.example", "http://192.168.1.20", "http://192.168.1.20:8881"])
def test_plain_http_is_for_listed_origins_and_the_sentence_says_who_lists(base: str) -> None:
    with pytest.raises(ValueError, match=f"NARRATOR_PRIVATE_ENDPOINTS={base}$"):
        must_be_public(base, PRIVATE)
