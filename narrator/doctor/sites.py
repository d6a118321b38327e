"""How people reach the studio, and whether its machines share what they must."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from narrator.doctor.findings import Finding, Level

LOCAL = ("127.0.0.1", "::1", "localhost", "[::1]")
Rule = tuple[Level, bool, str, str]


def machines(vendor: str, workers: list[str]) -> Iterator[Finding]:
    """Do the parts agree on whether there are several machines? ``workers`` are names beginning with their host's."""
    far = urlsplit(settings.REDIS_URL).hostname not in (None, *LOCAL)
    shared = [
        *(["PostgreSQL"] if vendor != "sqlite" else []),
        *(["a bucket"] if settings.S3_BUCKET else []),
        *(["a Redis elsewhere"] if far else []),
    ]
    hosts = sorted({name.partition(":")[0] for name in workers} - {socket.gethostname()[:60]})
    if vendor == "sqlite" and hosts:
        yield Finding(
            "machines",
            "wrong",
            f"Workers of other machines ({', '.join(hosts)}) use this data folder, and SQLite is for one machine.",
            "Stop them, or move to PostgreSQL: docs/deploy.md",
        )
    if not shared:
        return
    if vendor == "sqlite":
        yield Finding(
            "machines",
            "odd",
            f"There is {' and '.join(shared)}, but the rows are in SQLite, on this machine.",
            "For several machines set DATABASE_URL, too: docs/deploy.md",
        )
    if not settings.S3_BUCKET:
        yield Finding(
            "machines",
            "odd",
            f"There is {' and '.join(shared)}, but files are on this machine's disk.",
            "For several machines set NARRATOR_S3_BUCKET, too.",
        )
    if _is_kept(settings.SECRET_KEY, "secret-key"):
        yield Finding(
            "machines",
            "odd",
            "The secret key is this data folder's own: on another machine nobody would be signed in.",
            f"Set NARRATOR_SECRET_KEY on all machines to what {settings.DATA_DIR / 'secret-key'} says.",
        )
    if _is_kept(settings.TOKEN_KEYS[0], "token-key"):
        yield Finding(
            "machines",
            "odd",
            "Teams' tokens are sealed with this data folder's own key: other machines cannot open them.",
            f"Set NARRATOR_TOKEN_KEYS on all machines to what {settings.DATA_DIR / 'token-key'} says.",
        )


def _is_kept(key: str, name: str) -> bool:
    kept = Path(settings.DATA_DIR) / name
    return kept.exists() and kept.read_text().strip() == key


def site() -> Iterator[Finding]:
    """How people reach the studio: names, TLS, proxies, mail."""
    for level, is_so, says, do in (*_names(), *_tls()):
        if is_so:
            yield Finding("site", level, says, do)
    if not settings.MAIL_GOES_OUT:
        says = "No mail goes out: nobody can set a new password by themselves."
        yield Finding("mail", "odd", says, "Set EMAIL_URL.")
    yield Finding("site", "fine", f"It is reached at {settings.SITE_URL}.")


def _names() -> Iterator[Rule]:
    public, key, hosts = settings.HOST not in LOCAL, settings.SECRET_KEY, set(settings.ALLOWED_HOSTS)
    yield (
        "wrong",
        len(key) < 32 or key.startswith("django-insecure"),
        "The secret key can be guessed.",
        "Set NARRATOR_SECRET_KEY to what this says: openssl rand -base64 48",
    )
    yield (
        "wrong",
        settings.DEBUG and (public or settings.HTTPS),
        "Faults show the settings to whoever comes.",
        "Unset NARRATOR_DEBUG.",
    )
    yield (
        "wrong",
        "*" in hosts,
        "Any host name is believed, also in mails.",
        "Name yours in NARRATOR_ALLOWED_HOSTS.",
    )
    yield (
        "odd",
        public and hosts <= {*LOCAL, settings.HOST},
        f"It listens on {settings.HOST}, but answers to no name.",
        "Set NARRATOR_ALLOWED_HOSTS to the name that people type.",
    )


def _tls() -> Iterator[Rule]:
    plain = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if not origin.startswith("https://")]
    yield (
        "wrong",
        settings.HTTPS and urlsplit(settings.SITE_URL).scheme != "https",
        f"Links in mails begin with {settings.SITE_URL}.",
        "Set NARRATOR_URL to https://your.name",
    )
    yield (
        "wrong",
        settings.HTTPS and bool(plain),
        f"Forms are trusted from {', '.join(plain)}, without TLS.",
        "Write https:// in NARRATOR_TRUSTED_ORIGINS.",
    )
    yield (
        "wrong",
        settings.HTTPS and not settings.ALLAUTH_TRUSTED_PROXY_COUNT,
        "Everybody seems to come from the proxy, so one person's attempts lock out all.",
        "Set NARRATOR_TRUSTED_PROXIES to how many proxies of yours stand in front.",
    )
    yield (
        "odd",
        settings.HOST not in LOCAL and not settings.HTTPS,
        "Passwords come in without TLS.",
        "Put a proxy in front and set NARRATOR_HTTPS: docs/deploy.md",
    )
