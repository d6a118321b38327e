"""Where an endpoint is and the token for it, as a person typed them: checked, and brought into one form."""

from collections.abc import Container

from projects.sentences import gettext_noop as _
from projects.speech.hosts import Origin

ONLY_HTTPS_ADDRESSES = _(
    "Only https addresses on the internet may be used. Whoever runs Narrator can allow this "
    "one with NARRATOR_PRIVATE_ENDPOINTS=%(scheme)s://%(netloc)s"
)
UNUSABLE = _("The endpoint's address cannot be used: %(said_why)s.")

SPEECH_PATH = "/v1/audio/speech"
VOICES_PATH = "/v1/audio/voices"


def base_of(base_url: str) -> str:
    """Scheme, host and path of an endpoint, without `/v1...` and without a slash at the end.

    Raises ValueError, with a sentence for a person, for an address that cannot be right.
    """
    base = base_url.strip().rstrip("/").removesuffix(SPEECH_PATH).removesuffix("/v1")
    try:
        origin = Origin.of(base)
    except ValueError as error:
        raise ValueError(UNUSABLE % {"said_why": error}) from None
    if "?" in base or "#" in base:
        raise ValueError(_("The endpoint's address cannot be used: it has a query."))
    path = base.partition("://")[2].partition("/")[2]
    return f"{origin.scheme}://{origin.netloc}{'/' if path else ''}{path}"


def host_of(url: str) -> str:
    """``speech.example:8443``, as it stands in an address."""
    return url.partition("://")[2].partition("/")[0]


def must_be_public(base: str, private: Container[Origin]) -> bool:
    """Whether an endpoint's connections may reach public addresses alone: all but the ``private`` ones' do.

    Raises ValueError, with a sentence for a person, for an address that is neither https nor one of those.
    """
    origin = Origin.of(base)
    if origin in private:
        return False
    if origin.scheme != "https":
        raise ValueError(ONLY_HTTPS_ADDRESSES % {"scheme": origin.scheme, "netloc": origin.netloc})
    return True


def checked_token(token: str) -> str:
    """The token without white space around it; "" for none. Raises ValueError, which does not show it."""
    token = token.strip()
    if not all("\x21" <= char <= "\x7e" for char in token):
        raise ValueError(
            _("The token cannot be right: it has spaces, line breaks or letters outside of ASCII.")
        )
    return token
