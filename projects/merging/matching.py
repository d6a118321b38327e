"""Which paragraphs of one text are which of another: equal ones first, moved ones, then the ones that were reworded.

Equal paragraphs that occur once are anchors (patience diff). Reworded ones are looked for only between anchors, and by
rare turns of phrase over the whole book. So the work grows with the book, and with its square only inside small gaps.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from .words import bag, likeness, sound

# A gap of so many pairs is compared word by word; larger ones only by rare turns of phrase.
SMALL_GAP = 400
# Equal paragraphs that are no anchors are looked for by difflib in gaps of at most so many pairs.
LARGEST_EXACT_GAP = 4_000_000
# A paragraph of so many letters is recognised elsewhere in the book; shorter ones only beside such a one.
MOVED_LETTERS = 24
# How alike two texts must be to be versions of each other: in one place, and anywhere in the book.
ALIKE_HERE, ALIKE_ANYWHERE = 0.45, 0.6
# What a neighbour must add to a likeness to be a part of the same paragraph.
PART = 0.04
RARE, TURNS, CANDIDATES = 8, 8, 4
# So many unlike paragraphs that stand in the place of as many others are those, rewritten.
REWRITTEN = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Paragraphs of the one text that are the ones of the other: one each, or more where it was split or merged."""

    one: tuple[int, ...]
    other: tuple[int, ...]


def match(one: Sequence[str], other: Sequence[str]) -> list[Group]:
    """The paragraphs of two texts that belong together, in the order of the first; the others are in no group."""
    a, b = [sound(text) for text in one], [sound(text) for text in other]
    pairs = _in_order(a, b)
    _moved(a, b, pairs)
    equal = set(pairs)
    _reworded(one, other, pairs)
    _rewritten(len(one), len(other), pairs)
    return _with_parts(one, other, pairs, equal)


def longest_rise(values: Sequence[int]) -> set[int]:
    """The places of a longest subsequence that only rises."""
    tails: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        at = bisect_left(tails, value)
        if at == len(tails):
            tails.append(value)
            places.append(place)
        else:
            tails[at], places[at] = value, place
        before.append(places[at - 1] if at else -1)
    found: set[int] = set()
    place = places[-1] if places else -1
    while place >= 0:
        found.add(place)
        place = before[place]
    return found


def _in_order(a: Sequence[str], b: Sequence[str]) -> dict[int, int]:
    """Equal paragraphs that stand in the same order."""
    pairs: dict[int, int] = {}
    waiting = [(0, len(a), 0, len(b))]
    while waiting:
        a0, a1, b0, b1 = waiting.pop()
        while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
            pairs[a0] = b0
            a0, b0 = a0 + 1, b0 + 1
        while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
            a1, b1 = a1 - 1, b1 - 1
            pairs[a1] = b1
        if a0 == a1 or b0 == b1:
            continue
        anchors = _anchors(a, b, (a0, a1, b0, b1))
        for i, j in anchors:
            waiting.append((a0, i, b0, j))
            pairs[i] = j
            a0, b0 = i + 1, j + 1
        if anchors:
            waiting.append((a0, a1, b0, b1))
        elif (a1 - a0) * (b1 - b0) <= LARGEST_EXACT_GAP and not set(a[a0:a1]).isdisjoint(b[b0:b1]):
            found = SequenceMatcher(None, a[a0:a1], b[b0:b1], autojunk=False)
            for i, j, size in found.get_matching_blocks():
                pairs |= {a0 + i + n: b0 + j + n for n in range(size)}
    return pairs


def _anchors(a: Sequence[str], b: Sequence[str], gap: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """The paragraphs that occur once on both sides of a gap and stand in the same order."""
    a0, a1, b0, b1 = gap
    once_b = _once(b, range(b0, b1))
    both = [(i, once_b[text]) for text, i in _once(a, range(a0, a1)).items() if text in once_b]
    rising = longest_rise([j for _, j in both])
    return [pair for place, pair in enumerate(both) if place in rising]


def _once(texts: Sequence[str], places: Iterable[int]) -> dict[str, int]:
    """The texts that stand in these places once, with their places, in order."""
    found: dict[str, int] = {}
    often = set()
    for place in places:
        text = texts[place]
        if text in found:
            often.add(text)
        found[text] = place
    return {text: place for text, place in found.items() if text not in often}


def _moved(a: Sequence[str], b: Sequence[str], pairs: dict[int, int]) -> None:
    """Add the equal paragraphs that stand elsewhere: long ones, and short ones that stand beside a long one."""
    taken = set(pairs.values())
    left: dict[str, list[int]] = defaultdict(list)
    for j, text in enumerate(b):
        if j not in taken and len(text) >= MOVED_LETTERS:
            left[text].append(j)
    fresh = []
    for i, text in enumerate(a):
        if i not in pairs and left.get(text):
            pairs[i] = left[text].pop(0)
            fresh.append(i)
    taken = set(pairs.values())
    for i in fresh:
        for step in (-1, 1):
            n, m = i + step, pairs[i] + step
            while 0 <= n < len(a) and 0 <= m < len(b) and n not in pairs and m not in taken and a[n] == b[m]:
                pairs[n] = m
                taken.add(m)
                n, m = n + step, m + step


def _reworded(one: Sequence[str], other: Sequence[str], pairs: dict[int, int]) -> None:
    """Add the paragraphs that are alike, the most alike first: in one gap, or by rare turns anywhere."""
    taken = set(pairs.values())
    left = [i for i in range(len(one)) if i not in pairs]
    free = [j for j in range(len(other)) if j not in taken]
    if not left or not free:
        return
    near = set(_near(len(one), len(other), pairs))
    found = []
    for i, j in near | set(_sharing(one, other, left, free)):
        alike = likeness(bag(one[i]), bag(other[j]))
        here = (i, j) in near
        if alike >= (ALIKE_HERE if here else ALIKE_ANYWHERE):
            found.append((-alike - 0.1 * here, i, j))
    for _, i, j in sorted(found):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)


def _gaps(one: int, other: int, pairs: dict[int, int]) -> Iterable[tuple[range, range]]:
    """What is unmatched between two neighbours on both sides: the places in the one, and in the other text."""
    taken = set(pairs.values())
    i = 0
    while i < one:
        if i in pairs:
            i += 1
            continue
        start, i = i, i + 1
        while i < one and i not in pairs:
            i += 1
        j = pairs[start - 1] + 1 if start else 0
        upto = j
        while upto < other and upto not in taken:
            upto += 1
        if upto == j and i < one:  # what stands before moved away: go by what stands behind
            upto = j = pairs[i]
            while j and j - 1 not in taken:
                j -= 1
        if upto > j:
            yield range(start, i), range(j, upto)


def _near(one: int, other: int, pairs: dict[int, int]) -> Iterable[tuple[int, int]]:
    for here, there in _gaps(one, other, pairs):
        if len(here) * len(there) <= SMALL_GAP:
            yield from ((i, j) for i in here for j in there)


def _sharing(
    one: Sequence[str], other: Sequence[str], left: Sequence[int], free: Sequence[int]
) -> Iterable[tuple[int, int]]:
    """Pairs that share turns of two words which are rare among what is left: the few that share most of them."""
    holding: dict[str, list[int]] = defaultdict(list)
    for j in free:
        for turn in _turns(other[j]):
            holding[turn].append(j)
    for i in (i for i in left if len(one[i]) >= MOVED_LETTERS):
        known = [holding[turn] for turn in _turns(one[i]) if turn in holding]
        rare = sorted((there for there in known if len(there) <= RARE), key=len)[:TURNS]
        votes = Counter(j for there in rare for j in there)
        yield from ((i, j) for j, _ in votes.most_common(CANDIDATES))


def _turns(text: str) -> set[str]:
    """Each two words of a text that follow each other."""
    words = [word for word in text.casefold().split() if word]
    if len(words) < 2:  # no spaces: a turn is three letters
        return {text[at : at + 3] for at in range(len(text) - 2)}
    return {f"{first} {second}" for first, second in pairwise(words)}


def _rewritten(one: int, other: int, pairs: dict[int, int]) -> None:
    """Add paragraphs that stand in the place of as many others, however unlike they are."""
    behind = {j: i for i, j in pairs.items()}
    for here, there in list(_gaps(one, other, pairs)):
        starts = pairs.get(here.start - 1) == there.start - 1 if here.start else there.start == 0
        ends = there.stop == other if here.stop == one else behind.get(there.stop) == here.stop
        if len(here) == len(there) <= REWRITTEN and starts and ends:
            pairs.update(zip(here, there, strict=True))


def _with_parts(
    one: Sequence[str], other: Sequence[str], pairs: dict[int, int], equal: set[int]
) -> list[Group]:
    """The groups of these pairs, with the neighbours that a split or a merge has left without a partner."""
    free_one = {i for i in range(len(one)) if i not in pairs}
    free_other = set(range(len(other))) - set(pairs.values())
    groups = []
    for i, j in sorted(pairs.items()):
        if i in equal or not (free_one or free_other):
            groups.append(Group((i,), (j,)))
            continue
        there = _grown([j], other, free_other, bag(one[i]))
        here = _grown([i], one, free_one, bag(other[j])) if len(there) == 1 else [i]
        groups.append(Group(tuple(here), tuple(there)))
    return groups


def _grown(at: list[int], texts: Sequence[str], free: set[int], whole: Counter[str]) -> list[int]:
    """These places with their free neighbours, as long as each makes them more alike the whole."""
    found = list(at)
    words = sum((bag(texts[place]) for place in at), Counter())
    alike, grows = likeness(words, whole), True
    while grows:
        grows = False
        for place in (found[-1] + 1, found[0] - 1):
            more = words + bag(texts[place]) if place in free else words
            if place in free and likeness(more, whole) >= alike + PART:
                words, alike, grows = more, likeness(more, whole), True
                free.discard(place)
                found = sorted((*found, place))
    return found
