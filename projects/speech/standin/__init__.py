"""A stand-in for the speech endpoint: the same wire over real HTTP, audible speech offline, faults on
demand."""
