"""Covers of one series: their pictures agree, and their texts differ in a number ("Vol. 1", "Vol. 2"), or their titles
differ."""

import re
from collections.abc import Sequence

from rapidfuzz.fuzz import partial_ratio

from db.letters import letters
from db.records import TextLine

LEAST_CONFIDENCE = 0.9
"""Of both lines: a number that was misread must not part two pressings."""

LEAST_LETTERS = 3
"""Letters around a number that say that it counts something."""

LEAST_LIKENESS = 90
"""Of titles, in per cent: spelt in another way they are still one."""

_IN_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]")
_NUMBER = re.compile(r"\d+|\b[ivx]{1,4}\b")
_ROMAN = {"i": 1, "v": 5, "x": 10}


def say_different_numbers(first: Sequence[TextLine], second: Sequence[TextLine]) -> bool:
    """Whether a line of one cover is a line of the other but for its numbers, and neither says both."""
    one, other = _counted(first), _counted(second)
    return any(
        not any(_may_be_one(mine, its) for mine in one[around] for its in other[around])
        for around in one.keys() & other.keys()
        if len(around) >= LEAST_LETTERS
    )


def have_different_titles(first: str | None, second: str | None) -> bool:
    """Whether two titles are known and neither is the other with more around it, such as the name of an edition."""
    one, other = (letters(_IN_BRACKETS.sub(" ", title or "")) for title in (first, second))
    return bool(one and other) and partial_ratio(one, other) < LEAST_LIKENESS


def _may_be_one(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    """Also if one is a part of the other: a sign next to a number is misread as a digit."""
    one, other = (" ".join(map(str, numbers)) for numbers in (first, second))
    return one in other or other in one


def _counted(lines: Sequence[TextLine]) -> dict[str, set[tuple[int, ...]]]:
    """For the letters of each line with a number, the numbers that come with them."""
    found: dict[str, set[tuple[int, ...]]] = {}
    for line in lines:
        text = line.text.casefold()
        numbers = tuple(_value(number) for number in _NUMBER.findall(text))
        if numbers and line.confidence >= LEAST_CONFIDENCE:
            found.setdefault(letters(_NUMBER.sub(" ", text)), set()).add(numbers)
    return found


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    values = [_ROMAN[sign] for sign in number]
    return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))
