"""Putting sound into the store: one file and one row for the same samples, whoever brings them."""

import hashlib
import io
from dataclasses import asdict

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from projects.audio import sums, wav
from projects.models import Sound, direct


def keep(pcm: np.ndarray) -> Sound:
    """Write mono 24 kHz int16 samples into the store under the hash of their WAV, and measure them once.

    Twice is harmless. OSError where the disk refuses.
    """
    file = io.BytesIO()
    wav.write(file, pcm)
    data = file.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    name = name_of(sha256)
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(data))
    sound = _measured(sha256, pcm)
    return sound if direct.insert(sound, unless_known=True) else Sound.objects.get(sha256=sha256)


def name_of(sha256: str) -> str:
    """The name in the store of the WAV with this hash."""
    return f"takes/{sha256[:2]}/{sha256}.wav"


def _measured(sha256: str, pcm: np.ndarray) -> Sound:
    measured = sums.measure(pcm)
    return Sound(sha256=sha256, loudness_lufs=sums.figures(measured).loudness_lufs, **asdict(measured))
