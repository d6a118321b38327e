"""How the plain fields of forms are drawn: by hand, as Django's templates draw them.

Django draws each choice of a select by two templates, 60 microseconds of CPU: a form with a voice, a language and a
kind took a tenth of the inspector's time, at every line that somebody selected.
"""

from collections.abc import Callable
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape

Widget = dict[str, Any]


class FieldRenderer(DjangoTemplates):
    """Django's renderer of forms, but for selects, text areas and inputs."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = BY_HAND.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def _attributes(attrs: dict[str, Any]) -> str:
    said = (
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in attrs.items()
        if value is not False
    )
    return "".join(said)


def _input(widget: Widget) -> str:
    value = {} if widget["value"] is None else {"value": widget["value"]}
    return (
        f"<input{_attributes({'type': widget['type'], 'name': widget['name'], **value, **widget['attrs']})}>"
    )


def _textarea(widget: Widget) -> str:
    text = conditional_escape(widget["value"]) if widget["value"] else ""
    return f"<textarea{_attributes({'name': widget['name'], **widget['attrs']})}>\n{text}</textarea>"


def _select(widget: Widget) -> str:
    groups = "".join(_group(name, options) for name, options, _ in widget["optgroups"])
    return f"<select{_attributes({'name': widget['name'], **widget['attrs']})}>{groups}\n</select>"


def _group(name: str | None, options: list[Widget]) -> str:
    drawn = "".join(f"\n  {_option(one)}" for one in options)
    return f'\n  <optgroup label="{conditional_escape(name)}">{drawn}\n  </optgroup>' if name else drawn


def _option(one: Widget) -> str:
    return f"<option{_attributes({'value': one['value'], **one['attrs']})}>{conditional_escape(one['label'])}</option>"


_KINDS = ("text", "number", "email", "password", "hidden", "checkbox")
BY_HAND: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{kind}.html": _input for kind in _KINDS},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}
