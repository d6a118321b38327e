"""The document at its fixed address, and requests made from it at random: none may be a fault of ours."""

import random
from collections.abc import Iterator

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck
from ninja import Schema
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from projects.api.sent import Sent
from projects.api.site import api
from tests.cast import Cast
from tests.projects.api.programs import HOME, Program
from tests.projects.views.test_access import cast, house, own_media, rows, store

__all__ = ["cast", "house", "own_media", "rows", "store"]
pytestmark = pytest.mark.one_database

EXAMPLES = 2
# What all long lists are asked with; that is tried with one of them.
OF_LISTS = {"cursor", "limit"}
CHECKS = (not_a_server_error, status_code_conformance, response_schema_conformance)


def test_the_document_stands_at_its_address_for_everybody(cast: Cast) -> None:
    answer = Program(cast.viewer).client.get(f"{HOME}/openapi.json", headers={"Authorization": ""})
    document = answer.json()
    assert answer.status_code == 200
    assert document["openapi"].startswith("3.")
    assert document["paths"].keys() == api.get_openapi_schema()["paths"].keys()
    for address, acts in document["paths"].items():
        for act in acts.values():
            assert act["description"], address
            assert act["security"], address
            assert "application/problem+json" in act["responses"]["422"]["content"]


def _below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def test_no_two_shapes_have_one_name() -> None:
    """The document knows shapes by their names alone: of two the second would be taken for the first."""
    names = [
        one.__name__ for one in {*_below(Schema), *_below(Sent)} if one.__module__.startswith("projects.api.")
    ]
    assert {name for name in names if names.count(name) > 1 and "[" not in name} == set()


@pytest.fixture
def served() -> Iterator[None]:
    """The site called as a server calls it, but on the rows of this test: Django closes connections after requests."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def test_nothing_that_the_document_allows_or_forbids_is_a_fault(
    cast: Cast, rows: dict[str, int], served: None, only_dice: None, settings: object
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 10**6  # type: ignore[attr-defined]
    program = Program(cast.owner)
    schema = schemathesis.openapi.from_wsgi(f"{HOME}/openapi.json", get_wsgi_application())
    headers = {"Authorization": f"Bearer {program.secret}"}
    asked = 0

    def try_one(case: schemathesis.Case) -> None:
        nonlocal asked
        asked += 1
        for name in case.path_parameters or {}:
            known = {**rows, "line_id": rows["paragraph_id"]}.get(name)
            if known is not None and random.Random(asked).random() < 0.8:
                case.path_parameters[name] = known
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=list(CHECKS))

    quick = hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    tried: set[str] = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        queries = {one.name for one in operation.query}
        # Files at random are dear to make and say nothing: one form stands for all. Of acts that are told nothing
        # test_access.py tries all there is to try.
        is_told = any(one.media_type == "application/json" for one in operation.body)
        if is_told or queries - tried or operation.path.endswith("/manuscripts"):
            quick(hypothesis.given(operation.as_strategy())(try_one))()
        tried |= queries & OF_LISTS
    assert asked > 60
