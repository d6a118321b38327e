"""Values of a program put into the forms that pages have, so that both are refused the same with the same words."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.forms import BaseForm
from django.utils.datastructures import MultiValueDict

from projects.api.problems import Problem, invalid

Form = TypeVar("Form", bound=BaseForm)


def checked(form: Form, names: dict[str, str] | None = None) -> Form:
    """The form, where it is valid. ``names``: what the API calls its fields, where the form has another name."""
    if not form.is_valid():
        raise invalid(form, names)
    return form


def changed(make: Callable[[Any], Form], given: dict[str, Any]) -> Form:
    """The form as a page would show it, with these values changed; raises where it does not take them."""
    shown = make(None)
    if foreign := given.keys() - shown.fields.keys():
        raise Problem(403, "forbidden", f"Your role may not change {', '.join(sorted(foreign))}.")
    return checked(make({name: shown[name].value() for name in shown.fields} | given))


def sent(values: dict[str, Any]) -> MultiValueDict:
    """These values as a browser would send them: absent ones left out, lists as several values of one name."""
    return MultiValueDict(
        {
            name: value if isinstance(value, list) else [value]
            for name, value in values.items()
            if value is not None and value is not False
        }
    )
