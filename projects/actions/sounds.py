"""Putting sound into the store, and out of it: one file and one row for the same samples, whoever brings them."""

import hashlib
import io
from dataclasses import asdict

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError, QuerySet

from narrator import direct
from projects.audio import sums, wav
from projects.models import Sound


def keep(pcm: np.ndarray) -> Sound:
    """Write mono 24 kHz int16 samples into the store under the hash of their WAV, and measure them once.

    Twice is harmless. OSError where the disk refuses. The row comes first: while it is there and not idle nobody takes
    its file away, and whoever does so at this moment (``drop``) is waited for.
    """
    file = io.BytesIO()
    wav.write(file, pcm)
    data = file.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    sound = _known(_measured(sha256, pcm))
    if not default_storage.exists(name_of(sha256)):
        default_storage.save(name_of(sha256), ContentFile(data))
    return sound


def _known(sound: Sound) -> Sound:
    """The row of this sound, made where there is none; of use from now on."""
    while not direct.insert(sound, unless_known=True):
        if Sound.objects.filter(sha256=sound.sha256).update(idle_since=None):
            return Sound.objects.get(sha256=sound.sha256)
    return sound


def drop(rows: QuerySet[Sound], sha256: str) -> bool:
    """Take a sound out of the store, if it is still one of these rows and nothing leads to it; False where not.

    The one place where a transaction is open around the store: the row is gone and not yet forgotten while the file
    goes, so that whoever keeps the same sound meanwhile waits, and writes it anew. OSError where the store refuses.
    """
    try:
        with transaction.atomic():
            sound = rows.select_for_update().filter(sha256=sha256).first()
            if sound is None:
                return False
            sound.delete()
            default_storage.delete(name_of(sha256))
    except ProtectedError:
        return False  # somebody has found a use for it
    return True


def drop_unknown(sha256: str) -> bool:
    """The same for a file of the store that has no row: one is put in its place while it goes."""
    with transaction.atomic():
        stand_in = Sound(sha256=sha256, frames=0, squares=0, peak=0, true_peak=0, cells=b"", quiet=b"")
        if not direct.insert(stand_in, unless_known=True):
            return False
        default_storage.delete(name_of(sha256))
        stand_in.delete()
    return True


def name_of(sha256: str) -> str:
    """The name in the store of the WAV with this hash."""
    return f"takes/{sha256[:2]}/{sha256}.wav"


def _measured(sha256: str, pcm: np.ndarray) -> Sound:
    measured = sums.measure(pcm)
    return Sound(sha256=sha256, loudness_lufs=sums.figures(measured).loudness_lufs, **asdict(measured))
