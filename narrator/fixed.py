"""Parts of pages that say the same to whoever reads the same language: each process draws them once.

Most of a page are words, addresses and icons that never change. To write those anew took two thirds of it
(docs/scale.md).
"""

from typing import Any

from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.defaulttags import CsrfTokenNode
from django.template.loader_tags import BlockNode
from django.utils.translation import get_language

# So many different ones are kept of a part that depends on something: more than a script's page is opened for.
MOST_KEPT = 1_000


class Fixed(Node):
    """What stands in it knows nothing but the language and the values that it is given, so it is true for good."""

    def __init__(self, nodelist: NodeList, values: dict[str, FilterExpression]) -> None:
        self.nodelist, self._values = nodelist, values
        self._drawn: dict[tuple[Any, ...], str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        values = {name: value.resolve(context) for name, value in self._values.items()}
        key = (language, *values.values())
        drawn = self._drawn.get(key)
        if drawn is None:
            for name, value in values.items():
                if not isinstance(
                    value, str | int | None
                ):  # what has parts may be equal and say something else
                    raise TypeError(
                        f"{name} in a fixed part is a {type(value).__name__}, neither text nor a number"
                    )
            drawn = self.nodelist.render(context.new({"LANGUAGE_CODE": language, **values}))
            if len(self._drawn) >= MOST_KEPT:
                self._drawn.clear()
            self._drawn[key] = drawn
        return drawn


def fixed(parser: Parser, token: Token) -> Fixed:
    """``{% fixed may_edit=may_edit %} … {% endfixed %}``: drawn once for each language and each set of these values."""
    name, *words = token.split_contents()
    values = token_kwargs(words, parser)
    if words:
        raise TemplateSyntaxError(f"{name} takes values with names, not {words[0]}")
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    if any(nodelist.get_nodes_by_type(kind) for kind in (BlockNode, CsrfTokenNode)):
        raise TemplateSyntaxError(
            f"a block or a token of the person's in {name} would be the same for everybody"
        )
    return Fixed(nodelist, values)
