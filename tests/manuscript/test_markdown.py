"""Markdown: words without their marks, headings as chapters."""

from projects.manuscript import reading
from projects.manuscript.manuscript import Kind, Manuscript


def read(text: str, name: str = "my_file-name.md") -> Manuscript:
    return reading.read_bytes(text.encode(), name)


def test_front_matter_and_second_level_chapters() -> None:
    manuscript = read(
        '---\ntitle: "A Guide"\nauthor: Ann\nlang: en\n---\n\n## One\n\nText a.\n\n## Two\n\n### Sub\n\nText b.\n'
    )
    assert (manuscript.title, manuscript.author, manuscript.language) == ("A Guide", "Ann", "en")
    assert [(c.title, c.paragraphs) for c in manuscript.chapters] == [
        ("One", ("Text a.",)),
        ("Two", ("Text b.",)),
    ]
    assert manuscript.kinds[Kind.HEADING] == 1


def test_one_top_heading_is_the_title_and_setext_headings_count() -> None:
    manuscript = read("The Book\n========\n\nOpening words.\n\nOne\n---\n\nText a.\n\nTwo\n---\n\nText b.\n")
    assert manuscript.title == "The Book"
    assert [(c.title, c.paragraphs) for c in manuscript.chapters] == [
        ("The Book", ("Opening words.",)),
        ("One", ("Text a.",)),
        ("Two", ("Text b.",)),
    ]


def test_no_heading_takes_the_file_name() -> None:
    manuscript = read("Just *one* paragraph.")
    assert manuscript.title == "My file name"
    assert [c.paragraphs for c in manuscript.chapters] == [("Just one paragraph.",)]


def test_marks_links_code_comments_and_notes_are_not_spoken() -> None:
    manuscript = read(
        "A **bold** [link](http://example.org/a_(b)) and `code` with ![picture](a.png) end.[^1]\n\n"
        "<!-- hidden\n\nstill hidden -->\n\n```python\nprint(1)\n```\n\n- [x] done\n- open\n\n"
        "| a | b |\n|---|---|\n| c | d |\n\n---\n\n> Quoted\n> words.\n\n"
        "<aside class='x'>\n  Said [here](http://example.org).\n</aside>\n\n[^1]: The note\n    goes on.\n\nLast.\n"
    )
    assert manuscript.chapters[0].paragraphs == (
        "A bold link and code with end.",
        "done",
        "open",
        "a, b",
        "c, d",
        "Quoted words.",
        "Said here.",
        "Last.",
    )
    assert [one.text for one in manuscript.chapters[0].passages if one.kind is Kind.NOTE] == [
        "The note goes on."
    ]
    assert "1 code block is not read aloud." in manuscript.notes


def test_an_indented_first_line_is_prose_and_not_code() -> None:
    manuscript = read("    It was a dark night, and it rained.\n\n    let x = {1};\n")
    assert manuscript.chapters[0].paragraphs == ("It was a dark night, and it rained.",)
