"""Numbers that a conversion makes nothing of, since they are written in another way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.tables import quoted, with_lines_after
from nbdoctor.readings.written_numbers import (
    DECIMALS,
    SEPARATED,
    WITH_UNIT,
    WrittenColumn,
    WrittenNumbers,
)
from nbdoctor.rules.figures import figure, listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Written:
    tables: tuple[tuple[str, tuple[str, ...]], ...]
    forms: tuple[str, ...]


@rule(
    family="data",
    severity="warning",
    kind="proof",
    holds="A conversion to numbers loses no values",
    explains=(
        "contradicted-labels",
        "below-simple-models",
        "baseline-not-beaten",
        "signal-not-found",
        "majority-class-only",
        "overfit-to-training",
        "missing-value-code",
        "constant-column",
    ),
)
def values_lost_in_cast(written: WrittenNumbers, /, *, share: float = 0.05) -> Iterator[Finding]:
    """Numbers are lost in a conversion, since they are written in another way.

    ## What it means
    `pd.to_numeric(..., errors="coerce")` makes NaN of all that it cannot read: of `3,5` and of
    `12 mm` as well as of a word. What fills the gaps later is the same for all of these rows, and
    the column says less than its file does.

    ## How it is measured
    Where the cell has `errors="coerce"` (or `select_dtypes`, which leaves such columns out), the
    columns of text are looked at in the tables that reach `fit`. At least 80 % of what is written
    in one must be numbers, as they are or with a comma before the decimals, commas in thousands or
    a unit behind them; words for nothing (`n/a`, `-`, `?`) do not count. The finding requires that
    at least `share` (0.05) of the values are lost.

    ## Example
    ```python
    frame["width"] = pd.to_numeric(frame["width"], errors="coerce")     # "3,5" becomes NaN
    ```

    ## What the treatment does
    It puts the numbers into plain form before they are converted, in each table that has them.

    ## When to ignore it
    When these values are wrong, and are to count as missing.

    ## References
    pandas user guide, "Object conversion".
    """
    lost = [one for one in written.columns if one.lost >= share]
    if not lost:
        message = "no column loses many values"
        raise DoesNotApplyError(message)
    by_table: dict[str, list[WrittenColumn]] = {}
    for one in lost:
        by_table.setdefault(one.table, []).append(one)
    table = max(by_table, key=lambda name: len(by_table[name]))
    yield _finding(by_table[table], by_table, coerced=written.coerced)


def _finding(
    columns: Sequence[WrittenColumn],
    by_table: dict[str, list[WrittenColumn]],
    *,
    coerced: bool,
) -> Finding:
    first = max(columns, key=lambda one: one.lost)
    names = [one.column for one in columns]
    forms = tuple(dict.fromkeys(form for one in columns for form in one.forms))
    become = "become NaN in the conversion" if coerced else "are left out as text"
    others = f" The same holds for {listed([n for n in names if n != first.column])}."
    return Finding(
        title=f"Numbers in {listed(names)} are written as text and get lost",
        says=(
            f"{figure(100 * first.lost, 2)} % of {first.rows:,} values of `{first.column}` in "
            f"`{first.table}` are written with {' or '.join(first.forms)}, and {become}."
            f"{others if len(names) > 1 else ''}"
        ),
        where=Where(variable=first.table, column=first.column),
        measured={f"share of {one.column} that is lost": one.lost for one in columns[:5]},
        expected={f"share of {one.column} that is lost": 0 for one in columns[:5]},
        facts=_Written(
            tuple((name, tuple(c.column for c in some)) for name, some in by_table.items()), forms
        ),
    )


@values_lost_in_cast.treatment("Put the numbers into plain form first", effect="training")
def put_into_plain_form(finding: Finding, cell: Cell) -> Cell | str:
    """Commas and units go before the conversion."""
    facts = facts_of(finding, _Written)
    if DECIMALS in facts.forms and SEPARATED in facts.forms:
        return "Decide of each column whether a comma stands before decimals or in thousands."
    steps = ".astype(str)"
    if DECIMALS in facts.forms:
        steps += '.str.replace(",", ".")'
    if SEPARATED in facts.forms:
        steps += '.str.replace(",", "")'
    if WITH_UNIT in facts.forms:
        commas = "" if {DECIMALS, SEPARATED} & set(facts.forms) else '.str.replace(",", ".")'
        steps += commas + '.str.extract(r"([-+]?[0-9.]+)", expand=False)'
    made = cell
    for table, columns in facts.tables:
        some = f"{table}[{quoted(*columns)}]"
        made = with_lines_after(made, table, f"{some} = {some}.apply(lambda one: one{steps})")
    return made
