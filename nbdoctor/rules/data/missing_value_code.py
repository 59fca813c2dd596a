"""Numbers that stand for values that are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.tables import literal, quoted, sources_among, with_lines_after
from nbdoctor.readings.census import Census
from nbdoctor.readings.column_values import ColumnCensus
from nbdoctor.rules.figures import figure, listed
from nbdoctor.rules.rule import Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Codes:
    table: str
    columns: tuple[str, ...]
    values: tuple[float, ...]
    tables: Mapping[str, tuple[str, ...]]


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="No column has a number, such as 0 or -999, in place of missing values",
    explains=(
        "contradicted-labels",
        "unscaled-inputs",
        "below-simple-models",
        "too-few-steps",
        "baseline-not-beaten",
        "majority-class-only",
        "constant-predictions",
        "dead-units",
    ),
)
def missing_value_code(census: Census, /, *, least: float = 0.01) -> Iterator[Finding]:
    """Numbers that stand for values that are missing.

    ## What it means
    Many files write -999, 9999 or 0 where a value is not known. A network takes it for a number.
    Scaling makes it worse: mean and spread are then those of the codes, and the values that
    were measured are squeezed into a range too narrow for the network to tell them apart.

    ## How it is measured
    Every column of the inputs and every numeric target is counted, in the table that it was made
    from where that is known. A **code** is one value in at least `least` (0.01) of the rows that
    lies further from all others than twelve times their whole range, while these have ten different
    values or more. Five times are enough for what people write for what they do not know (99, -999,
    9998, the largest number) and below zero where all others are not, and there a -1 or -9 at any
    distance. Beside a few whole numbers next to one another, such as answers from 1 to 5, only
    nines (98, 99, -99) are codes, with what stands next to them. A **hole** is a common value at
    one end of the range, at least one middle half away from nearly all others, whose rows have the
    targets of rows that could be any: their mean is that of all other rows, and more than five
    standard errors from what a line through the other
    rows says for such a value. Where the targets tell nothing the same is asked of the column that
    is most related to it. A natural zero (no pregnancy, no balance) says something of the
    target itself, and is silent.

    ## Example
    ```python
    frame = pd.read_csv("ward.csv")          # missing values are written as -999
    x = (frame - frame.mean()) / frame.std()
    model.fit(x, y)
    ```

    ## What the treatment does
    It puts the median of the known values in place of the code, in every table of the cell that
    holds it. A further column that says which values were missing often helps.

    ## When to ignore it
    When the number is meant: it was measured, or a layer of the model knows it for a code.

    ## References
    scikit-learn user guide, "Imputation of missing values".
    """
    with_codes = [one for one in census.columns if sum(share for _, share in one.codes) >= least]
    by_value: dict[tuple[float, ...], list[ColumnCensus]] = {}
    for one in with_codes:
        by_value.setdefault(tuple(value for value, _ in one.codes), []).append(one)
    for values, columns in by_value.items():
        yield _coded(values, columns, census)
    for one in census.columns:
        if one.hole is not None and one.hole[1] >= least:
            yield _hole(one, census)


def _coded(values: tuple[float, ...], columns: list[ColumnCensus], census: Census) -> Finding:
    first = columns[0]
    names = [one.name for one in columns]
    written = " and ".join(_number(value) for value in values)
    verb = "stands" if len(values) == 1 else "stand"
    share = sum(part for _, part in first.codes)
    squeezed = (
        f" Scaled by mean and spread, these keep {figure(100 * first.squeezed, 2)} % of the spread."
        if first.squeezed < 0.5  # noqa: PLR2004  (most of the spread is that of the code)
        else ""
    )
    others = f" The same holds for {listed(names[1:])}." if len(names) > 1 else ""
    return Finding(
        title=f"{written} {verb} for missing values in {listed(names)}",
        says=(
            f"In {figure(100 * share, 2)} % of {first.rows:,} rows `{first.name}` is {written}; "
            f"all other values lie between {figure(first.low)} and {figure(first.high)}.{squeezed}"
            f"{others}"
        ),
        where=Where(variable=first.table, column=first.name),
        measured={
            f"share of {written} in {one.name}": sum(s for _, s in one.codes) for one in columns
        },
        expected={f"share of {written} in {one.name}": "0, or a value for it" for one in columns},
        facts=_Codes(first.table, tuple(names), values, census.tables),
    )


def _hole(one: ColumnCensus, census: Census) -> Finding:
    value, share = one.hole or (0.0, 0.0)
    written = _number(value)
    return Finding(
        title=f"{written} stands for missing values in `{one.name}`",
        says=(
            f"In {figure(100 * share, 2)} % of {one.rows:,} rows `{one.name}` is {written}, apart "
            f"from all others, whose middle half lies between {figure(one.middle[0])} and "
            f"{figure(one.middle[1])}. The targets of these "
            "rows, or the values of the column most related to it, are those of rows with any "
            "value, not of such a small or large one: the value seems to be unknown."
        ),
        where=Where(variable=one.table, column=one.name),
        measured={f"share of {written} in {one.name}": share},
        expected={f"share of {written} in {one.name}": "0, or a value for it"},
        facts=_Codes(one.table, (one.name,), (value,), {one.table: (one.name,)}),
    )


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else figure(value, 4)


@missing_value_code.treatment("Put the median in place of the code", effect="training")
def fill_with_the_median(finding: Finding, cell: Cell) -> Cell | str:
    """The median of the known values stands in for those that are missing."""
    facts = facts_of(finding, _Codes)
    codes = ", ".join(_number(value) for value in facts.values)
    unknown = "{" + ", ".join(f'{_number(one)}: float("nan")' for one in facts.values) + "}"
    places = "{" + ", ".join(f"{literal(name)}: {unknown}" for name in facts.columns) + "}"
    first, *others = _sources(facts, cell) or [""]
    made = cell
    try:
        for table in (*others, first):
            made = with_lines_after(
                made,
                table,
                f"{table} = {table}.replace({places})",
                f"{table} = {table}.fillna({first}[{quoted(*facts.columns)}].median())",
            )
    except CannotEditError:
        return (
            f"Replace {codes} in {listed(facts.columns)} by NaN where the data is read "
            f"(`na_values` of `read_csv`), then by the median of the training rows."
        )
    return made


def _sources(facts: _Codes, cell: Cell) -> list[str]:
    """The tables to mend, that of the training rows first."""
    holding = {name for name, columns in facts.tables.items() if {*facts.columns} <= {*columns}}
    return sources_among(cell, facts.table, holding)
