"""What an authenticator app does: codes from a key and the time, by RFC 6238, without the code under test."""

import base64
import hashlib
import hmac
import struct
import time

PERIOD_S = 30


def code(secret: str, *, periods: int = 0) -> str:
    """Return the six digits that an app shows now, or so many periods from now, for this base32 key."""
    counter = struct.pack(">Q", int(time.time()) // PERIOD_S + periods)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
