"""What a person makes of a manuscript before it becomes a project: which chapters, where each begins, what is spoken.

The passages of the whole manuscript are counted through from 0; a chapter is known by the passage it starts with, so
that merging and splitting leave the names of all others alone.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Self

from .manuscript import OFFERED, SPOKEN, Chapter, Kind, Manuscript, Passage

TITLE_CHARACTERS = 300
ALWAYS_SPOKEN = frozenset((Kind.PROSE, Kind.VERSE))


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter as arranged, from passage `start` to where the next one starts. `part`: see `Chapter`."""

    start: int
    title: str
    ticked: bool = True
    part: str = ""


@dataclass(frozen=True)
class Arrangement:
    """The chapters in order, the first at 0, with what is spoken in them.

    `kinds` are spoken besides prose and verse, `labels` are the speakers' names as they are printed, and `titles`
    makes each chapter's title its first line.
    """

    sections: tuple[Section, ...]
    kinds: frozenset[Kind] = frozenset()
    labels: bool = False
    titles: bool = False

    @classmethod
    def of(cls, manuscript: Manuscript) -> Self:
        """What is offered first, and what `narrate` speaks: the manuscript's own chapters, with stage directions."""
        sections, start = [], 0
        for number, chapter in enumerate(manuscript.chapters, start=1):
            if chapter.passages:
                title = (chapter.title or f"Chapter {number}")[:TITLE_CHARACTERS]
                sections.append(Section(start, title, chapter.ticked, chapter.part))
            start += len(chapter.passages)
        return cls(tuple(sections), SPOKEN - ALWAYS_SPOKEN)

    @classmethod
    def from_json(cls, kept: dict[str, Any], manuscript: Manuscript) -> Self:
        """The arrangement that `as_json` wrote, or a fresh one where it does not fit the manuscript."""
        sections = tuple(Section(*values) for values in kept.get("sections", ()))
        if not sections or sections[-1].start >= len(passages(manuscript)):
            return cls.of(manuscript)
        return cls(sections, frozenset(map(Kind, kept["kinds"])), kept["labels"], kept["titles"])

    def as_json(self) -> dict[str, Any]:
        return {
            "sections": [[one.start, one.title, one.ticked, one.part] for one in self.sections],
            "kinds": sorted(self.kinds),
            "labels": self.labels,
            "titles": self.titles,
        }

    def like(self, before: Self, old: Manuscript, new: Manuscript) -> Self:
        """This plan of a new version as a person had arranged the old one: ticks, titles, merged and split chapters."""
        own, arranged = _named(self.of(old).sections), {one.start: one for one in before.sections}
        plan = replace(self, kinds=before.kinds, labels=before.labels, titles=before.titles)
        for name, section in _named(self.sections).items():
            was = own.get(name)
            if was is not None and was.start not in arranged:
                plan = plan.merged(section.start)
            elif was is not None:
                plan = plan._with(section.start, arranged[was.start])
        said, at = passages(old), {passage.text: at for at, passage in enumerate(passages(new))}
        starts = {one.start for one in own.values()}
        for start in arranged.keys() - starts:
            place = at.get(said[start].text, 0)
            plan = plan.split(place, new)._with(place, arranged[start])
        return plan

    def _with(self, start: int, like: Section) -> Self:
        """The chapter that starts here with another one's title and tick."""
        sections = (
            replace(one, title=like.title, ticked=like.ticked) if one.start == start else one
            for one in self.sections
        )
        return replace(self, sections=tuple(sections))

    def merged(self, start: int) -> Self:
        """The chapter that starts here put to the end of the one before it; nothing where there is none."""
        kept: list[Section] = []
        for one in self.sections:
            if one.start != start or not kept:
                kept.append(one)
            elif one.ticked and not kept[-1].ticked:
                # What was to be spoken still is.
                kept[-1] = replace(kept[-1], ticked=True, part="")
        return replace(self, sections=tuple(kept))

    def split(self, at: int, manuscript: Manuscript) -> Self:
        """A new chapter from this passage on; nothing where one starts there already, or past the end."""
        every = passages(manuscript)
        if not 0 < at < len(every) or any(one.start == at for one in self.sections):
            return self
        before = self.holding(at)
        heading = every[at].text if every[at].kind is Kind.HEADING else f"{before.title}, continued"
        added = replace(before, start=at, title=heading[:TITLE_CHARACTERS])
        sections = sorted((*self.sections, added), key=lambda one: one.start)
        return replace(self, sections=tuple(sections))

    def holding(self, at: int) -> Section:
        """The chapter in which this passage stands."""
        return [one for one in self.sections if one.start <= at][-1]

    def end(self, section: Section, manuscript: Manuscript) -> int:
        """The passage after the last one of a chapter."""
        starts = (one.start for one in self.sections if one.start > section.start)
        return next(starts, len(passages(manuscript)))

    def chapters(self, manuscript: Manuscript) -> list[Chapter]:
        """Each chapter with what is spoken in it, and its scene breaks."""
        every = passages(manuscript)
        ends = [one.start for one in self.sections[1:]] + [len(every)]
        return [
            Chapter(one.title, tuple(self._spoken(one, every[one.start : end])), one.ticked, one.part)
            for one, end in zip(self.sections, ends, strict=True)
        ]

    def speaks(self, passage: Passage) -> bool:
        return passage.kind in ALWAYS_SPOKEN or passage.kind in self.kinds

    def _spoken(self, section: Section, found: Sequence[Passage]) -> Iterable[Passage]:
        if self.titles and any(map(str.isalnum, section.title)):
            yield Passage(section.title, Kind.HEADING)
        for passage in found:
            if passage.kind is Kind.BREAK:
                yield passage
            elif self.speaks(passage):
                named = self.labels and passage.speaker
                yield Passage(passage.whole, passage.kind) if named else passage


def _named(sections: Iterable[Section]) -> dict[tuple[str, int], Section]:
    """Chapters by their titles; of those with one title by which of them it is."""
    often: Counter[str] = Counter()
    found = {}
    for one in sections:
        name = one.title.casefold()
        often[name] += 1
        found[name, often[name]] = one
    return found


def passages(manuscript: Manuscript) -> tuple[Passage, ...]:
    """Everything in a manuscript, counted through."""
    return tuple(chain.from_iterable(chapter.passages for chapter in manuscript.chapters))


def beside(manuscript: Manuscript) -> dict[Kind, int]:
    """What may be spoken but is not unless somebody says so: how many there are of each kind."""
    counts = Counter(passage.kind for passage in passages(manuscript))
    return {kind: counts[kind] for kind in OFFERED if counts[kind]}
