"""The command line: python -m analysis VERB.

Exit status: 0 all well; 1 something was read but some file failed, each named on stderr; 2 nothing could be done.
What takes time to import is imported inside the verbs, so that --help is quick.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.text import Text

    from analysis.evidence import Segment
    from analysis.reports import Report
    from analysis.sample import Agreement, Estimate
    from analysis.scores import Score, Tally
    from analysis.table import Summary
    from analysis.terms import Suggestion

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # it would take [indicator] for a colour
)

WARNINGS_SHOWN = 10


@app.callback()
def _verbs() -> None:
    """法治政府建设年度报告 -> a tidy table of indicators."""


@app.command()
def build(
    raw: Annotated[Path, typer.Argument(help="folder of reports, or one report")] = Path("data/raw"),
    out: Annotated[Path, typer.Option(help="folder for the tables")] = Path("data/processed"),
    processes: Annotated[int | None, typer.Option(min=1, help="how many at once; all cores by default")] = None,
    corrections: Annotated[
        Path | None, typer.Option(help="what people decided; corrections.toml beside RAW by default")
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="read unchanged reports again too")] = False,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="of a Dask scheduler, whose workers read in place of processes"),
    ] = None,
) -> None:
    """Read every report below RAW and write the tables; what has not changed since the last run is not read again."""
    from analysis import table

    try:
        summary = table.build(raw, out, processes, sys.stderr.isatty(), corrections, anew, dask)
    except (OSError, ValueError) as error:
        _give_up(error)
    except KeyboardInterrupt:
        typer.echo("stopped: the tables are as they were; the next run goes on from here", err=True)
        raise
    _say(summary)
    if summary.failures or summary.unapplied:
        raise typer.Exit(1 if summary.reports else 2)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="folder of tables")],
    new: Annotated[Path, typer.Argument(help="another one")],
    csv: Annotated[Path | None, typer.Option(help="write the differences to this file too")] = None,
) -> None:
    """Tell which observations came, went and changed between two folders of tables, and why."""
    from analysis import difference
    from analysis.formulas import disarmed
    from analysis.staging import put

    try:
        found = difference.compare(old, new)
        if csv is not None:
            put(csv, disarmed(difference.frame(found)).write_csv(include_bom=True).encode("utf-8"))
    except (OSError, ValueError) as error:
        _give_up(error)
    for each in found:
        typer.echo(each)
    kinds = Counter(each.kind for each in found)
    typer.echo(f"{kinds['came']} came, {kinds['went']} went, {kinds['changed']} changed")
    for cause, count in Counter(each.cause for each in found).most_common():
        typer.echo(f"  {count} {cause}")


@app.command()
def score(
    found: Annotated[Path, typer.Argument(help="mentions.csv, or a folder with it")],
    gold: Annotated[Path, typer.Argument(help="reference mentions.csv, or a folder with it and documents.csv")],
    save: Annotated[Path | None, typer.Option(help="write the score, rows and all, as JSON")] = None,
    former: Annotated[Path | None, typer.Option(help="a score saved earlier, to compare with")] = None,
    missed: Annotated[bool, typer.Option("--missed", help="list the rows missed and the rows wrong")] = False,
) -> None:
    """Compare what was found with reference answers."""
    from analysis import scores

    try:
        result = scores.score(found, gold, former)
        if save is not None:
            scores.save(result, save)
    except (OSError, ValueError) as error:
        _give_up(error)
    _print_score(result, missed)


@app.command()
def show(file: Annotated[Path, typer.Argument(help="a report")]) -> None:
    """Print a report with its figures marked, and what is no figure with the reason; a legend stands at the end."""
    from analysis.reports import Unreadable, read_report

    try:
        report = read_report(file)
    except Unreadable as error:
        _give_up(error)
    _print_marked(report)


@app.command()
def suggest(
    out: Annotated[Path, typer.Option(help="folder of the tables")] = Path("data/processed"),
    least: Annotated[int, typer.Option(min=1, help="how many reports must state the like")] = 2,
    write: Annotated[Path | None, typer.Option(help="write draft catalogue entries (TOML) to this file")] = None,
) -> None:
    """Rank what fits no indicator by how many reports state the like."""
    from analysis import terms
    from analysis.table import load

    try:
        suggestions = terms.suggest(load(out), least)
        if write is not None:
            write.write_text(terms.drafts(suggestions), "utf-8")
    except OSError as error:
        _give_up(error)
    for number, each in enumerate(suggestions, 1):
        _print_suggestion(number, each)
    typer.echo(f"{len(suggestions)} kinds of quantity that at least {least} reports state and no indicator takes")
    if write is not None:
        typer.echo(f"drafts -> {write}")


@app.command()
def notebooks(
    folder: Annotated[Path, typer.Argument(help="folder of notebooks")] = Path("notebooks"),
) -> None:
    """Execute every notebook from a fresh kernel and write its outputs back."""
    from analysis.notebooks import run

    if run(folder):  # each is named as it fails
        raise typer.Exit(1)


@app.command()
def figures(
    out: Annotated[Path, typer.Option(help="folder for the figures")] = Path("figures"),
) -> None:
    """Draw the figures from the tables: PNG, SVG and the plotted CSV of each."""
    from analysis import charts

    try:
        undrawn = charts.figures(out)
    except (OSError, ValueError) as error:
        _give_up(error)
    for name, reason in undrawn.items():
        typer.echo(f"failed: {out / name}: {reason}", err=True)
    typer.echo(f"figures -> {out}")
    if undrawn:
        raise typer.Exit(1)


@app.command()
def demo(
    out: Annotated[Path, typer.Argument(help="a new or empty folder", metavar="DIR")],
    counties: Annotated[int, typer.Option(help="counties; each six have a city, which reports too")] = 12,
    years: Annotated[int, typer.Option(help="years, up to 2024")] = 6,
    seed: Annotated[int, typer.Option(help="the same seed, the same reports")] = 1,
) -> None:
    """Write reports of an invented province, and beside them what they state: for trying out and for scoring."""
    from analysis import demo

    try:
        made = demo.write(out, counties, years, seed)
    except (OSError, ValueError) as error:
        _give_up(error)
    typer.echo(f"{made.reports} invented reports, {made.mentions} figures known -> {out / 'reports'}, {out / 'truth'}")
    typer.echo(f"who should report -> {out / demo.ROSTER}")


@app.command()
def train(
    wordings: Annotated[Path, typer.Argument(help="folder of texts with their answers")] = Path("tests/wordings"),
    out: Annotated[Path | None, typer.Option(help="file for the model; the package's own by default")] = None,
) -> None:
    """Train the second opinion anew: after every change of the catalogue or of the texts that it learns from."""
    try:
        from analysis import training

        model = training.train(wordings, out)
    except (OSError, ValueError, ImportError) as error:
        _give_up(error)
    typer.echo(f"{len(model.index)} features, {len(model.answers)} answers -> {out or 'analysis/opinion.npz'}")


@app.command()
def slides(
    out: Annotated[Path, typer.Option(help="folder for the deck")] = Path("figures"),
    lang: Annotated[str, typer.Option(help="zh, or en")] = "zh",
) -> None:
    """Make the briefing from the tables: one finding a slide, charts that PowerPoint and WPS can edit."""
    from analysis.slides import NAMES
    from analysis.slides import slides as make

    try:
        missing = make(out, lang=lang)
    except (OSError, ValueError) as error:
        _give_up(error)
    for name, reason in missing.items():
        typer.echo(f"failed: slide {name}: {reason}", err=True)
    typer.echo(f"slides -> {out / NAMES[lang]}")
    if missing:
        raise typer.Exit(1)


@app.command()
def evidence(
    raw: Annotated[Path, typer.Argument(help="folder of reports that the tables were built from")] = Path("data/raw"),
    out: Annotated[Path, typer.Option(help="folder of the tables")] = Path("data/processed"),
) -> None:
    """Write evidence.html beside the tables: every value with the words of its report, in one page without network."""
    from analysis.evidence import write_page

    try:
        page = write_page(raw, out)
    except (OSError, ValueError) as error:
        _give_up(error)
    typer.echo(f"{page.values} values of {page.reports} reports, {page.size / 1e6:.1f} MB -> {page.path}")
    for doc in page.changed:
        typer.echo(f"changed: {doc}: not the file that the tables were built from; shown are its sentences", err=True)
    if page.changed:
        raise typer.Exit(1)


@app.command()
def export(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="xlsx, csv-wide, dta, csv-panel or dta-panel")],
    out: Annotated[Path | None, typer.Option(help="the file to write; below data/processed/export by default")] = None,
) -> None:
    """Write the tables for other programs: xlsx for people, csv-wide with a row a unit and year, dta for Stata; csv-panel
    and dta-panel with every unit and year, and why a value is not there."""
    from analysis.export import export as write

    try:
        path = write(form, out)
    except (OSError, ValueError) as error:
        _give_up(error)
    typer.echo(f"{form} -> {path}")


review = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="A list for people to check in Excel, and back.")
app.add_typer(review, name="review")


@review.command("export")
def review_export(
    out: Annotated[Path | None, typer.Option(help="the file; data/processed/export/核对清单.xlsx by default")] = None,
    tables: Annotated[Path, typer.Option(help="folder of the tables")] = Path("data/processed"),
    every: Annotated[bool, typer.Option("--all", help="every value, not the doubtful ones only")] = False,
) -> None:
    """Write 核对清单.xlsx: values with their sentences and doubts, and empty columns to fill in."""
    from analysis import review
    from analysis.table import load

    try:
        path, rows = review.export(out or tables / "export" / review.NAME, load(tables), every)
    except (OSError, ValueError) as error:
        _give_up(error)
    typer.echo(f"{rows} values to check -> {path}")


@review.command("import")
def review_import(
    file: Annotated[Path, typer.Argument(help="the list as people filled it in")],
    corrections: Annotated[Path, typer.Option(help="file that the decisions are added to")] = Path(
        "data/corrections.toml"
    ),
    when: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="day of the decisions; today by default")
    ] = None,
) -> None:
    """Turn what people filled in into corrections; a row that cannot be taken is named with the reason."""
    from analysis import review

    try:
        taken = review.take(file, corrections, when.date() if when else None)
    except (OSError, ValueError) as error:
        _give_up(error)
    typer.echo(f"{len(taken.entries)} corrections added -> {taken.path}; `build` applies them")
    if taken.known or taken.confirmed:
        typer.echo(f"{taken.known} stood there already, {taken.confirmed} confirm the value read")
    for number, why in taken.refused:
        typer.echo(f"row {number} not taken: {why}", err=True)
    if taken.refused:
        raise typer.Exit(1)


@app.command()
def sample(
    count: Annotated[int, typer.Argument(min=1, metavar="N", help="sentences to ask about")],
    raw: Annotated[Path, typer.Argument(help="folder of reports")] = Path("data/raw"),
    out: Annotated[Path, typer.Option(help="a folder without a sample")] = Path("data/processed/sample"),
    by: Annotated[
        str, typer.Option(help="strata: any of indicator, theme, tier, year, joined by ,")
    ] = "indicator,tier",
    indicator: Annotated[list[str] | None, typer.Option(help="of this indicator only; may be given again")] = None,
    seed: Annotated[int, typer.Option(help="the same seed, the same sample")] = 1,
) -> None:
    """Draw sentences for two coders to judge blind, and write the reader's answers apart."""
    from analysis.sample import draw

    try:
        drawn = draw(count, raw, out, tuple(filter(None, by.split(","))), indicator or (), seed)
    except (OSError, ValueError) as error:
        _give_up(error)
    for part, number in drawn.pairs.items():
        typer.echo(f"{part:8}{number:6} of {drawn.frame[part]}")
    typer.echo(f"for the coders -> {', '.join(map(str, drawn.copies))}")
    typer.echo(f"not for the coders -> {drawn.key}")


@app.command()
def agreement(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="the coders' workbooks")],
    key: Annotated[Path | None, typer.Option(help="the key; beside the first workbook by default")] = None,
    settled: Annotated[Path | None, typer.Option(help="a copy that answers what the coders judged differently")] = None,
) -> None:
    """Say how well coders agree, and how often the reader is right, with intervals."""
    from analysis.sample import agreement as compare

    try:
        result = compare(files, key, settled)
    except (OSError, ValueError, ImportError) as error:
        _give_up(error)
    _print_agreement(result)
    for file, row, why in result.refused:
        typer.echo(f"{file}, row {row} not taken: {why}", err=True)
    if result.refused:
        raise typer.Exit(1)


@app.command()
def publication(
    roster: Annotated[Path, typer.Argument(help="CSV: name, code, tier, deadline")],
    year: Annotated[
        list[int] | None, typer.Option(help="year reported on; may be given again; the last one by default")
    ] = None,
    out: Annotated[Path, typer.Option(help="the file to write")] = Path("data/processed/export/publication.csv"),
    tables: Annotated[Path, typer.Option(help="folder of the tables")] = Path("data/processed"),
) -> None:
    """Say of every unit on a roster whether its report was found, when it appeared and what is in it."""
    from analysis import roster as rosters
    from analysis.table import load

    try:
        rows = rosters.publication(roster, year, load(tables))
        rosters.write(rows, out)
    except (OSError, ValueError) as error:
        _give_up(error)
    counts = Counter(rows["found"])
    late = rows.filter(rows["days_late"] > 0).height
    said = ", ".join(f"{counts[word]} {word.replace('_', ' ')}" for word in rosters.FOUND if counts[word])
    typer.echo(f"{rows.height} expected: {said}; {late} after the deadline -> {out}")
    for row in rows.filter(rows["found"] == "ambiguous").iter_rows(named=True):
        typer.echo(f"ambiguous: {row['name'] or row['code']} {row['year']}: {row['note']}", err=True)
    if counts["ambiguous"]:
        raise typer.Exit(1)


@app.command()
def brief(
    unit: Annotated[str | None, typer.Option(help="the unit, in full or short: 宁国市")] = None,
    every: Annotated[
        str | None, typer.Option("--all", metavar="TIER", help="a briefing for each government of a tier: county, …")
    ] = None,
    peers: Annotated[
        str | None, typer.Option(help="city, province, or a file that lists them; city and province by default")
    ] = None,
    year: Annotated[int | None, typer.Option(help="the latest by default")] = None,
    out: Annotated[Path, typer.Option(help="folder for the briefings")] = Path("briefs"),
    tables: Annotated[Path, typer.Option(help="folder of the tables")] = Path("data/processed"),
) -> None:
    """Write a unit's briefing: a Word document, a deck with native charts, and every value with its source."""
    from analysis import briefs
    from analysis.readers import Unreadable
    from analysis.table import load

    if (unit is None) == (every is None):
        _give_up(ValueError("one of --unit and --all is needed"))
    try:
        if unit is not None:
            made = [briefs.brief(unit, load(tables), out, year, peers)]
        else:
            made = list(briefs.briefs(out, year, every, peers, tables))
    except (OSError, ValueError, Unreadable) as error:
        _give_up(error)
    failed = [one for one in made if one.failure]
    for one in failed:
        typer.echo(f"failed: {one.unit}: {one.failure}", err=True)
    for path in made[0].files if unit is not None else ():
        typer.echo(f"-> {path}")
    if unit is None:
        typer.echo(f"{len(made) - len(failed)} briefings -> {out}")
    if failed:
        raise typer.Exit(1 if len(failed) < len(made) else 2)


@app.command()
def failures(
    out: Annotated[Path, typer.Option(help="folder of the tables")] = Path("data/processed"),
) -> None:
    """Name again the reports that the last build could not read."""
    from analysis.table import load

    rows = load(out).failures.iter_rows(named=True)
    for row in rows:
        typer.echo(_shown(f"failed: {row['doc']}: {row['reason']}: {row['detail']}"), err=True)


def _print_suggestion(number: int, each: Suggestion) -> None:
    median = "" if each.median is None else f", median {each.median:,.15g}"
    typer.echo(
        f"{number:3}. {'/'.join(each.verbs) or '—'} | {each.noun} | {each.measure_word or '—'}"
        f"    {each.reports} reports, {each.units} units{median}"
    )
    if each.nearest:
        typer.echo(f"     nearest {each.nearest}: {each.why_not or 'its words all stand there'}")
    for row in each.examples[:3]:
        typer.echo(f"     {row.marked}  ({row.doc})")


def _give_up(error: Exception) -> None:
    typer.echo(_shown(f"nothing done: {error}"), err=True)
    raise typer.Exit(2) from error


# --- What is printed -----------------------------------------------------------------------------


def _say(summary: Summary) -> None:
    """What a build did; failures by name on stderr."""
    if summary.note:
        typer.echo(summary.note, err=True)
    typer.echo(
        f"{summary.reports} reports read, {summary.mentions} mentions, {summary.observations} observations -> {summary.out}"
    )
    for count, what in (
        (summary.disputed, "observations without a value: equal sources disagree (checks.csv)"),
        (summary.parts_only, "figures known in parts alone, without an observation"),
        (summary.corrected, "values corrected by hand (origin corrected)"),
        (summary.twins, "files passed over: the same content was read already"),
    ):
        if count:
            typer.echo(f"{count} {what}")
    if summary.findings:
        graves = ", ".join(f"{count} {name}s" for name, count in sorted(summary.findings.items()))
        typer.echo(f"{sum(summary.findings.values())} findings of what does not add up (checks.csv): {graves}")
    typer.echo(f"{len(summary.warnings)} warnings")
    for doc, warning in summary.warnings[:WARNINGS_SHOWN]:
        typer.echo(_shown(f"  {doc}: {warning}"))
    if len(summary.warnings) > WARNINGS_SHOWN:
        typer.echo(f"  … all in {summary.out / 'documents.csv'}, column warnings")
    typer.echo(f"{len(summary.failures)} failures")
    for failure in summary.failures:
        typer.echo(_shown(f"failed: {failure.doc}: {failure.reason}: {failure.detail}"), err=True)
    for line in summary.unapplied:
        typer.echo(_shown(f"correction not applied: {line}"), err=True)


def _shown(line: str) -> str:
    """A line that holds a file's name or words, which must not steer the terminal, nor look like a line of ours."""
    from analysis.evidence import harmless

    return harmless(line).replace("\n", "␊").replace("\r", "␍")


def _print_agreement(done: Agreement) -> None:
    typer.echo(f"{'':32}{'coded':>6}{'agreed':>8}{'alpha':>8}{'judged':>8}  precision            recall")
    for name, each in {**done.indicators, "all": done.total}.items():
        shares = f"{_share(each.precision):21}{_share(each.recall)}"
        alike = f"{each.agreed / each.coded:8.1%}" if each.coded else f"{'-':>8}"
        typer.echo(f"{name:32}{each.coded:6}{alike}{_decimals(each.alpha):>8}{each.judged:8}  {shares}")
    total, made = done.total, done.sample
    typer.echo("alpha: Krippendorff's, nominal level; - where all answers are the same. Intervals: 95%.")
    typer.echo(
        f"To cite: precision {_share(total.precision)}, recall within the frame {_share(total.recall)}; {total.judged} pairs "
        f"of sentence and indicator, stratified by {', '.join(made['by'])} (seed {made['seed']}), coded blind by "
        f"independent coders (Krippendorff's alpha {_decimals(total.alpha)}, nominal, n = {total.coded}); "
        f"reader {made['reader']}, catalogue {made['catalogue']}."
    )


def _share(estimate: Estimate) -> str:
    if estimate.value is None:
        return "-"
    return f"{estimate.value:.1%} [{estimate.low:.1%}, {estimate.high:.1%}]"


def _decimals(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _print_score(result: Score, rows: bool) -> None:
    for name, tally in result.layers.items():
        typer.echo(f"{name:24}{_line(tally)}")
    typer.echo("\non the rows matched")
    for name, (right, of) in result.attributes.items():
        typer.echo(f"{name:24}{right / of:8.1%}{right:8} of {of}")
    if result.documents:
        typer.echo(f"\ndocuments right: {result.documents[0]} of {result.documents[1]}")
        for doc, column, found, gold in result.faults:
            typer.echo(f"  {doc}: {column} {found or '(none)'}, should be {gold or '(none)'}")
    for title, tallies in (("indicator", result.indicators), ("report", result.reports)):
        typer.echo(f"\nby {title}")
        for name, tally in tallies.items():
            typer.echo(f"{name:32}{_line(tally)}")
    if rows:
        _print_rows("missed", (f"{row}  {row.quote}" for row in result.missed))
        _print_rows("wrong", (f"{row}  {row.quote}" for row in result.wrong))
    if result.change:
        _print_rows("gained since then", result.change.gained)
        _print_rows("lost since then", result.change.lost)
        _print_rows("newly wrong", result.change.newly_wrong)
        _print_rows("no more wrong", result.change.no_more_wrong)


def _line(tally: Tally) -> str:
    return (
        f"precision {tally.precision:6.1%}  recall {tally.recall:6.1%}  F1 {tally.f1:6.1%}"
        f"  right {tally.right}, found {tally.found}, reference {tally.gold}"
    )


def _print_rows(title: str, rows: Iterable[str]) -> None:
    rows = list(rows)
    typer.echo(f"\n{title}: {len(rows)}")
    for row in rows:
        typer.echo(f"  {row}")


_STYLES = {
    "matched": "bold black on green",
    "target": "black on cyan",
    "shortcoming": "black on magenta",
    "unmatched": "black on yellow",
    "none": "dim strike",
}
# reasons that a number's looks do not tell: these are written out
_SAID = {
    "change",
    "average",
    "rest",
    "double",
    "share",
    "bodies",
    "other_body",
    "tied",
    "plan",
    "programme",
    "target",
    "threshold",
    "deadline",
    "period",
    "description",
    "enumeration",
}


def _print_marked(report: Report) -> None:
    """The report's text; the marks are written out, so that they are there without colours too."""
    from rich.console import Console
    from rich.text import Text

    from analysis.evidence import harmless, pieces, segments

    marked = segments(report)
    console = Console(file=sys.stdout, soft_wrap=True, highlight=False)
    text = Text()
    for piece, segment in pieces(harmless(report.text), marked):
        text.append(piece, _STYLES[segment.kind] if segment else "")
        if segment and (label := _label(segment)):
            text.append(f"[{label}]", "dim")
    console.print(text)
    console.print(_legend(marked))


def _label(segment: Segment) -> str:
    """What is written behind a number: its indicator, ? where none fits, or why it is no figure."""
    if segment.figures:
        before = {"target": "target: ", "shortcoming": "shortcoming: "}.get(segment.kind, "")
        return before + ", ".join(figure.indicator for figure in segment.figures)
    why = segment.reason.replace("_", " ") if segment.reason in _SAID else ""
    if segment.kind == "none":
        return f"-{why}" if why else ""
    return f"? {why}".strip()


def _legend(marked: Iterable[Segment]) -> Text:
    """Each kind as it is marked, with its count, and how often each reason sets a number aside."""
    from rich.text import Text

    from analysis.evidence import KINDS, REASONS

    kinds = Counter(segment.kind for segment in marked)
    reasons = Counter(segment.reason for segment in marked if segment.reason)
    legend = Text("\n")
    for kind, words in KINDS.items():
        legend.append(words.en, _STYLES[kind]).append(f" {kinds[kind]}   ")
    for reason, count in reasons.most_common():
        legend.append(f"\n  {count:5}  {reason.replace('_', ' '):12}{REASONS[reason].en}", "dim")
    return legend


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not where a test or notebook has put its own
            stream.reconfigure(encoding="utf-8", errors="replace")
    app(prog_name="python -m analysis")


if __name__ == "__main__":
    main()
