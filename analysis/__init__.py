"""Rule-of-law reports of China's governments, turned into a tidy table of indicators.

A file becomes a report, its text yields quantities, quantities become mentions of indicators, mentions become a
tidy table; figures, evidence and slides hang off the table. One module a noun:

    reports      a file of any known format -> Report (readers/: one file a format)
    places       whose report it is: unit, level, province, city, county, year, published
    quantities   the grammar of Chinese numbers with measure words
    catalogue    the indicators and how officials word them (indicators/: one TOML a theme)
    statements   what kind of statement a number makes: achieved, a change, a target, another body's
    shortcomings what a report states as its own problems
    outline      which of the five customary parts a report has
    unnumbered   figures that a report speaks of without a number
    roles        which of several values is the unit's total
    mentions     a quantity and the words around it -> an indicator, or nothing
    corrections  what people decided about a corpus, as data
    checks       what does not add up
    ratios       rates that follow from two counts of one report
    datapackage  the tables described for other programs
    pool         reports read in workers held to bounds (store: what was read; staging: files whole or not there)
    table        what reports state -> the tables, one value for each key
    formulas     text that a spreadsheet would take for a formula, kept as text in CSV
    difference   two sets of tables compared
    absence      a panel in which every cell says why it has a value or none
    context      counts divided by a table of the user's own: per head, per case
    roster       who was expected to report, and who did
    terms        what unmatched quantities count, and drafts of catalogue entries from them
    scores       how well what was found agrees with reference answers
    charts       the tables -> figures (series: what may be compared; captions: the words; canvas: the look)
    deck         an empty deck of slides in our look (slides: the tables -> findings with charts that can be edited)
    export       the tables -> Excel, wide CSV, Stata
    review       the values for people to check in a workbook, and what they filled in as corrections
    sample       a blind sample for coders, and what their answers show of the reader
    evidence     a report's text with its figures marked; the page with the words behind every value

    import analysis as fz
    fz.read_report(path)  fz.read_reports(path)  fz.report_from_text(text)
    fz.find_quantities(text)  fz.find_mentions(report)
    fz.build(raw, out)  fz.load()  fz.panel()  fz.statuses()  fz.disclosure()  fz.publication(roster)  fz.per()  fz.charts  fz.evidence

From a terminal: python -m analysis --help
"""

from importlib import import_module
from typing import Any

_HOMES = {  # verb -> module; each is imported when first asked for, so that `import analysis` is quick
    "read_report": "reports",
    "read_reports": "reports",
    "report_from_text": "reports",
    "find_quantities": "quantities",
    "find_mentions": "mentions",
    "build": "table",
    "load": "table",
    "panel": "table",
    "per": "context",
    "statuses": "absence",
    "disclosure": "absence",
    "publication": "roster",
}
_MODULES = ("charts", "evidence")

__all__ = [*_HOMES, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
