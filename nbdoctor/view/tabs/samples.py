"""Sample rows in a tab, where the user has asked for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbdoctor.readings.samples import SampleRow, SampleRows, Samples
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Block, Chart, Muted, Table

NOT_STORED = (
    "These rows are shown here only, and not stored with the notebook. With "
    "`%%diagnose --include-samples` they are."
)


def sample_rows(report: Report, charts: Mapping[str, Chart], *parts: str) -> Iterator[Block]:
    """The rows of some parts of the data, as pictures, lines or tables."""
    known: Samples | None = report.readings.get("Samples")
    shown = known.of(*parts) if known is not None else ()
    if shown and report.aside is not None:
        yield Muted(text=NOT_STORED)
    for rows in shown:
        chart = charts.get(f"samples/{rows.part}/{rows.input}")
        if rows.form in {"columns", "ids"}:
            yield _table(rows)
        elif chart is not None:
            yield chart
            if rows.form == "pictures":
                yield Muted(text=chart.description)


def _table(rows: SampleRows) -> Table:
    left = f", {rows.left_out:,} more values of each not shown" if rows.left_out else ""
    ids = rows.form == "ids"
    many = max(len(row.values) for row in rows.rows)
    named = len(rows.columns) >= many
    columns = rows.columns[:many] if named else tuple(str(at) for at in range(many))
    return Table(
        caption=f"{wording.count(len(rows.rows), 'row')} of {rows.part}: "
        f"{wording.code(rows.input)}{left}",
        header=("row", *(("ids",) if ids else columns), "label"),
        rows=tuple(_row(at, row, ids=ids) for at, row in enumerate(rows.rows)),
    )


def _row(at: int, row: SampleRow, *, ids: bool) -> tuple[str, ...]:
    values = tuple(f"{one:g}" if ids else wording.number(one) for one in row.values)
    name = str(at if row.number is None else row.number)
    return (name, *((" ".join(values),) if ids else values), row.labels)
