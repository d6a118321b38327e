"""What stands in deploy/ fits the code: settings that exist, the same programs as the studio starts."""

import re
from pathlib import Path

import yaml
from django.conf import settings
from django.urls import get_resolver

from narrator import limits
from narrator.studio import parts
from tests.house.test_doors import doors
from tests.house.test_settings import INTERNAL, read
from tests.house.tree import ROOT

DEPLOY = ROOT / "deploy"
# boto3 reads these itself.
KEYS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
SETTING = re.compile(r"\b(?:NARRATOR_[A-Z0-9_]+|(?:DATABASE|REDIS|EMAIL)_URL|AWS_[A-Z_]+)\b")
# What several machines must have in common, or nobody is signed in at the next one.
SHARED = {"DATABASE_URL", "REDIS_URL", "NARRATOR_S3_BUCKET", "NARRATOR_SECRET_KEY", "NARRATOR_TOKEN_KEYS"}


def test_every_setting_in_deploy_is_one() -> None:
    named = {path: set(SETTING.findall(path.read_text())) for path in DEPLOY.rglob("*") if path.is_file()}
    assert len(named) >= 8, "the files were not found"
    known = read() | KEYS
    assert {path.name: names - known for path, names in named.items() if names - known} == {}
    example = named[DEPLOY / "narrator.env.example"]
    assert example >= SHARED | KEYS
    assert example & INTERNAL == set()


def test_the_image_has_every_folder_that_pages_are_made_of() -> None:
    copied = set(re.findall(r"^COPY (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE))
    folders = [*settings.TEMPLATES[0]["DIRS"], *settings.STATICFILES_DIRS, *settings.LOCALE_PATHS]
    assert {Path(folder).relative_to(ROOT).parts[0] for folder in folders} <= copied


def test_what_the_image_copies_is_sent_to_be_built_and_nothing_else() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    copied = {word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]}
    told = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in told, "else .venv, data and every key beside them are sent"
    assert {line.removeprefix("!") for line in told if line.startswith("!")} == copied
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_nginx_lets_through_what_the_studio_takes() -> None:
    """More is nginx's to refuse: a refusal of the studio's would not arrive while the body is still being sent."""
    text = (DEPLOY / "nginx.conf").read_text()
    assert re.findall(r"^    client_max_body_size (\d+)m;", text, re.MULTILINE) == ["100"]
    assert limits.BODY_BYTES == 100 * 2**20
    large = re.findall(r"location ~ (\S+) {\s+client_max_body_size (\d+)m;", text)
    takes_more = {
        "/" + re.sub(r"<[^>]+>", "7", address): view.most_body_bytes
        for address, view in doors(get_resolver())
        if hasattr(view, "most_body_bytes")
    }
    assert len(takes_more) >= 4
    for path, most in takes_more.items():
        assert [int(size) * 2**20 for place, size in large if re.search(place, path)] == [most], path


def test_units_and_compose_start_what_the_studio_starts() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert {"web", "worker", "exporter", "clock", "db", "redis", "store"} <= set(compose)
    programs = {
        "worker": ("narrator-worker@.service", parts.worker({}, concurrency=16)),
        "exporter": ("narrator-exporter.service", parts.exporter({})),
        "clock": ("narrator-clock.service", parts.clock({}, schedule=Path("/var/lib/narrator/clock"))),
    }
    for name, (unit, part) in programs.items():
        words = [word for word in part.argv[part.argv.index("celery") :] if not _is_a_name(word)]
        service = (DEPLOY / "systemd" / unit).read_text()
        for told in (compose[name]["command"], service):
            lacking = [word for word in words if word not in told]
            assert lacking == [], f"{name} in {told}"
        assert compose[name]["environment"] == part.env
        assert f"Environment={' '.join(f'{key}={value}' for key, value in part.env.items())}\n" in service
    assert "narrator.studio.web_server" in (DEPLOY / "systemd" / "narrator-web.service").read_text()


def _is_a_name(word: str) -> bool:
    """How a worker is called, and how much it logs, is the operator's."""
    return "@" in word or word in ("--loglevel", "INFO")
