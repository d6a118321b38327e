"""Where Narrator keeps what it writes: one data folder, and the broker's socket beside it.

Plain paths and nothing else: settings, the studio and the tests all ask here, so that they agree.
"""

import errno
import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

# A Unix socket's path may have 107 bytes; Valkey refuses longer ones.
SOCKET_PATH_BYTES = 100
TOKEN_KEY_CHARACTERS = 32


def data_dir() -> Path:
    """Return the data folder, absolute: ``NARRATOR_DATA_DIR``, or ``data`` in the current folder."""
    return Path(os.environ.get("NARRATOR_DATA_DIR") or "data").expanduser().resolve()


def broker_socket(data: Path) -> Path:
    """Return the path of the embedded broker's socket, in the data folder where its path is short enough."""
    inside = data / "run" / "valkey.sock"
    if len(os.fsencode(inside)) <= SOCKET_PATH_BYTES:
        return inside
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"narrator-{os.getuid()}-{mark}" / "valkey.sock"


def broker_url(data: Path) -> str:
    """Return the address of the embedded broker as redis-py and Celery spell it."""
    return f"redis+socket://{quote(os.fsencode(broker_socket(data)))}"


def redis_url(url: str) -> str:
    """Return the broker's address as redis-py alone spells it, where ``url`` may use Celery's own words."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if db := query.pop("virtual_host", "").strip("/"):
        query["db"] = db
    if "ssl_cert_reqs" in query:
        query["ssl_cert_reqs"] = query["ssl_cert_reqs"].removeprefix("CERT_").lower()
    scheme = "unix" if parts.scheme in ("redis+socket", "socket") else parts.scheme
    return f"{scheme}://{parts.netloc}{parts.path}{'?' if query else ''}{urlencode(query)}"


def refusal(data: Path, error: OSError) -> str:
    """Say in one sentence, with its remedy, why nothing can be written to the data folder."""
    reason = {
        errno.ENOSPC: "its disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EROFS: "its disk is read-only",
        errno.EACCES: "this user may not write there",
        errno.EPERM: "this user may not write there",
        errno.ENOTDIR: "a part of its path is a file, not a folder",
        errno.EEXIST: "it is a file, not a folder",
    }.get(error.errno or 0, error.strerror or str(error))
    return (
        f"Narrator cannot write to its data folder {data}: {reason}. "
        "Make room for it there, or choose another: NARRATOR_DATA_DIR=/path/to/folder make run"
    )


def secret_key(data: Path) -> str:
    """Return this installation's secret key; the first call makes it, readable by the owner alone.

    Raises SystemExit with a sentence when the data folder cannot be written: settings ask before anybody else can.
    """
    return _kept_key(data / "secret-key")


def token_keys(data: Path, given: list[str]) -> list[str]:
    """Return the keys that seal tokens in rows: those given first, then the one that the data folder keeps.

    That one is made where none is given. It stays of use after another was given: what it sealed can be opened.
    Raises SystemExit for a key that is too short to be one, and as ``secret_key``.
    """
    if any(len(key) < TOKEN_KEY_CHARACTERS for key in given):
        raise SystemExit(
            f"A key in NARRATOR_TOKEN_KEYS has fewer than {TOKEN_KEY_CHARACTERS} characters. Make one with: "
            "openssl rand -base64 32"
        )
    path = data / "token-key"
    return [*given, _kept_key(path)] if path.exists() or not given else given


def _kept_key(path: Path) -> str:
    try:
        if not path.exists():
            _make_key(path)
        return path.read_text().strip()
    except OSError as error:
        raise SystemExit(refusal(path.parent, error))


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        beside.touch(mode=0o600)
        beside.write_text(secrets.token_urlsafe(48))
        os.link(beside, path)  # the first of two starters wins, and both read the winner's key
    except FileExistsError:
        pass
    finally:
        beside.unlink(missing_ok=True)
