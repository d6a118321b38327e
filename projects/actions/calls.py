"""One call of the endpoint for a line, or for a part of one: set aside, made, its sound fetched, and settled.

The endpoint is at work until ``ask`` returns, and for that a slot is needed. For what is left none is: ``fetch``,
which touches no row and so may be done in any thread, and then ``settle`` (docs/adr/0023).
"""

import time
from typing import Self

from django.db import transaction

from projects.actions import money, records
from projects.actions.endpoint import Endpoint
from projects.actions.live import Sink
from projects.models import Call
from projects.speech import record
from projects.speech.errors import SpeechError
from projects.speech.line import Line
from projects.speech.speaking import Fetch, Speech


class Made:
    """A call whose cost is set aside, in the ledger's ``row``; ``wire`` has what it sent and got.

    One thread at a time has to do with it.
    """

    def __init__(self, row: Call, sink: Sink | None) -> None:
        self.row, self.wire, self._sink = row, record.Wire(), sink
        self._took_ms = 0
        self._is_heard = False
        self._fetch: Fetch | None = None
        self._speech: Speech | None = None
        self._error: SpeechError | None = None
        self._is_settled = False

    def ask(self, line: Line, endpoint: Endpoint) -> Self:
        """Make the call; what it streams goes into the sink, if there is one. Raises SpeechError, settled."""
        began_s = time.monotonic()
        try:
            with record.recorded(self.wire):
                endpoint.gate.begin()
                self._fetch = endpoint.client.ask(line, stream=self._sink is not None, on_audio=self._hear)
        except SpeechError as error:
            self._error, self._took_ms = error, _since_ms(began_s)
            self.settle()
            endpoint.gate.told(error)
            raise
        self._took_ms = _since_ms(began_s)
        endpoint.gate.told(None)
        return self

    def _hear(self, samples: bytes) -> None:
        self._is_heard = True
        if self._sink is not None:
            self._sink.write(samples)

    def fetch(self) -> Speech:
        """The sound, from wherever the answer says that it lies. Raises SpeechError."""
        assert self._fetch is not None, "not asked"
        try:
            with record.recorded(self.wire):
                self._speech = self._fetch()
        except SpeechError as error:
            self._error = error
            raise
        return self._speech

    def settle(self) -> None:
        """Write down what came of it (see ``money.settle``) and what went over the wire. Twice is harmless."""
        if self._is_settled:
            return
        with transaction.atomic():
            money.settle(
                self.row,
                speech=self._speech,
                error=self._error,
                heard=self._is_heard,
                duration_ms=self._took_ms,
            )
            records.keep(self.row, self.wire)
        self._is_settled = True


def _since_ms(began_s: float) -> int:
    return round((time.monotonic() - began_s) * 1000)
