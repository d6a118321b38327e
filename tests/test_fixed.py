"""Parts of pages that are drawn once for what they are told."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from narrator import fixed


def test_a_part_is_drawn_once_for_each_language_and_each_of_its_values() -> None:
    inside = "{% if may %}{% translate 'Edit' %}{% endif %} {{ who }}{{ LANGUAGE_CODE }}"
    part = Template(f"{{% fixed may=may_edit %}}{inside}{{% endfixed %}}")
    told = [part.render(Context({"may_edit": may, "who": "Ada"})) for may in (True, False, True)]
    assert told == ["Edit en", " en", "Edit en"], "nothing else is known in it"
    with translation.override("zh-hans"):
        assert part.render(Context({"may_edit": True})) == "编辑 zh-hans"
    (node,) = part.nodelist.get_nodes_by_type(fixed.Fixed)
    assert len(node._drawn) == 3


def test_what_is_written_in_it_is_escaped_as_elsewhere() -> None:
    part = Template("{% fixed title=title %}{{ title }}{% endfixed %}")
    assert part.render(Context({"title": "<b>"})) == "&lt;b&gt;"


def test_it_keeps_no_more_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed, "MOST_KEPT", 2)
    part = Template("{% fixed n=n %}{{ n }}{% endfixed %}")
    assert [part.render(Context({"n": str(n)})) for n in (1, 2, 3, 1)] == ["1", "2", "3", "1"]
    (node,) = part.nodelist.get_nodes_by_type(fixed.Fixed)
    assert len(node._drawn) == 2


@pytest.mark.parametrize(
    "inside",
    ["{% csrf_token %}", "{% block head %}{% endblock %}", "{% if 1 %}{% csrf_token %}{% endif %}"],
)
def test_what_is_not_the_same_for_everybody_is_refused(inside: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="for everybody"):
        Template(f"{{% fixed %}}{inside}{{% endfixed %}}")


def test_only_what_has_a_name_and_no_parts_is_taken() -> None:
    with pytest.raises(TemplateSyntaxError, match="may_edit"):
        Template("{% fixed may_edit %}{% endfixed %}")
    with pytest.raises(TypeError, match="who in a fixed part is a tuple"):
        Template("{% fixed who=who %}{% endfixed %}").render(Context({"who": ("Ada",)}))
