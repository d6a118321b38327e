"""The espeak-ng library behind one short-lived process: text on standard input, PCM (s16le, 22 050 Hz) on
output.

`python -m projects.speech.standin.espeak VOICE WPM PITCH RANGE`. A process of its own for three reasons: the
library keeps state, so only a fresh process gives the same bytes for the same text; it is not thread-safe;
and its licence (GPL) stays on its side of the pipe. Nothing else of this package is imported here.
"""

import ctypes
import sys

import espeakng_loader

RATE_HZ = 22_050
SYNCHRONOUS = 2
UTF8 = 1
WPM, PITCH, RANGE = 1, 3, 4

Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakFailed(Exception):
    """The library is missing its data or does not know the voice."""


def load() -> ctypes.CDLL:
    """The library, initialised with the data of its own wheel."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_uint,
        ctypes.c_void_p,
        ctypes.c_void_p,
    ]
    data = espeakng_loader.get_data_path().encode()
    if library.espeak_Initialize(SYNCHRONOUS, 0, data, 0) != RATE_HZ:
        raise EspeakFailed("espeak-ng did not start at 22 050 Hz")
    library.espeak_ng_SetRandSeed(1)  # the breath of some voices is noise, seeded with the clock otherwise
    return library


def speak(library: ctypes.CDLL, text: bytes, voice: str, settings: dict[int, int]) -> bytes:
    """One text in one voice. Once per process, or the bytes are not repeatable."""
    sound = bytearray()

    def collect(samples: object, count: int, _events: object) -> int:
        if samples and count > 0:
            sound.extend(ctypes.string_at(samples, count * 2))  # type: ignore[arg-type]
        return 0

    callback = Callback(collect)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise EspeakFailed(f"espeak-ng does not know the voice {voice}")
    for number, value in settings.items():
        library.espeak_SetParameter(number, value, 0)
    if library.espeak_Synth(text + b"\0", len(text) + 1, 0, 0, 0, UTF8, None, None) != 0:
        raise EspeakFailed("espeak-ng refused the text")
    return bytes(sound)


def main(arguments: list[str]) -> int:
    """Reads all of standard input, writes the sound, says on standard error what failed."""
    voice, wpm, pitch, pitch_range = arguments
    settings = {WPM: int(wpm), PITCH: int(pitch), RANGE: int(pitch_range)}
    try:
        sound = speak(load(), sys.stdin.buffer.read(), voice, settings)
    except EspeakFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(sound)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
