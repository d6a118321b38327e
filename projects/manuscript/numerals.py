"""Numbers as chapter headings write them: 4, IV, Four, Fourth, 四. Only up to a few hundred, only for headings."""

import re

ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
TEENS = "seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth last"
)
FOREIGN = (
    "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf un une deux trois quatre cinq six sept huit "
    "neuf dix onze douze premier première uno dos tres cuatro cinco seis siete ocho nueve diez primero primera "
    "primo prima secondo terzo quarto quinto due tre quattro cinque sei sette otto nove dieci"
)
UNITS = (
    "one|two|three|four|five|six|seven|eight|nine|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
)
SIMPLE = "|".join(sorted(f"{ONES} {TEENS} {TENS} {ORDINALS} {FOREIGN}".split(), key=len, reverse=True))
COMPOUND = rf"(?:{'|'.join(TENS.split())})[- ](?:{UNITS})"
# Case is ignored where this is used, so Roman numerals are checked by `value` afterwards.
PATTERN = rf"(?:\d{{1,4}}|{COMPOUND}|{SIMPLE}|[IVXLCDM]{{1,9}})"
HAN = "〇零一二三四五六七八九十百千两兩壹贰叁肆伍陆柒捌玖拾"
HAN_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "两": 2,
    "兩": 2,
}
ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,4})(?:XC|XL|L?X{0,4})(?:IX|IV|V?I{0,4})\Z")
ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def value(text: str) -> int:
    """The number of an Arabic, Roman or Han numeral; 0 when it is none."""
    text = text.translate(FULL_WIDTH)
    if text.isascii() and text.isdigit():
        return int(text)
    if text and ROMAN.match(text):
        return _roman(text)
    if text and all(character in HAN for character in text):
        return _han(text)
    return 0


def _roman(text: str) -> int:
    total = 0
    for digit, after in zip(text, [*text[1:], ""], strict=True):
        step = ROMAN_DIGITS[digit]
        total += -step if after and ROMAN_DIGITS[after] > step else step
    return total


def _han(text: str) -> int:
    if not any(character in "十百千拾" for character in text):
        digits = [HAN_DIGITS.get(character, 0) for character in text]
        return int("".join(map(str, digits)))
    total, digit = 0, 0
    for character in text:
        scale = {"十": 10, "拾": 10, "百": 100, "千": 1000}.get(character, 0)
        if scale:
            total += (digit or 1) * scale
            digit = 0
        else:
            digit = HAN_DIGITS.get(character, 0)
    return total + digit
