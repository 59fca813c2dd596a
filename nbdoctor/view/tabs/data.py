"""What the tab "Inputs" tells of the data behind the inputs, where it was measured."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.readings.census import Census
from nbdoctor.readings.column_values import ColumnCensus
from nbdoctor.readings.drift import Drift
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.readings.shifted_rows import ShiftedRows
from nbdoctor.report import Report
from nbdoctor.rules.figures import score_figure
from nbdoctor.view import wording
from nbdoctor.view.blocks import Block, Table, Text

MOST_ROWS = 24


def data_blocks(report: Report) -> Iterator[Block]:
    """The columns as they were counted, training beside validation, and other forms of it."""
    census: Census | None = report.readings.get("Census")
    if census is not None and census.columns:
        yield _census(census)
    drift: Drift | None = report.readings.get("Drift")
    if drift is not None:
        yield Text(text=_drift(drift))
    forms: OtherForms | None = report.readings.get("OtherForms")
    if forms is not None:
        yield _forms(forms)
    shifted: ShiftedRows | None = report.readings.get("ShiftedRows")
    if shifted is not None:
        yield _shifted(shifted)


def _census(census: Census) -> Table:
    odd = sorted(census.columns, key=lambda one: not one.stands_out)
    shown = odd[:MOST_ROWS]
    some = f" ({len(shown)} of {census.counted:,} columns)" if census.counted > len(shown) else ""
    return Table(
        caption=f"Columns as they were before scaling, as far as that is known{some}",
        header=("column", "range", "middle half", "stands out"),
        rows=tuple(_column(one) for one in shown),
        folded=not any(one.stands_out for one in shown),
    )


def _column(one: ColumnCensus) -> tuple[str, ...]:
    name = one.name if one.place >= 0 else f"{one.name} (target)"
    marks = [f"{wording.number(value)} in {wording.share(share)}" for value, share in one.codes]
    if one.hole is not None:
        marks.append(f"{wording.number(one.hole[0])} in {wording.share(one.hole[1])}")
    if one.outlying:
        marks.append(f"{one.outlying:,} far values")
    return (
        name,
        wording.span(one.low, one.high),
        wording.span(*one.middle),
        ", ".join(marks),
    )


def _drift(drift: Drift) -> str:
    return (
        f"Simple models tell {drift.training_rows:,} training rows from {drift.rows:,} validation "
        f"rows with an area under the ROC curve of {wording.number(drift.area)}; for random "
        f"splits, up to {wording.number(drift.by_chance)}."
    )


def _forms(forms: OtherForms) -> Table:
    changes = sorted({**forms.inputs, **forms.labels}.items(), key=lambda one: -one[1])
    more = [("the classes are numbered differently", forms.renumbered)]
    known = [(name, score) for name, score in [*changes, *more] if score is not None]
    return Table(
        caption="Score of the trained model (0: best constant, 1: perfect)",
        header=("rows", "score"),
        rows=(
            ("training", score_figure(forms.training)),
            ("validation", score_figure(forms.validation)),
            *((f"validation, if {name}", score_figure(score)) for name, score in known),
        ),
    )


def _shifted(shifted: ShiftedRows) -> Table:
    return Table(
        caption="How well simple models explain the labels of neighbouring rows",
        header=("label of", "R² on held-out rows"),
        rows=tuple(
            (_row(shift), wording.number(score)) for shift, score in sorted(shifted.scores.items())
        ),
    )


def _row(shift: int) -> str:
    if shift == 0:
        return "the row itself"
    rows = "row" if abs(shift) == 1 else "rows"
    return f"{abs(shift)} {rows} {'below' if shift > 0 else 'above'}"
