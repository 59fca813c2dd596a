"""A column that gives the target away."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.expression import with_expression
from nbdoctor.cell.edits.tables import literal, quoted, with_lines_after
from nbdoctor.readings.given_away import GivenAway
from nbdoctor.readings.telling_columns import TellingColumn
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Leak:
    table: str
    name: str


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="No column gives the target away by itself",
    explains=("validation-looks-better", "overfit-to-training"),
)
def leaking_column(given: GivenAway, /) -> Iterator[Finding]:
    """A column gives the target away.

    ## What it means
    A column that was filled after the fact, or is the target in another form, makes training and
    validation look perfect. Where the model is to be used the column is not known yet, and the
    model has learned little else.

    ## How it is measured
    Three patterns are looked for, which columns that were measured before do not show. **One
    value:** in 95 % of the rows of one class or more the column has one and the same value, at most
    1 % of the other rows have it, and otherwise the column takes more than ten different ones; 99 %
    and 0.2 % are asked of columns with fewer. **The target itself:** the column has one number for
    each class, or is the target in other numbers (a correlation of 0.99999, of values or of ranks),
    and there are further columns; steps of windows over a time series count as columns. **The
    row:** the column numbers rows, none twice where numbers that are measured would repeat, and
    along it the classes are sorted. Then the column is shuffled
    over some rows, and the trained model predicts them: what it loses is told. A column that only
    separates the classes well is not reported.

    ## Example
    ```python
    x = customers[["tenure", "calls", "balance"]]    # the balance of those who left is 0
    y = customers["left"]
    model.fit(x, y)
    ```

    ## What the treatment does
    It leaves the column out of the list of columns that the cell names, or where the table is made.
    Where it is tried, the model that has the
    column is judged by rows over which the column is shuffled: where the model is to be used, it
    tells nothing.

    ## When to ignore it
    When the column is known at the time of the prediction.

    ## References
    Kaufman, Rosset and Perlich, "Leakage in data mining", KDD 2011.
    """
    for one in given.columns:
        yield _finding(one)


def _finding(one: TellingColumn) -> Finding:
    name = f"`{one.name}`"
    loss = ""
    if one.with_it is not None and one.shuffled is not None:
        loss = (
            f" With {name} shuffled over the rows, the score of the trained model falls from "
            f"{figure(one.with_it, 2)} to {figure(one.shuffled, 2)}."
        )
    match one.kind:
        case "one value":
            says = (
                f"{name} is {figure(one.value, 4)} in {figure(100 * one.share, 3)} % of the rows "
                f"of class {figure(one.label)} and in {figure(100 * one.elsewhere, 2)} % of all "
                "others."
            )
        case "the row":
            says = f"{name} numbers the rows, none twice, and the classes are sorted along it."
        case _:
            says = f"{name} is the target in other numbers."
    return Finding(
        title=f"{name} gives the target away",
        says=says + loss,
        where=Where(variable=one.table, column=one.name),
        measured={f"tells by {one.name}": one.kind},
        expected={f"tells by {one.name}": "nothing for certain"},
        facts=_Leak(one.table, one.name),
    )


def _with_it_shuffled(finding: Finding, cell: Cell) -> Cell:
    """The column tells nothing where the target is not known yet."""
    facts = facts_of(finding, _Leak)
    table, name = facts.table, literal(facts.name)
    shuffled = f"{table}[{name}].sample(frac=1, random_state=0).to_numpy()"
    lines = (f"{table} = {table}.copy()", f"{table}[{name}] = {shuffled}")
    return with_lines_after(cell, table, *lines)


@leaking_column.treatment("Leave the column out", effect="judgement", as_used=_with_it_shuffled)
def leave_the_column_out(finding: Finding, cell: Cell) -> Cell | str:
    """Train without what is not known yet when the model is used."""
    facts = facts_of(finding, _Leak)
    advice = f"Leave `{facts.name}` out of the inputs, or take it as it stood before the target."
    named = [
        node
        for node in ast.walk(cell.tree)
        if isinstance(node, ast.Constant) and node.value == facts.name
    ]
    lists = [
        node
        for node in ast.walk(cell.tree)
        if isinstance(node, ast.List) and any(one in node.elts for one in named)
    ]
    if not facts.table or len(named) > 1 or len(lists) != len(named):
        return advice
    if named:
        return _without_element(cell, lists[0], named[0])
    return with_lines_after(
        cell, facts.table, f"{facts.table} = {facts.table}.drop(columns={quoted(facts.name)})"
    )


def _without_element(cell: Cell, names: ast.List, name: ast.expr) -> Cell:
    """Take the name out of a list of columns."""
    kept = [cell.lines.text(one) for one in names.elts if one is not name]
    return with_expression(cell, names, f"[{', '.join(kept)}]")
