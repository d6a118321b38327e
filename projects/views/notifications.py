"""Notifications: what a person was told, what she wants to be told, and the link by which a mail stops."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from narrator.web import Request, go
from projects.actions import digests, notifications
from projects.forms.notifications import WishesForm
from projects.models import Notification, Wishes

SHOWN = 50


@require_safe
def notification_list(request: Request) -> HttpResponse:
    """What this person was told, the newest first; ``?before=`` names the last one of the page before."""
    mine = Notification.objects.of(request.user)
    before = request.GET.get("before", "")
    rows = mine.filter(pk__lt=int(before)) if before.isdecimal() and len(before) < 19 else mine
    found = list(rows.with_places()[: SHOWN + 1])
    shown = found[:SHOWN]
    context = {
        "news": shown,
        "more": shown[-1].pk if len(found) > SHOWN else None,
        "has_unread": mine.unread().exists(),
    }
    return render(request, "projects/notification_list.html", context)


@require_safe
def notification_open(request: Request, notification_id: int) -> HttpResponse:
    """Go to what a notification is about; it counts as read from now on."""
    row = get_object_or_404(Notification.objects.of(request.user).with_places(), pk=notification_id)
    Notification.objects.filter(pk=row.pk).read()
    return redirect(row.target())


@require_POST
def notification_read(request: Request) -> HttpResponse:
    """Everything counts as read."""
    notifications.read_all(request.user)
    return go(request, "notification-list")


@require_http_methods(["GET", "HEAD", "POST"])
def notification_wishes(request: Request) -> HttpResponse:
    """What this person wants to be told, and how."""
    wishes = Wishes.of([request.user])[request.user.pk]
    form = WishesForm(request.POST or None, wishes=wishes)
    if request.method == "POST" and form.is_valid():
        notifications.wish(request.user, ways=form.ways(), often=form.cleaned_data["often"])
        messages.info(request, _("Saved."))
        return go(request, "notification-list")
    context = {"form": form, "mail_from": settings.DEFAULT_FROM_EMAIL}
    return render(request, "projects/notification_wishes.html", context, status=422 if form.errors else 200)


@csrf_exempt  # a mail program sends this by itself (RFC 8058); the token in the address is what counts
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def digest_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Send this person no more digests, for whoever has the link of one. A GET only asks: programs follow links."""
    user = digests.user_of(token)
    if user is None:
        return render(request, "projects/digest_stop.html", {"unknown": True}, status=404)
    if request.method == "POST":
        notifications.stop_mail(user)
    context = {"address": user.email, "stopped": request.method == "POST"}
    return render(request, "projects/digest_stop.html", context)
