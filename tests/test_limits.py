"""What one client may ask for, and how the studio stands behind a proxy that ends TLS."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from narrator import limits
from narrator.limits import Buckets
from narrator.teams.models import User
from projects.forms import archives
from tests.cast import Cast
from tests.house.tree import ROOT

BEHIND_TLS = """
import django
from narrator import settings as own
own.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
own.STATIC_ROOT = own.DATA_DIR  # nobody has collected the files of a fresh clone
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("check", deploy=True, fail_level="WARNING")
plain = Client().get("/sign-in/")
assert (plain.status_code, plain["Location"]) == (301, "https://testserver/sign-in/"), plain
assert Client().get("/healthz").status_code == 200
page = Client(headers={"x-forwarded-proto": "https"}).get("/sign-in/")
assert page.status_code == 200, page
assert page["Strict-Transport-Security"] == "max-age=31536000"
cookie = page.cookies["csrftoken"]
assert (cookie["secure"], cookie["samesite"]) == (True, "Lax")
from django.conf import settings
assert settings.SESSION_COOKIE_SECURE and settings.SESSION_COOKIE_HTTPONLY
"""


def test_a_client_gets_so_much_at_once_and_then_its_share() -> None:
    buckets = Buckets()
    assert [buckets.take("a", 60, now=0.0) for _ in range(30)] == [0.0] * 30
    assert buckets.take("a", 60, now=0.0) == pytest.approx(1)
    assert buckets.take("b", 60, now=0.0) == 0, "another has her own"
    assert buckets.take("a", 60, now=1.0) == 0
    assert buckets.take("a", 60, now=1.5) == pytest.approx(0.5)
    assert [buckets.take("a", 60, now=9_000.0) for _ in range(31)][-1] > 0, "nobody saves up for more"


def test_only_so_many_clients_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CLIENTS", 3)
    buckets = Buckets()
    for name in ("a", "b", "a", "c", "d"):
        buckets.take(name, 60, now=0.0)
    assert set(buckets.clients) == {"a", "c", "d"}


def test_who_asks_too_often_waits_and_others_do_not(
    cast: Cast, sign_in: Callable[[User], Client], settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BURST", 3)
    settings.REQUESTS_EACH_MINUTE = 1  # type: ignore[attr-defined]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
    client, address = sign_in(cast.viewer), reverse("team-list")
    answers = [client.get(address) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 61
    assert b"Wait a moment" in answers[-1].content
    assert "script-src 'self'" in answers[-1]["Content-Security-Policy"]
    # Another person, and two visitors behind the proxy, of whom one knocks too often.
    visitor = client
    visitor.logout()
    hers = [
        visitor.get(address, headers={"x-forwarded-for": f"{n}, 203.0.113.9"}).status_code for n in range(4)
    ]
    assert hers == [302, 302, 302, 429], "what a client writes before the proxy's word changes nothing"
    assert visitor.get(address, headers={"x-forwarded-for": "203.0.113.10"}).status_code == 302


def test_a_body_that_is_too_large_is_refused_unread(cast: Cast, sign_in: Callable[[User], Client]) -> None:
    client = sign_in(cast.editor)

    def sends(name: str, size_bytes: int) -> HttpResponse:
        headers = {"CONTENT_LENGTH": str(size_bytes), "CONTENT_TYPE": "text/plain"}
        return client.generic("POST", reverse(name), b"", **headers)  # type: ignore[return-value,arg-type]

    answer = sends("manuscript-new", limits.BODY_BYTES + 1)
    assert answer.status_code == 413
    assert b"100 MB" in answer.content
    assert sends("archive-new", limits.BODY_BYTES + 1).status_code == 200, "an archive may be larger"
    assert sends("archive-new", archives.LIMIT_BYTES + 2 * limits.AROUND_BYTES).status_code == 413


def test_production_settings_are_clean_and_hold_behind_a_proxy(tmp_path: Path) -> None:
    env = {**os.environ, "NARRATOR_HTTPS": "1", "NARRATOR_ALLOWED_HOSTS": "testserver", "REDIS_URL": ""}
    env |= {"NARRATOR_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "narrator.settings"}
    done = subprocess.run(
        [sys.executable, "-c", BEHIND_TLS], env=env, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]


class Osv(BaseHTTPRequestHandler):
    """Knows one vulnerability: of django 1.0."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        bad = {"package": {"name": "django", "ecosystem": "PyPI"}, "version": "1.0"}
        results = [{"vulns": [{"id": "PYSEC-1"}]} if one == bad else {} for one in asked]
        body = json.dumps({"results": results}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def test_a_locked_dependency_that_is_known_to_be_weak_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text("django==1.0 \\\n    --hash=sha256:1\nceleryx==2.0 ; python_version < '3.12'\n")

    def run(url: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, ROOT / "bin" / "audit.py", lock],
            env={**os.environ, "OSV_URL": url},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout

    with HTTPServer(("127.0.0.1", 0), Osv) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        code, said = run(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert code == 1
    assert "django 1.0 has PYSEC-1" in said
    assert "2 dependencies, 1 known" in said
    code, said = run("http://127.0.0.1:1")
    assert (code, "not asked about 2 dependencies" in said) == (0, True)
