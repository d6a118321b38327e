"""The control paths below /standin/: faults, calls, state, settings. For tests and for whoever runs the
stand-in."""

import json

from projects.speech.standin.faults import UnknownFault
from projects.speech.standin.replies import Reply, encode
from projects.speech.standin.settings import BadSetting
from projects.speech.standin.state import State

MOST_FAULTS = 100_000


def control(state: State, verb: str, path: str, body: bytes) -> Reply | None:
    """The answer of a control path, None if there is no such door."""
    match verb, path:
        case "GET", "/standin/calls":
            return _json(200, state.journal.rows())
        case "DELETE", "/standin/calls":
            state.journal.clear()
            return Reply(204, b"")
        case "GET", "/standin/state":
            return _json(200, figures(state))
        case "POST", "/standin/faults":
            return _add_faults(state, _parsed(body))
        case "PUT", "/standin/settings":
            return _change(state, _parsed(body))
    return None


def figures(state: State) -> dict[str, object]:
    """What the stand-in is doing, and has done since the calls were last cleared."""
    calls = state.journal.calls()
    return {
        "in_flight": state.gate.in_flight,
        "max_in_flight": state.gate.max_in_flight,
        "calls": len(calls),
        "characters": sum(call.characters for call in calls),
    }


def _add_faults(state: State, values: object) -> Reply:
    names = _names(values)
    if names is None:
        return _json(400, {"message": 'Send {"faults": ["429", "ok"]} or {"fault": "429", "count": 3}.'})
    if not names:
        state.faults.clear()
    try:
        state.faults.add(*names)
    except UnknownFault as error:
        return _json(400, {"message": str(error)})
    return _json(200, {"added": len(names)})


def _names(values: object) -> list[str] | None:
    if not isinstance(values, dict):
        return None
    names = values.get("faults")
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return names
    name, count = values.get("fault"), values.get("count", 1)
    if isinstance(name, str) and type(count) is int and 0 < count <= MOST_FAULTS:
        return [name] * count
    return None


def _change(state: State, values: object) -> Reply:
    try:
        state.settings.change(values)
    except BadSetting as error:
        return _json(400, {"message": str(error)})
    return Reply(204, b"")


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _json(status: int, value: object) -> Reply:
    return Reply(status, encode(value))
