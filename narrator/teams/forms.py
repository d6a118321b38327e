"""The sign-in form."""

from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "This address and password do not belong together. Check both and try again.",
        "inactive": "This account is switched off. Ask an admin of your team.",
    }
