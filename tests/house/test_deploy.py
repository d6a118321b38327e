"""What stands in deploy/ fits the code: settings that exist, the same programs as the studio starts."""

import re
from pathlib import Path

import yaml
from django.conf import settings

from narrator.studio import parts
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
        for told in (compose[name]["command"], (DEPLOY / "systemd" / unit).read_text()):
            lacking = [word for word in words if word not in told]
            assert lacking == [], f"{name} in {told}"
    assert "narrator.studio.web_server" in (DEPLOY / "systemd" / "narrator-web.service").read_text()


def _is_a_name(word: str) -> bool:
    """How a worker is called, and how much it logs, is the operator's."""
    return "@" in word or word in ("--loglevel", "INFO")
