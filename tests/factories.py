"""Rows for tests: projects with lines, and finished takes with audible audio, made through the real actions."""

import uuid

import numpy as np
from django.utils import timezone

from narrator import direct
from narrator.teams.models import Team, User
from projects.actions import claims, manuscripts, rendering, takes
from projects.manuscript.manuscript import Chapter
from projects.models import Paragraph, Project, Script, Take, TakeStatus, TeamEndpoint
from projects.speech import errors

TEXTS = ("The lamp was lit.", "Nobody came to the door.", "At nine the rain began.")


def project(
    team: Team, *, lines: int = 3, scripts: int = 1, by: User | None = None, **fields: object
) -> Project:
    """A project with so many scripts of so many lines each; every line's text is its own."""
    row = Project.objects.create(team=team, created_by=by, **{"title": "The Long Night", **fields})
    for n in range(scripts):
        texts = [f"{TEXTS[k % 3]} That was number {n + 1}.{k + 1}." for k in range(lines)]
        manuscripts.add_script(row, Chapter.of(f"Chapter {n + 1}", texts))
    return row


def script(team: Team, *, lines: int = 3, **fields: object) -> Script:
    """The one script of a new project."""
    return project(team, lines=lines, **fields).scripts.get()


def endpoint(team: Team, *, token: str = "", **fields: object) -> TeamEndpoint:
    """An endpoint of the team's own: of the OpenAI kind and with two voices, where nothing else is said."""
    usual = {
        "address": "https://speech.example",
        "model": "tts-1",
        "listed_voices": ["af_heart", "bm_george"],
    }
    row = TeamEndpoint(team=team, **usual | fields)
    row.set_token(token)
    row.save()
    return row


def sound(duration_ms: int = 900, *, hz: float = 220.0) -> np.ndarray:
    """A soft tone with silence at both ends: mono, 24 kHz, int16."""
    frames = duration_ms * 24
    wave = 8000 * np.sin(2 * np.pi * hz * np.arange(frames) / 24_000)
    edge = min(1200, frames // 4)
    wave[:edge] = wave[-edge:] = 0
    return wave.astype(np.int16)


def ready(
    line: Paragraph, *, duration_ms: int = 900, by: User | None = None, samples: np.ndarray | None = None
) -> Take:
    """A finished, chosen take of this line with real audio in the store, as a worker would have left it.

    Its audio is a tone, or these ``samples``.
    """
    return finished(claimed(line, by=by), duration_ms=duration_ms, samples=samples)


def all_ready(script_row: Script, *, duration_ms: int = 900) -> None:
    """Every line of the script with a finished take."""
    for take in takes.request(script_row, script_row.paragraphs.all(), by=None, fresh=True):
        finished(_claim(take), duration_ms=duration_ms)


def finished(take: Take, *, duration_ms: int = 900, samples: np.ndarray | None = None) -> Take:
    """A claimed take, made ready."""
    stored = rendering.store(sound(duration_ms, hz=200 + take.pk % 50 * 8) if samples is None else samples)
    rendering.finish(take, request_id="test", **stored)
    take.refresh_from_db()
    return take


def failed(line: Paragraph, *, code: str = "DataInspectionFailed", by: User | None = None) -> Take:
    """A take of this line that the endpoint refused."""
    take = claimed(line, by=by)
    rendering.settle_error(
        take, errors.Refused("The endpoint refused this text. Edit it, or try again.", code=code)
    )
    take.refresh_from_db()
    return take


def claimed(line: Paragraph, *, by: User | None = None) -> Take:
    """A take of this line that a worker has claimed."""
    (take,) = takes.request(line.script, [line], by=by, fresh=True)
    return _claim(take)


def _claim(take: Take) -> Take:
    """Leave it as ``claims.claim`` does; choosing among all that wait would cost more than all the rest."""
    now = timezone.now()
    claim = {
        "status": TakeStatus.RUNNING,
        "claim_token": uuid.uuid4(),
        "claimed_by": "factory",
        "claimed_at": now,
        "lease_until": now + claims.lease(),
    }
    direct.update(Take, {"pk": take.pk}, **claim)
    claims.touch(take)
    for name, value in claim.items():
        setattr(take, name, value)
    return take
