"""Which language a text is in."""

import pytest

from projects.manuscript import language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The dog and the cat were in the house that had been sold to him.", "en"),
        ("Der Hund und die Katze waren in dem Haus, das nicht mit ihm verkauft war.", "de"),
        ("Le chien et la maison que les gens ont dans une rue qui est pas pour elle.", "fr"),
        ("El perro y la casa que los vecinos tenían en una calle por las tardes con su madre.", "es"),
        ("メロスは激怒した。必ず、かの王を除かなければならぬ。", "ja"),
        ("我在年青時候也曾經做過許多夢，這是他們說的。", "zh-Hant"),
        ("我在年青时候也曾经做过许多梦，这是他们说的。", "zh-Hans"),
        ("Все счастливые семьи похожи друг на друга.", "ru"),
        ("모든 행복한 가정은 서로 닮았다.", "ko"),
        ("Xyzzy plugh", ""),
        ("", ""),
    ],
)
def test_guess(text: str, code: str) -> None:
    assert language.guess(text) == code


@pytest.mark.parametrize(
    ("name", "code"), [("English", "en"), ("en_GB", "en-GB"), ("zh-Hant", "zh-Hant"), ("und", ""), ("?", "")]
)
def test_code(name: str, code: str) -> None:
    assert language.code(name) == code
