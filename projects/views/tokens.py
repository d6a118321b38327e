"""A person's tokens for the API: the list, making one, taking one back."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from narrator.web import Request, go
from projects import access
from projects.actions import tokens
from projects.forms.tokens import TokenForm
from projects.models import ApiToken


@require_safe
def token_list(request: Request) -> HttpResponse:
    """The tokens of the person who asks, those that were taken back last."""
    rows = ApiToken.objects.filter(user=request.user)
    return render(request, "projects/token_list.html", {"tokens": rows})


@never_cache
@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def token_new(request: Request) -> HttpResponse:
    """Make a token. The answer shows its secret, this once; who asks has proved lately that it is she."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row, secret = tokens.make(request.user, **form.options())
        return render(request, "projects/token_made.html", {"token": row, "secret": secret})
    status = 422 if form.errors else 200
    return render(request, "projects/token_new.html", {"form": form}, status=status)


@require_POST
def token_revoke(request: Request, token_id: int) -> HttpResponse:
    """Take a token back; whatever uses it is refused from now on."""
    token = access.token(request.user, token_id)
    if tokens.revoke(token):
        messages.info(
            request, _("%(token)s is revoked. Whatever uses it is refused from now on.") % {"token": token}
        )
    return go(request, "token-list")
