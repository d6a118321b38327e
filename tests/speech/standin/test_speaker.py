"""The sound, by figures: every voice is told from every other, every language is audible, nothing is silent."""

import base64
import functools
import json
import time
from itertools import combinations

import numpy as np
import pytest
import requests
from numpy.typing import NDArray

from projects.speech.standin import neural as engine
from projects.speech.standin.server import Standin
from projects.speech.voices import LANGUAGES, MODEL, RATE_HZ, VOICE_NAMES, VOICES

LINE = "The thing the Time Traveller held in his hand was a glittering metallic framework."
NATIVE = {
    "Auto": "The machine is ready.",
    "Chinese": "时间旅行者手里拿着一个闪闪发光的金属架子。",
    "English": LINE,
    "German": "Der Zeitreisende hielt ein glitzerndes Gerüst aus Metall in der Hand.",
    "Italian": "Il Viaggiatore nel Tempo teneva in mano una struttura metallica scintillante.",
    "Portuguese": "O Viajante do Tempo segurava uma armação metálica brilhante.",
    "Spanish": "El Viajero del Tiempo tenía en la mano un armazón metálico brillante.",
    "Japanese": "かれは ちいさな とけいの ような ものを てに もって いました。",
    "Korean": "시간 여행자는 반짝이는 금속 틀을 손에 들고 있었다.",
    "French": "Le Voyageur du Temps tenait à la main une armature de métal brillant.",
    "Russian": "Путешественник во времени держал в руке блестящий металлический предмет.",
}

Sound = NDArray[np.float64]


def post(
    standin: Standin, text: str, voice: str = "Cherry", language: str = "English", **fields: object
) -> requests.Response:
    body = {"model": MODEL, "input": text, "voice": voice, "language_type": language, **fields}
    headers = {"Authorization": "Bearer any", "X-DashScope-SSE": "enable"}
    return requests.post(standin.url + "/v1/audio/speech", json=body, headers=headers, timeout=60)


def pcm(standin: Standin, *arguments: str, **fields: object) -> bytes:
    answer = post(standin, *arguments, **fields)
    assert answer.status_code == 200, answer.text
    lines = [line[5:] for line in answer.text.splitlines() if line.startswith("data:")]
    return b"".join(base64.b64decode(json.loads(line)["output"]["audio"]["data"]) for line in lines)


@functools.lru_cache(maxsize=256)  # that the same request is the same sound is a test of its own
def sound(standin: Standin, *arguments: str, **fields: object) -> Sound:
    return np.frombuffer(pcm(standin, *arguments, **fields), "<i2") / 32768.0


def dbfs(value: float) -> float:
    return float(20 * np.log10(max(value, 1e-9)))


def level(signal: Sound) -> float:
    return dbfs(float(np.sqrt(np.mean(signal**2))))


def pitch_hz(signal: Sound) -> float:
    """Median pitch by autocorrelation of the loud frames; the shortest of nearly equal periods counts."""
    size, low, high = 1200, RATE_HZ // 520, RATE_HZ // 60
    frames = np.lib.stride_tricks.sliding_window_view(signal, size)[::480] * np.hanning(size)
    energy = np.sum(frames**2, axis=1)
    frames = frames[energy > 0.1 * np.percentile(energy, 90)]
    spectra = np.abs(np.fft.rfft(frames, 4096)) ** 2
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(size), 4096)) ** 2)[:high]
    lags = np.fft.irfft(spectra)[:, :high]
    lags = lags / lags[:, :1] / (window / window[0])
    found = []
    for row in lags:
        best = row[low:].max()
        peaks = [
            lag
            for lag in range(low, high - 1)
            if row[lag] >= 0.9 * best and row[lag - 1] <= row[lag] >= row[lag + 1]
        ]
        if best > 0.5 and peaks:
            found.append(RATE_HZ / peaks[0])
    return float(np.median(found))


def brightness_hz(signal: Sound) -> float:
    frames = np.lib.stride_tricks.sliding_window_view(signal, 1200)[::600] * np.hanning(1200)
    power = np.sum(np.abs(np.fft.rfft(frames)) ** 2, axis=0)
    return float(np.sum(power * np.fft.rfftfreq(1200, 1 / RATE_HZ)) / np.sum(power))


def check_level(signal: Sound) -> None:
    assert -24 < level(signal) < -17
    assert dbfs(float(np.abs(signal).max())) < -1


def check_voices(standin: Standin) -> None:
    figures = {}
    for voice in VOICES:
        signal = sound(standin, LINE, voice.name)
        check_level(signal)
        figures[voice.name] = (pitch_hz(signal), len(signal) / RATE_HZ, brightness_hz(signal))
    for one, other in combinations(VOICE_NAMES, 2):
        steps = [abs(np.log(a / b)) for a, b in zip(figures[one], figures[other], strict=True)]
        told_apart = steps[0] / 0.03 + steps[1] / 0.05 + steps[2] / 0.15
        assert told_apart > 1.0, (one, figures[one], other, figures[other])
    pitches = {
        group: [figures[v.name][0] for v in VOICES if kind(v) == group] for group in ("man", "woman", "child")
    }
    assert max(pitches["man"]) < min(pitches["woman"])
    assert max(pitches["woman"]) < min(pitches["child"])


def kind(voice) -> str:
    return "child" if voice.age == "child" else "man" if voice.sex == "male" else "woman"


needs_neural = pytest.mark.skipif(not engine.available(), reason="the extra called neural is not installed")


@needs_neural
def test_neural_voices_are_told_apart(neural: Standin) -> None:
    check_voices(neural)


def test_light_voices_are_told_apart(light: Standin) -> None:
    check_voices(light)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_audible(light: Standin, language: str) -> None:
    signal = sound(light, NATIVE[language], "Maia", language)
    check_level(signal)
    assert 30 < 1000 * len(signal) / RATE_HZ / len(NATIVE[language]) < 330
    frames = signal[: len(signal) // 480 * 480].reshape(-1, 480)
    assert np.mean(np.sqrt(np.mean(frames**2, axis=1)) < 0.003) < 0.35


@pytest.mark.parametrize("mode", [pytest.param("neural", marks=needs_neural), "light"])
def test_the_same_request_is_the_same_sound(request: pytest.FixtureRequest, mode: str) -> None:
    standin = request.getfixturevalue(mode)
    sounds = {pcm(standin, LINE, "Mia", instructions="whisper softly") for _ in range(3)}
    assert len(sounds) == 1


def test_light_does_not_follow_the_clock(light: Standin) -> None:
    first = pcm(light, "Isn't it so?", "Bunny")
    time.sleep(1.1)  # espeak-ng seeds its noise with the second of the clock unless told otherwise
    assert pcm(light, "Isn't it so?", "Bunny") == first


@needs_neural
@pytest.mark.parametrize(
    "text",
    [
        "1" * 60,
        "a" * 600,
        "word " * 40,
        "$9.99 & 3/4 — “ok” #1",
        "0",
        "x\x00y",
        "Ünïcode naïve café",
        "[[f]] <b>bold</b>",
        "Dr. No! 'quoted' (yes)…",
        "1234567890123.25",
    ],
)
def test_odd_english_is_spoken(neural: Standin, text: str) -> None:
    assert level(sound(neural, text)) > -30


@needs_neural
def test_long_text_is_all_of_its_sentences(neural: Standin) -> None:
    one = len(sound(neural, "It was late, and the lamp was low."))
    ten = len(sound(neural, "It was late, and the lamp was low. " * 10))
    assert 9.5 * one < ten < 11 * one


@pytest.mark.parametrize(
    ("text", "language", "part"),
    [
        ("漢字を よむ", "Japanese", "kana"),
        ("漢字を よむ", "Auto", "kana"),
        ("漢字 한글", "Korean", "Hangul"),
        ("… — !", "English", "no letter or digit"),
        ("👍", "Auto", "no letter or digit"),
        ("สวัสดี", "Auto", "no letter or digit"),
    ],
)
def test_what_cannot_be_read_is_refused(light: Standin, text: str, language: str, part: str) -> None:
    answer = post(light, text, "Neil", language)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")
    assert part in answer.json()["message"]


@needs_neural
@pytest.mark.parametrize(
    ("words", "measure", "low", "high"),
    [
        ("Speak faster.", "seconds", 0.78, 0.87),
        ("Speak slightly faster.", "seconds", 0.87, 0.95),
        ("快", "seconds", 0.78, 0.87),
        ("unhurried", "seconds", 1.15, 1.35),
        ("慢", "seconds", 1.15, 1.35),
        ("brighter", "brightness", 1.3, 5.0),
        ("明亮", "brightness", 1.3, 5.0),
        ("darker", "brightness", 0.2, 0.8),
        ("低沉", "brightness", 0.2, 0.8),
        ("quiet", "level", -9, -5),
        ("轻", "level", -9, -5),
        ("whisper", "level", -10, -4),
        ("louder", "level", 2.5, 5),
        ("大声", "level", 2.5, 5),
        ("higher", "pitch", 1.1, 1.2),
        ("lower", "pitch", 0.83, 0.92),
        ("excited", "seconds", 0.88, 0.97),
        ("calm", "seconds", 1.03, 1.12),
    ],
)
def test_instructions_are_heard(neural: Standin, words: str, measure: str, low: float, high: float) -> None:
    plain, directed = (sound(neural, LINE, "Neil", instructions=text) for text in ("", words))
    change = {
        "seconds": lambda: len(directed) / len(plain),
        "brightness": lambda: brightness_hz(directed) / brightness_hz(plain),
        "level": lambda: level(directed) - level(plain),
        "pitch": lambda: pitch_hz(directed) / pitch_hz(plain),
    }[measure]()
    assert low < change < high


def test_instructions_combine(light: Standin) -> None:
    plain = sound(light, LINE, "Neil")
    both = sound(light, LINE, "Neil", instructions="Speak faster with a brighter tone.")
    assert len(both) < 0.9 * len(plain)
    assert brightness_hz(both) > 1.1 * brightness_hz(plain)


def test_tone_is_as_long_as_the_text(standin: Standin) -> None:
    headers = {"Authorization": "Bearer test"}
    body = {"model": MODEL, "input": "Hello, world", "voice": "Neil"}
    url = requests.post(standin.url + "/v1/audio/speech", json=body, headers=headers, timeout=60).json()
    wav = requests.get(url["output"]["audio"]["url"], timeout=60).content
    signal = np.frombuffer(wav[44:], "<i2") / 32768.0
    assert len(signal) / RATE_HZ == pytest.approx(0.2 + 12 * 0.06)
    edge = RATE_HZ // 10
    assert not signal[:edge].any()
    assert not signal[-edge:].any()
    assert level(signal) > -30
    assert np.abs(signal).max() < 0.89
