import importlib
import pkgutil

import pytest
from django.utils.translation import override

import projects
from narrator import sentences
from projects.sentences import gettext_noop, ngettext_lazy

KEPT = gettext_noop("For tests: %(name)s was cut by %(said_who)s")
COUNTED = ngettext_lazy("For tests: %(count)s line of 100%%", "For tests: %(count)s lines of 100%%")


def all_marked():
    """Every marked sentence of every module, in each of its wordings."""
    for module in pkgutil.walk_packages(projects.__path__, "projects."):
        if not any(part in module.name for part in (".migrations", ".standin", ".management")):
            importlib.import_module(module.name)
    for table in sentences.KNOWN:
        for one, many in list(table.items()):
            yield one, one
            if many:
                yield one, many


def test_a_kept_sentence_is_found_again_with_its_values():
    known = sum(map(len, sentences.KNOWN))
    text = KEPT % {"name": "Ada (Lovelace)\nByron", "said_who": "the narrator"}
    sentence, plural, values = sentences._made_of(text, known)
    assert (sentence, plural) == (KEPT, None)
    assert values == {"name": "Ada (Lovelace)\nByron", "said_who": "the narrator"}
    assert COUNTED.of(1) == "For tests: 1 line of 100%"
    assert sentences._made_of(COUNTED.of(1200), known)[1:] == (COUNTED.plural, {"count": "1,200"})


def test_each_marked_sentence_is_found_again_and_no_other():
    marked = list(all_marked())
    known = sum(map(len, sentences.KNOWN))
    for sentence, wording in marked:
        names = sentences._PLACEHOLDER.findall(wording)
        text = wording % {name: "1,200" if name == "count" else f"¤{n}" for n, name in enumerate(names)}
        found, _, values = sentences._made_of(text, known)
        assert found == sentence, f"{wording!r} reads like {found!r}"
        assert set(values) == set(names)


@pytest.mark.parametrize("language", ["en", "en-gb"])
def test_in_english_nothing_is_looked_up(language):
    with override(language):
        assert sentences.said("Waiting") == "Waiting"
        assert sentences.said("") == ""


def test_what_is_no_marked_sentence_stays_as_it_is():
    with override("zh-hans"):
        assert sentences.said("No page has ever said this.") == "No page has ever said this."
        assert sentences.english("Take") == "Take"
