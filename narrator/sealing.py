"""Secrets that rows keep: sealed with the installation's token keys, opened only where they are used.

What is sealed, and for whom, is not known here. Why it is done so: docs/adr/0009.
"""

import base64
import functools
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.views.decorators.debug import sensitive_variables


class Unopened(Exception):
    """No key of this installation opens the secret: it was sealed by one that is no longer there."""


@sensitive_variables()
def seal(secret: str) -> str:
    """Encrypt a secret with the first key; "" stays "". Equal secrets come out differently each time."""
    return _keys().encrypt(secret.encode()).decode() if secret else ""


@sensitive_variables()
def opened(sealed: str) -> str:
    """Return the secret; raises Unopened."""
    try:
        return _keys().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        raise Unopened from None


@sensitive_variables()
def sealed_anew(sealed: str) -> str:
    """Seal a sealed secret again, with the first key; raises Unopened."""
    return seal(opened(sealed))


@sensitive_variables()
def mark(*parts: str) -> str:
    """Return a name for these texts, the same for equal ones, from which nobody without the first key learns them."""
    text = "\0".join(parts).encode()
    return hashlib.blake2b(text, key=_derived(settings.TOKEN_KEYS[0]), digest_size=16).hexdigest()


@sensitive_variables()
def _keys() -> MultiFernet:
    return _fernets(tuple(settings.TOKEN_KEYS))


@functools.lru_cache(maxsize=4)
@sensitive_variables()
def _fernets(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


@sensitive_variables()
def _derived(key: str) -> bytes:
    """A key may be any long random text, so that nobody has to know the cipher's own form of one."""
    return hashlib.blake2b(key.encode(), digest_size=32, person=b"narrator-seal").digest()
