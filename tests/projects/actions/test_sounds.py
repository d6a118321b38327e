"""The store of sounds: one file and one row for the same samples."""

import threading

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.db import connection

from projects.actions import sounds
from projects.audio import sums, wav
from projects.models import Sound
from tests import factories


@pytest.mark.django_db
def test_a_sound_is_kept_under_its_hash_with_its_sums() -> None:
    samples = factories.sound(1500)
    row = sounds.keep(samples)
    with default_storage.open(sounds.name_of(row.sha256)) as file:
        assert np.array_equal(wav.open_frames(file).read(10**9), samples)
    row.refresh_from_db()
    assert row.sums == sums.measure(samples)
    assert row.loudness_lufs == sums.figures(row.sums).loudness_lufs


@pytest.mark.django_db
def test_the_same_sound_twice_is_one_row() -> None:
    assert sounds.keep(factories.sound(300)) == sounds.keep(factories.sound(300))
    assert sounds.keep(factories.sound(310)) != sounds.keep(factories.sound(300))
    assert Sound.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_sound_at_once_keep_one() -> None:
    start, kept = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        kept.append(sounds.keep(factories.sound(500)).pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(kept) == 4
    assert set(kept) == set(Sound.objects.values_list("pk", flat=True))
    assert Sound.objects.count() == 1
