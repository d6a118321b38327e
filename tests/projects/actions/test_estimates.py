"""What generating would cost: exact in characters and money, about right in minutes, and two queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.actions import claims, estimates, paragraphs, takes
from projects.models import Paragraph, Price, Script, Take
from projects.models.money import MICRO, cost_micro
from tests import factories
from tests.cast import Cast

# The endpoint's official sample: 103 code points, 92 of them Han, billed as 195 (contract 4.2).
SAMPLE = (
    "那我来给大家推荐一款T恤，这款呢真的是超级好看，这个颜色呢很显气质，而且呢也是搭配的绝佳单品，"
    "大家可以闭眼入，真的是非常好看，对身材的包容性也很好，不管啥身材的宝宝呢，穿上去都是很好看的。推荐宝宝们下单哦。"
)


def edit(line: Paragraph, text: str, **fields: str) -> None:
    line.text = text
    for name, value in fields.items():
        setattr(line, name, value)
    paragraphs.edit(line, project=line.script.project, by=None)


def missing(script: Script) -> estimates.Estimate:
    return estimates.estimate(script.paragraphs.missing(), script.project)


@pytest.mark.parametrize(
    ("characters", "per_10k_micro", "cost"),
    [
        (195, 800_000, 15_600),
        (10_000, 800_000, 800_000),
        (0, 800_000, 0),
        (1, 114_682, 12),  # 11.4682 millionths: a part of one counts whole
        (10_000, 114_682, 114_682),
        (5, 0, 0),
    ],
)
def test_a_cost_is_exact_and_never_too_low(characters: int, per_10k_micro: int, cost: int) -> None:
    assert cost_micro(characters, per_10k_micro) == cost


def test_the_official_sample_is_billed_as_documented(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    edit(script.paragraphs.get(), f"  {SAMPLE}\n", language="Chinese")
    found = missing(script)
    assert (len(SAMPLE), found.lines, found.characters, found.amount_micro) == (103, 1, 195, 15_600)
    assert (found.amount, found.length) == ("¥ 0.02", "under a minute")
    assert found.minutes == pytest.approx(103 / 240)


def test_the_sentence_is_the_one_of_the_design(cast: Cast) -> None:
    Price.objects.create(team=cast.team, per_10k_micro=1_172_500, confirm_above_micro=4 * MICRO)
    script = factories.script(cast.team, lines=412, language="English")
    for line in script.paragraphs.all()[:1]:
        edit(line, "x" * (34_967 - missing(script).characters + len(line.text)))
    found = missing(script)
    assert str(found) == "412 lines, about 39 minutes of speech, ¥ 4.10"
    assert found.asks_first


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.2, "under a minute"),
        (1.0, "about 1 minute"),
        (37.2, "about 38 minutes"),
        (200.0, "about 3 h 20 min"),
    ],
)
def test_lengths_are_written_as_people_say_them(minutes: float, words: str) -> None:
    assert estimates.Estimate(1, 1, 1, "CNY", minutes, 1).length == words


def test_only_what_would_be_called_is_counted(cast: Cast) -> None:
    script = factories.script(cast.team, lines=6)
    ready, spoken_elsewhere, one, equal, waits, edited = script.paragraphs.select_related("script__project")
    factories.ready(ready)
    edit(spoken_elsewhere, ready.text)
    edit(equal, one.text)
    takes.request(script, [waits], by=None)
    factories.ready(edited)
    edit(Paragraph.objects.get(pk=edited.pk), "Now it says this.")
    found = missing(script)
    assert (found.lines, found.characters) == (2, len(one.text) + len("Now it says this."))
    assert claims.claim(worker="test") is not None  # what waited is being made
    assert missing(script) == found
    both = estimates.estimate(script.paragraphs.missing(), script.project, with_waiting=True)
    assert (both.lines, both.characters) == (3, found.characters + len(waits.text))
    Take.objects.filter(paragraph=waits).update(status="failed", error_reason="It failed.", claim_token=None)
    assert missing(script).lines == 3


def test_a_long_line_costs_its_characters_whatever_it_is_cut_into(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    text = " ".join(f"This is sentence number {n} of a long paragraph." for n in range(60))
    edit(script.paragraphs.get(), text)
    assert missing(script).characters == len(text) > 600


def test_the_language_sets_the_pace_and_auto_looks_at_the_script(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1, language="Auto")
    line = script.paragraphs.get()
    for text, language, minutes in (
        ("a" * 920, "", 1.0),
        ("字" * 240, "", 1.0),
        ("字" * 350, "Japanese", 1.0),
        ("ab" * 450, "German", 1.0),
    ):
        edit(line, text, language=language)
        assert missing(script).minutes == pytest.approx(minutes)


def test_it_takes_four_queries_for_three_lines_and_for_three_hundred(cast: Cast) -> None:
    for lines in (3, 300):
        script = factories.script(cast.team, lines=lines)
        with CaptureQueriesContext(connection) as queries:
            found = missing(script)
        assert (found.lines, len(queries)) == (lines, 4)
