"""The page of one's own account. What stands behind its buttons is allauth's; see urls.py."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from narrator.accounts.forms import NameForm
from narrator.web import Request, go


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: Request) -> HttpResponse:
    """Name, address, password, second step, passkeys and sessions of the person who asks."""
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        request.user.rename(form.cleaned_data["name"])
        messages.info(request, "Saved. Others see the new name from now on.")
        return go(request, "account")
    found = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    kinds = {one.type: one for one in found}
    context = {
        "form": form,
        "totp": kinds.get(Authenticator.Type.TOTP),
        "passkeys": [one for one in found if one.type == Authenticator.Type.WEBAUTHN],
        "codes": kinds.get(Authenticator.Type.RECOVERY_CODES),
        "session_count": UserSession.objects.filter(user=request.user).count(),
    }
    return render(request, "account/account.html", context, status=422 if form.errors else 200)
