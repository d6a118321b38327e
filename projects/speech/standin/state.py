"""What all connections of one running stand-in share."""

import threading
from dataclasses import dataclass, field

from projects.speech.standin.faults import FaultQueue
from projects.speech.standin.journal import Journal
from projects.speech.standin.limits import Gate
from projects.speech.standin.links import Shelf
from projects.speech.standin.settings import Settings
from projects.speech.standin.speaker import Speaker


@dataclass
class State:
    """An empty token lets any Bearer token in. stopping is set when the stand-in shuts down."""

    token: str
    speaker: Speaker
    settings: Settings
    gate: Gate
    shelf: Shelf
    journal: Journal = field(default_factory=Journal)
    faults: FaultQueue = field(default_factory=FaultQueue)
    stopping: threading.Event = field(default_factory=threading.Event)
