"""The title and author that a file's properties give, where a person wrote them and not a program."""

import re

from .joining import tidy

NO_TITLE = re.compile(
    r"Microsoft Word - |.*\.\w{3,4}\Z|(?:untitled|document|unbenannt|print|slide)\s?\d*\Z", re.IGNORECASE
)
NO_AUTHOR = re.compile(
    r"python-docx|apache poi|microsoft|windows|libreoffice|admin|unknown|un-?named|(?:.*\b)?(?:user|owner)\Z",
    re.IGNORECASE,
)


def title(words: str) -> str:
    words = tidy(words)
    return "" if NO_TITLE.match(words) else words[:200]


def author(words: str) -> str:
    words = tidy(words)
    return "" if NO_AUTHOR.match(words) else words[:200]
