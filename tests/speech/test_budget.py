import pytest

from projects.speech.budget import Budget, billing_characters, is_han

OFFICIAL_SAMPLE = (
    "那我来给大家推荐一款T恤，这款呢真的是超级好看，这个颜色呢很显气质，而且呢也是搭配的绝佳单品，大家可以闭眼入，"
    "真的是非常好看，对身材的包容性也很好，不管啥身材的宝宝呢，穿上去都是很好看的。推荐宝宝们下单哦。"
)


def test_the_official_sample_costs_what_the_documentation_says() -> None:
    assert len(OFFICIAL_SAMPLE) == 103
    assert billing_characters(OFFICIAL_SAMPLE) == 195


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("", 0),
        ("abc 1.", 6),
        ("汉字", 4),
        ("，。！", 3),
        ("かな カナ", 5),
        ("한국어", 3),
        ("Ａ１", 2),
        ("😀", 1),
        ("漢字とkana", 9),
    ],
)
def test_han_counts_two_and_everything_else_one(text: str, cost: int) -> None:
    assert billing_characters(text) == cost


@pytest.mark.parametrize(
    "point",
    [
        0x3400,
        0x4DBF,
        0x4E00,
        0x9FFF,
        0x20000,
        0x2A6DF,
        0x2A700,
        0x2CEA1,
        0x2EBE0,
        0x2EBF0,
        0x30000,
        0x3134A,
        0x31350,
        0x323AF,
        0xF900,
        0xFA6D,
        0xFAD9,
        0x2F800,
        0x2FA1D,
        0x3005,
        0x3007,
        0x2E80,
        0x2FD5,
    ],
)
def test_extensions_and_compatibility_ideographs_are_han(point: int) -> None:
    assert is_han(chr(point))


@pytest.mark.parametrize(
    "point",
    [
        0x2E7F,
        0x2E9A,
        0x2FD6,
        0x3001,
        0x3002,
        0x3040,
        0x30FF,
        0x3100,
        0x33FF,
        0x4DC0,
        0xA000,
        0xAC00,
        0xF8FF,
        0xFADA,
        0xFF0C,
        0x1F600,
        0x2FA1E,
        0x10FFFF,
        0x41,
    ],
)
def test_neighbours_of_han_are_not_han(point: int) -> None:
    assert not is_han(chr(point))


def test_each_unit_measures_its_own_way() -> None:
    text = "a汉é😀"
    assert Budget(unit="bytes").measure(text) == 1 + 3 + 2 + 4
    assert Budget(unit="weighted").measure(text) == 5
    assert Budget(unit="characters").measure(text) == 4
    assert Budget().measure("\ud800") == 3  # a lone surrogate is measured, not a crash


def test_the_limit_itself_fits() -> None:
    assert Budget().fits("a" * 600)
    assert not Budget().fits("a" * 601)
    assert Budget().fits("汉" * 200)
    assert not Budget().fits("汉" * 200 + "a")


@pytest.mark.parametrize("options", [{"limit": 0}, {"limit": -1}, {"limit": 15}, {"unit": "tokens"}])
def test_a_budget_that_cannot_work_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="budget"):
        Budget(**options)  # type: ignore[arg-type]
