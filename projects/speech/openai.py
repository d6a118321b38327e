"""The client of every other endpoint with OpenAI's `POST /v1/audio/speech`, which answers with the sound itself.

Kokoro-FastAPI, openedai-speech, LocalAI, OpenAI and their kin. One call is one POST, as with client.Client.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from projects.speech import replies, speaking
from projects.speech.address import SPEECH_PATH, VOICES_PATH
from projects.speech.answers import Heard
from projects.speech.budget import Budget
from projects.speech.caller import Caller
from projects.speech.errors import named
from projects.speech.line import Line
from projects.speech.pcm import check_speech
from projects.speech.sounds import SoundReader
from projects.speech.speaking import BaseClient, Fetch, Speech

LONG = Budget(4096, "characters")  # OpenAI's own limit; many servers have none
_MOST_VOICES, _MOST_LIST_BYTES, _LONGEST_NAME = 2_000, 4 * 1024 * 1024, 200
_LIST_S = 15.0  # somebody waits for the page
_TELLING_STATUSES = (401, 402, 403, 429)  # what is wrong with the account, not with the list of voices


class OpenAIClient(BaseClient):
    """Speaks lines through one endpoint; many threads may share it. Close it when done.

    token: "" where the server wants none. model: goes out instead of the line's own; language and
    optimize_instructions are not sent. max_audio_bytes: of the answer, and of the samples decoded from it. The times,
    ca_bundle, public_only and ValueError: see caller.Caller.
    """

    def __init__(
        self,
        base_url: str,
        token: str = "",
        *,
        model: str,
        budget: Budget = LONG,
        deadline_s: float = 300,
        connect_timeout_s: float = 10,
        idle_timeout_s: float = 60,
        max_audio_bytes: int = 64 * 1024 * 1024,
        ca_bundle: str = "",
        public_only: bool = False,
    ) -> None:
        self._caller = Caller(
            base_url,
            token,
            deadline_s=deadline_s,
            connect_timeout_s=connect_timeout_s,
            idle_timeout_s=idle_timeout_s,
            ca_bundle=ca_bundle,
            public_only=public_only,
        )
        self.url = self._caller.base + SPEECH_PATH
        self._model, self._budget, self._max_bytes = model, budget, max_audio_bytes
        self._sounds = SoundReader(secret=self._caller.token, max_audio_bytes=max_audio_bytes)

    def __repr__(self) -> str:
        return f"OpenAIClient({self.url!r})"

    def close(self) -> None:
        self._caller.close()

    def ask(
        self, line: Line, *, stream: bool = False, on_audio: Callable[[bytes], None] | None = None
    ) -> Fetch:
        """See speaking.SpeechClient. The answer is the sound. What was billed is never said: `characters` is None.

        stream asks for raw samples, which arrive while they are made but do not say their rate (24 kHz is taken for
        granted); otherwise a WAV file is asked for, whose header is believed in all but its sizes.
        """
        speaking.check(line, self._budget)
        until = self._caller.deadline()
        with self._caller.post(
            SPEECH_PATH,
            self._body(line, "pcm" if stream else "wav"),
            headers={"Accept": "audio/*, application/json;q=0.5, */*;q=0.1"},
            until=until,
            max_bytes=self._max_bytes,
        ) as answer:
            heard = self._sounds.read(answer, on_audio or speaking.ignore, raw=stream)
        return lambda: _checked(line, heard)

    def _body(self, line: Line, response_format: str) -> dict[str, str]:
        body = {
            "model": self._model,
            "input": line.spoken,
            "voice": line.voice,
            "response_format": response_format,
        }
        if line.instructions.strip():
            body["instructions"] = line.instructions.strip()
        return body

    def voices(self) -> list[str]:
        """The names to put into Line.voice, in the endpoint's order; [] where it has no list: people type them then.

        Raises SpeechError where no line could be spoken either: unreachable, a wrong token, a fault of the server.
        """
        with self._caller.get(
            VOICES_PATH, until=self._caller.deadline(_LIST_S), max_bytes=_MOST_LIST_BYTES
        ) as answer:
            if answer.status in _TELLING_STATUSES or (answer.status >= 500 and answer.status != 501):
                raise replies.error_behind(answer, self._caller.token)
            return _names(answer.body()) if answer.status == 200 else []


def _checked(line: Line, heard: Heard) -> Speech:
    with named(heard.request_id):
        check_speech(heard.pcm, line.spoken)
    return Speech(heard.pcm, heard.request_id, heard.characters)


def _names(body: bytes) -> list[str]:
    """From `{"voices": [...]}`, `{"data": [...]}` or a bare list; of strings, or of objects with an id or a name."""
    try:
        listed = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if isinstance(listed, dict):
        listed = listed.get("voices", listed.get("data"))
    return _usable(map(_name, listed)) if isinstance(listed, list) else []


def _name(voice: Any) -> Any:
    if not isinstance(voice, dict):
        return voice
    return next((voice[key] for key in ("id", "voice_id", "name") if voice.get(key)), None)


def _usable(names: Iterable[Any]) -> list[str]:
    """Each name once, without what cannot be one."""
    found: dict[str, None] = {}
    for name in names:
        if isinstance(name, str) and name.strip() and len(name) <= _LONGEST_NAME and name.isprintable():
            found[name] = None
    return list(found)[:_MOST_VOICES]
