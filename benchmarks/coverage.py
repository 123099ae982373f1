"""How often the intervals of `agreement` hold what is true: python benchmarks/coverage.py [SAMPLES]

Draws samples of data/raw again and again, with its facts in place of the coders: a pair's true answer is what
facts.csv gives its report and indicator, as far as the sentence holds that number or the reader took it from there.
Prints for each size of sample how many intervals hold the precision and the recall of the whole frame, and how wide
they are.
"""

from __future__ import annotations

import csv
import statistics
import sys
from collections import defaultdict
from pathlib import Path

from analysis import sample
from analysis.quantities import find_quantities
from analysis.sample import MASKED, Answer, Pair

RAW = Path(__file__).parent.parent / "data/raw"


def truth(pairs: list[Pair]) -> dict[tuple[str, int, str], Answer]:
    facts: defaultdict[tuple[str, str], set[float]] = defaultdict(set)
    with (RAW / "facts.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["value"]:
                facts[row["doc"], row["indicator"]].add(round(float(row["value"]), 6))
    answers = {}
    for pair in pairs:
        numbers = {round(float(q.value), 6) for q in find_quantities(pair.sentence) if q.value is not None}
        stated = facts[pair.doc, pair.indicator] & (numbers | set(pair.found))
        answers[of(pair)] = tuple(sorted(stated)) + ((MASKED,) if MASKED in pair.found else ())
    return answers


def of(pair: Pair) -> tuple[str, int, str]:
    return pair.doc, pair.start, pair.indicator


def main(samples: int) -> None:
    pairs = list(sample.frame(RAW, ("indicator", "tier")))
    answers = truth(pairs)
    found = [pair for pair in pairs if pair.part == "found"]
    right = sum(pair.found == answers[of(pair)] for pair in found)
    true = right / len(found), right / sum(bool(answer) for answer in answers.values())
    print(f"{len(pairs)} pairs, precision {true[0]:.1%}, recall {true[1]:.1%}")
    for count in (300, 800):
        held, widths = [0, 0], ([], [])
        for seed in range(samples):
            drawn, sizes = sample.chosen(pairs, count, seed)
            judged = {n: answers[of(pair)] for n, pair in enumerate(drawn, 1)}
            weight = sample.weights(drawn, judged)
            rows = [(pair, judged[n], weight[n]) for n, pair in enumerate(drawn, 1)]
            for at, each in enumerate(sample.estimated(rows, sample.together(sizes.values()))):
                held[at] += each.low <= true[at] <= each.high
                widths[at].append(each.high - each.low)
        for at, name in enumerate(("precision", "recall")):
            print(f"{count} pairs, {name}: {held[at] / samples:.0%} hold it, {statistics.mean(widths[at]):.1%} wide")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
