"""What was asked of the stand-in, in order, with the outcome. In memory, for tests and for a curious
person."""

import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, replace

KEPT = 20_000


@dataclass
class Call:
    """One POST to the speech path. input is as received, marker and all; status 0 means that nothing was
    answered."""

    at: float  # Unix time
    input: object = None
    voice: object = None
    language_type: object = None
    instructions: object = None
    optimize_instructions: object = None
    model: object = None
    response_format: object = None
    stream: bool = False
    status: int = 0
    code: str = ""
    characters: int = 0
    fault: str | None = None

    def asked(self, values: dict[str, object]) -> None:
        """Notes the fields of the request, whatever their types."""
        self.model = values.get("model")
        self.response_format = values.get("response_format")
        self.input = values.get("input")
        self.voice = values.get("voice")
        self.language_type = values.get("language_type")
        self.instructions = values.get("instructions")
        self.optimize_instructions = values.get("optimize_instructions")

    def answered(self, status: int, code: str = "", characters: int = 0) -> None:
        """Notes the outcome; done before the last bytes are sent."""
        self.status, self.code, self.characters = status, code, characters


class Journal:
    """The last calls. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=KEPT)

    def begin(self, stream: bool) -> Call:
        """A new entry at the end."""
        call = Call(at=time.time(), stream=stream)
        with self._lock:
            self._calls.append(call)
        return call

    def calls(self) -> list[Call]:
        """Copies, oldest first."""
        with self._lock:
            return [replace(call) for call in self._calls]

    def rows(self) -> list[dict[str, object]]:
        """The same as JSON objects."""
        return [asdict(call) for call in self.calls()]

    def clear(self) -> None:
        """Forgets all."""
        with self._lock:
            self._calls.clear()
