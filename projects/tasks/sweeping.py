"""The sweep: what heals by itself, every few seconds."""

from celery import shared_task

from projects.actions import (
    accounts,
    archives,
    claims,
    digests,
    exports,
    lexicons,
    manuscripts,
    money,
    notifications,
    records,
    retention,
    runs,
    tokens,
    workers,
)
from projects.models import Script
from projects.tasks.heavy import ENCODE_SHIFT_S, assemble_export, encode, prune, run_archive, send_digests
from projects.tasks.messages import send
from projects.tasks.pumping import ring_at


@shared_task(name="projects.tasks.sweep")
def sweep() -> None:
    """Every few seconds: free what lost its worker, and ring for everything that waits."""
    workers.show()
    claims.sweep()
    money.sweep()
    runs.finish_done()
    for account in accounts.every():
        ring_at(account, claims.idle(account.takes, slots=account.concurrency))
    for export_id in exports.sweep():
        send(assemble_export, export_id)
    for archive_id in archives.sweep():
        send(run_archive, archive_id)
    if Script.objects.to_encode().exists():
        send(encode, expires_s=ENCODE_SHIFT_S)
    lexicons.sweep()
    if digests.due():
        send(send_digests, expires_s=ENCODE_SHIFT_S)
    if retention.is_due():
        send(prune, expires_s=ENCODE_SHIFT_S)
    records.sweep()
    notifications.sweep()
    tokens.sweep()
    manuscripts.forget_unused()
