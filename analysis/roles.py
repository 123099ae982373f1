"""Headline or part: which of the values that a report states for an indicator and a year is the unit's total.

How it is decided: ``spec/annotation.md``, "What counts".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.catalogue import Indicator
from analysis.passages import Sentence
from analysis.periods import Period
from analysis.quantities import Quantity
from analysis.scenes import Scene


@dataclass(slots=True)
class Draft:
    """A mention before its role is known.

    ``part``: its own words make it one. ``limited``: they name one kind or place. ``among``: 其中 stands before it.
    ``total``: 2 where they call it the sum, 1 where they call it the year's. ``no``: the words that must not stand by
    a number that goes on with it. ``carried``: it took its words from another number.
    """

    indicator: Indicator
    rule: str
    quantity: Quantity
    period: Period
    scope: str
    basis: str
    sentence: Sentence
    part: bool = False
    total: int = 0
    limited: bool = False
    among: bool = False
    no: int = 0
    implied: bool = False
    carried: bool = False
    status: str = ""


# themes where one kind or one place among many is usual, and is no total of the unit
LIMITED_THEMES = frozenset({"mediation", "disputes"})


def headline(group: Sequence[Draft]) -> Draft | None:
    """The one value that is the unit's total for the year, or none: annotation.md, "What counts"."""
    whole = [d for d in group if not d.part and not (d.among and _follows_own(group, d))]
    if len(whole) > 1:
        whole = [d for d in whole if not d.limited] or whole
    if len(whole) == 1:
        only = whole[0]
        return None if only.limited and only.indicator.theme in LIMITED_THEMES else only
    if not whole:
        return None
    for basis in whole[0].indicator.headline_basis:
        said = [d for d in whole if d.basis == basis]
        if said:
            whole = said
            break
    if len(whole) == 1:
        return whole[0]
    return _total(whole) or _widest(whole)


def _follows_own(group: Sequence[Draft], draft: Draft) -> bool:
    """Whether 其中 before a value refers to a value of the same indicator: 行政应诉47件，其中败诉6件 is the whole of what was lost."""
    first = min(d.quantity.start for d in group if d.sentence is draft.sentence)
    return first < draft.quantity.start or any(
        d.sentence.paragraph == draft.sentence.paragraph and d.quantity.start < draft.quantity.start for d in group
    )


def _total(whole: Sequence[Draft]) -> Draft | None:
    """Of several values the one called the sum, else the one called the year's that is no smaller than the rest, else the sum of the rest."""
    summed = [d for d in whole if d.total == 2]
    if len(summed) == 1:
        return summed[0]
    if whole[0].indicator.kind in ("rate", "score") or any(d.quantity.value is None for d in whole):
        yearly = [d for d in whole if d.total]
        return yearly[0] if len(yearly) == 1 else None
    rest = sum(d.quantity.value for d in whole)
    yearly = [d for d in whole if d.total and 2 * d.quantity.value >= rest]
    if len(yearly) == 1:
        return yearly[0]
    largest = max(whole, key=lambda d: d.quantity.value)
    if len(whole) > 2 and abs(2 * largest.quantity.value - rest) < 1e-9:
        return largest
    alone = not any(d.sentence is largest.sentence for d in whole if d is not largest)
    second = sorted(d.quantity.value for d in whole)[-2]
    leads = largest.quantity.value >= 2 * second or (len(whole) > 2 and 2 * largest.quantity.value >= rest)
    return largest if alone and leads and largest.quantity.value > second else None


def _widest(whole: Sequence[Draft]) -> Draft | None:
    """Of several values the only one that is told of the whole area; a count only where no other is larger."""
    areas = [d for d in whole if d.scope == "area"]
    if len(areas) != 1 or any(d.quantity.value is None for d in whole):
        return None
    largest = max(d.quantity.value for d in whole)
    return areas[0] if whole[0].indicator.kind in ("rate", "score") or areas[0].quantity.value == largest else None


LEAST = 10  # small numbers add up by chance


def sums(scene: Scene) -> dict[int, int]:
    """For each number its whole, where consecutive numbers of one measure add up to the number before them exactly."""
    found: dict[int, int] = {}
    numbers = scene.quantities
    for i, whole in enumerate(numbers):
        if whole.value is None or not whole.measure or whole.measure == "percent" or i in found:
            continue
        total, parts = 0, []
        for j in range(i + 1, len(numbers)):
            part = numbers[j]
            if part.measure not in (whole.measure, ""):
                if part.measure == "percent":
                    continue
                break
            if part.value is None:
                break
            total, parts = total + part.value, [*parts, j]
            if total >= whole.value:
                break
        if total == whole.value >= LEAST and len(parts) >= 2:
            found.update(dict.fromkeys(parts, i))
    return found
