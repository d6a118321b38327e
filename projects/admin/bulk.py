"""What an admin does to many takes at once: approve, reject, put back into the queue.

Each act asks first, goes through the same action as in the studio, and leaves a row in the admin's log for each take.
"""

from collections.abc import Callable

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects import tasks
from projects.actions import reviews
from projects.admin.history import LookOnly
from projects.models import Take

# Each is asked about, judged and logged by itself.
MOST_AT_ONCE = 2_000


class Bulk(LookOnly):
    """See the module."""

    actions = ["approve", "reject", "requeue"]

    @admin.action(description=_("Approve the chosen ones"), permissions=["judge"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Take]) -> HttpResponse | None:
        return self._confirmed(
            request, queryset, "approve", lambda take: _judge(take, "approved", "", request)
        )

    @admin.action(description=_("Reject the chosen ones: ask for pickups"), permissions=["judge"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Take]) -> HttpResponse | None:
        reason = request.POST.get("reason", "").strip()[:300]
        return self._confirmed(
            request, queryset, "reject", lambda take: _judge(take, "pickup", reason, request)
        )

    @admin.action(description=_("Put the failed ones back into the queue"), permissions=["judge"])
    def requeue(self, request: HttpRequest, queryset: QuerySet[Take]) -> HttpResponse | None:
        return self._confirmed(request, queryset, "requeue", lambda take: _requeue(take, request))

    def has_judge_permission(self, request: HttpRequest) -> bool:
        """Whether the bulk acts are offered: they need Django's right to change takes."""
        return request.user.has_perm("projects.change_take")

    def _confirmed(
        self, request: HttpRequest, queryset: QuerySet[Take], name: str, act: Callable[[Take], bool]
    ) -> HttpResponse | None:
        """Ask first; then act on each take, write down what was done, and say how many it was."""
        wanted = list(queryset.select_related("paragraph__script__project")[: MOST_AT_ONCE + 1])
        if len(wanted) > MOST_AT_ONCE:
            told = gettext(
                "This is more than %(count)s takes. Narrow the list down, then act on all that is left."
            ) % {"count": f"{MOST_AT_ONCE:,}"}
            self.message_user(request, told, messages.ERROR)
            return None
        lacks_reason = name == "reject" and not request.POST.get("reason", "").strip()
        if "confirmed" not in request.POST or lacks_reason:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Are you sure?"),
                "opts": self.opts,
            }
            context |= {
                "takes": wanted,
                "action": name,
                "lacks_reason": lacks_reason and "confirmed" in request.POST,
            }
            return TemplateResponse(request, "admin/projects/take/confirm.html", context)
        done = [take for take in wanted if act(take)]
        if done:
            reason = f": {request.POST['reason'].strip()}" if name == "reject" else ""
            told = f"{name} in bulk, {len(done)} takes{reason}"
            LogEntry.objects.log_actions(request.user.pk or 0, done, CHANGE, change_message=told)
        left = len(wanted) - len(done)
        self.message_user(
            request,
            gettext("%(done)s done, %(left)s left alone: not chosen, outdated or not failed.")
            % {"done": len(done), "left": left},
            messages.INFO,
        )
        return None


def _judge(take: Take, kind: str, reason: str, request: HttpRequest) -> bool:
    try:
        reviews.judge(take.paragraph, take_id=take.pk, kind=kind, reason=reason, by=request.user)  # type: ignore[arg-type]
    except reviews.NotHeard:
        return False
    return True


def _requeue(take: Take, request: HttpRequest) -> bool:
    return tasks.queue_retry(take, script_id=take.paragraph.script_id, by=request.user)  # type: ignore[arg-type]
