"""A person's program: a client with a token of hers, that sends and reads JSON."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from narrator.teams.models import User
from projects.actions import tokens
from projects.models.tokens import SCOPES

HOME = "/api/v1"


class Program:
    """Asks the API in the name of a person, with these scopes of all there are."""

    def __init__(self, user: User, *scopes: str) -> None:
        self.token, self.secret = tokens.make(user, name="A program", scopes=scopes or SCOPES, days=None)
        self.client = Client(headers={"Authorization": f"Bearer {self.secret}"})

    def ask(self, method: str, address: str, body: Any = None, *, key: str = "") -> HttpResponse:
        headers = {"Idempotency-Key": key} if key else {}
        options: dict[str, Any] = {"headers": headers}
        if body is not None:
            options |= {"data": body, "content_type": "application/json"}
        return getattr(self.client, method)(f"{HOME}{address}", **options)

    def get(self, address: str, **query: Any) -> HttpResponse:
        return self.client.get(f"{HOME}{address}", query)

    def post(self, address: str, body: Any = None, *, key: str = "") -> HttpResponse:
        return self.ask("post", address, {} if body is None else body, key=key)

    def patch(self, address: str, body: Any) -> HttpResponse:
        return self.ask("patch", address, body)
