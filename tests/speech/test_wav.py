import random
import struct

import pytest

from projects.speech.errors import Unavailable
from projects.speech.wav import pcm_of
from tests.speech.scripted import tone, wav

PCM = tone(0.05)
LIST = b"LIST" + struct.pack("<I", 10) + b"INFOabcdef"


def reason(data: bytes) -> str:
    with pytest.raises(Unavailable) as caught:
        pcm_of(data)
    assert caught.value.code == "bad_audio"
    return caught.value.message


@pytest.mark.parametrize(
    ("riff", "data"),
    [
        (None, None),
        (0x7FFFFFBF, 0x7FFFFF9B),
        (0, 0),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (10, 2),
        (36, 1),
        (None, len(PCM) + 2),
        (None, 100),
    ],
)
def test_declared_sizes_are_not_believed(riff: int | None, data: int | None) -> None:
    assert pcm_of(wav(PCM, riff, data)) == PCM


def test_other_chunks_are_stepped_over() -> None:
    file = wav(PCM)
    assert pcm_of(file[:12] + LIST + file[12:]) == PCM
    assert pcm_of(file + LIST) == PCM
    assert pcm_of(file[:12] + b"odd " + struct.pack("<I", 3) + b"abc\0" + file[12:] + LIST) == PCM


def test_the_extensible_form_of_plain_pcm_is_read() -> None:
    fmt = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 24000, 48000, 2, 16, 22, 16, 4) + bytes.fromhex(
        "0100000000001000800000aa00389b71"
    )
    file = b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data\0\0\0\0" + PCM
    assert pcm_of(file) == PCM
    assert "codec 3)" in reason(
        file.replace(bytes.fromhex("0100000000001000"), bytes.fromhex("0300000000001000"))
    )


@pytest.mark.parametrize(
    ("fmt", "words"),
    [
        ((1, 2, 24000, 16), "2 channel"),
        ((1, 1, 16000, 16), "16000 Hz"),
        ((1, 1, 24000, 8), "8 bits"),
        ((3, 1, 24000, 32), "codec 3"),
        ((1, 0, 24000, 16), "0 channel"),
        ((1, 1, 0, 16), "0 Hz"),
        ((85, 1, 24000, 16), "codec 85"),
    ],
)
def test_another_format_is_refused_with_its_reason(fmt: tuple[int, ...], words: str) -> None:
    assert words in reason(wav(PCM, fmt=fmt))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"ID3\x04" + PCM, "MP3"),
        (b"\xff\xfb\x90" + PCM, "MP3"),
        (b"OggS" + PCM, "Ogg"),
        (b"fLaC" + PCM, "FLAC"),
        (b" <html>", "web page"),
        (b'{"a": 1}', "JSON"),
        (b"RIFX" + PCM, "big-endian"),
        (b"RIFF1234AVI " + PCM, "not a WAV"),
        (PCM, "not a WAV"),
        (wav(PCM)[:30], "cut short"),
        (wav(PCM)[:40], "before any audio"),
        (wav(b""), "no audio"),
        (wav(PCM + b"\1"), "odd number"),
        (wav(PCM)[:12] + wav(PCM)[36:], "does not say"),
    ],
)
def test_what_is_no_usable_wav_file_is_named(data: bytes, words: str) -> None:
    assert words in reason(data)


@pytest.mark.parametrize("seed", range(20))
def test_damaged_files_give_samples_or_one_clear_failure(seed: int) -> None:
    dice = random.Random(seed)
    for _round in range(300):
        file = bytearray(wav(PCM[:200]) + LIST)
        for _damage in range(dice.randint(1, 6)):
            file[dice.randrange(min(len(file), 60))] = dice.choice([0, 1, 0x7F, 0xFF, dice.randrange(256)])
        damaged = bytes(file[: dice.randint(0, len(file))])
        pcm, code = outcome(damaged)
        assert code == ("" if pcm else "bad_audio")
        assert len(pcm) % 2 == 0
        assert pcm in damaged


def outcome(data: bytes) -> tuple[bytes, str]:
    try:
        return pcm_of(data), ""
    except Unavailable as error:
        return b"", error.code
