"""The sealed secrets of people's second steps, when the token keys change."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from narrator import sealing

# What is sealed in the data of each kind; of a passkey only the public key is kept.
SEALED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def rotate() -> tuple[int, list[Authenticator]]:
    """Seal them with the first of the keys; return how many were sealed, and those that no key opens."""
    lost, done = [], 0
    for pk in Authenticator.objects.filter(type__in=SEALED).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().get(pk=pk)
            name = SEALED[row.type]
            try:
                row.data[name] = sealing.sealed_anew(row.data[name])
            except sealing.Unopened:
                lost.append(row)
            else:
                row.save(update_fields=["data"])
                done += 1
    return done, lost
