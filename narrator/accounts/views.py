"""The page of one's own account, and the language. What stands behind its buttons is allauth's; see urls.py."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from narrator.accounts.forms import NameForm
from narrator.web import Request, go


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: Request) -> HttpResponse:
    """Name, address, password, second step, passkeys and sessions of the person who asks."""
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        request.user.rename(form.cleaned_data["name"])
        messages.info(request, _("Saved. Others see the new name from now on."))
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


@login_not_required
@require_POST
def language(request: Request) -> HttpResponse:
    """Choose what pages are written in: in this browser and, of a person who is signed in, everywhere; "" undoes it."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in ("", *dict(settings.LANGUAGES)):
        request.user.choose_language(chosen)
    response = set_language(request)  # the cookie, and a safe way back
    if not chosen:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    return response
