"""Columns of text that are numbers in another way of writing, and whether the cell loses them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.behind import frames
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source

MOST_COLUMNS, MOST_VALUES = 64, 4000
FEWEST_VALUES = 20
NUMBERS = 0.8
"""Share of what is written in a column that must be numbers, in any way of writing."""

MOST_UNITS = 3
"""Different words behind the numbers: `12 mm` and `3 in` are quantities, `12A`, `7C` are names."""

PLAIN = re.compile(r"[-+]?(\d+(?:\.\d*)?|\.\d+)([eE][-+]?\d+)?")
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
DECIMAL = re.compile(r"[-+]?\d+,\d+")
UNIT = re.compile(r"([$€£]?)\s*[-+]?\d[\d.,]*\s*([^\d\s.,+-][^\d]{0,9})?")
NOTHING = frozenset({"", "-", "--", "?", ".", "na", "n/a", "nan", "none", "null", "unknown"})
DECIMALS, SEPARATED, WITH_UNIT = "a comma before the decimals", "commas in thousands", "a unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenColumn:
    """A column of text.

    Attributes
    ----------
    table, column : str
    rows : int
        Texts that were looked at, those that say that nothing is known left out.
    lost : float
        Share of these that a plain conversion makes nothing of.
    forms : tuple of str
        How the numbers among them are written.
    """

    table: str
    column: str
    rows: int
    lost: float
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenNumbers:
    """Columns of numbers that are text in the user's tables.

    Attributes
    ----------
    columns : tuple of WrittenColumn
    coerced : bool
        The cell makes NaN of what a conversion cannot read (`errors="coerce"`).
    left_out : bool
        It takes columns of numbers only (`select_dtypes`).
    """

    columns: tuple[WrittenColumn, ...]
    coerced: bool = False
    left_out: bool = False


@reading(
    "numbers that are text",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no table that training uses has a column of text that is numbers"),
    once=True,
)
def written_numbers(
    cell: Cell, namespace: Namespace, source: Source | None
) -> WrittenNumbers | None:
    """Look at columns of text in the tables on the way to `fit`, where the cell converts any."""
    coerced, left_out = casts_in(cell.tree)
    if not (coerced or left_out):
        return None
    reached = source.reaches_fit if source is not None else ()
    some = {name: namespace[name] for name in reached if name in namespace}
    found = tuple(columns_of(some))
    return WrittenNumbers(columns=found, coerced=coerced, left_out=left_out) if found else None


def casts_in(tree: ast.Module) -> tuple[bool, bool]:
    """Whether the text coerces values to numbers, and whether it leaves out columns of text."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    coerced = any(
        word.arg == "errors"
        and isinstance(word.value, ast.Constant)
        and word.value.value == "coerce"
        for call in calls
        for word in call.keywords
    )
    named = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    return coerced, bool(named & {"select_dtypes", "_get_numeric_data"})


def columns_of(tables: Mapping[str, Any]) -> Iterator[WrittenColumn]:
    """Columns of text, of all these tables, that are numbers."""
    for name, frame in frames(tables):
        for at, column in enumerate(list(frame.columns)[:MOST_COLUMNS]):
            dtype = frame.dtypes.iloc[at]
            if getattr(dtype, "kind", "") != "O" and str(dtype) not in {"string", "str"}:
                continue
            rows = evenly_spread(len(frame), MOST_VALUES)
            found = read_written(frame.iloc[rows, at].tolist(), name, str(column))
            if found is not None:
                yield found


def read_written(values: Sequence[Any], table: str, column: str) -> WrittenColumn | None:
    """Tell how numbers are written; None where they are not, or are plain throughout."""
    known = [one for one in values if type(one) in {int, float} and one == one]  # noqa: PLR0124
    texts = [one.strip() for one in values if type(one) is str]
    texts = [one for one in texts if one.lower() not in NOTHING]
    total = len(known) + len(texts)
    plain = len(known) + sum(PLAIN.fullmatch(one) is not None for one in texts)
    others = [one for one in texts if PLAIN.fullmatch(one) is None]
    if total < FEWEST_VALUES or not others:
        return None
    forms = [_form(one) for one in others]
    mended = sum(form != "" for form in forms)
    units = {
        found[2] for one in others if _form(one) == WITH_UNIT and (found := UNIT.fullmatch(one))
    }
    if plain + mended < NUMBERS * total or not mended or len(units) > MOST_UNITS:
        return None
    shown = [one for one in (DECIMALS, SEPARATED, WITH_UNIT) if one in forms]
    if shown[:2] == [DECIMALS, SEPARATED]:  # 1,234 beside 1,2
        shown.remove(SEPARATED)
    return WrittenColumn(
        table=table, column=column, rows=total, lost=len(others) / total, forms=tuple(shown)
    )


def _form(text: str) -> str:
    """How a number is written that is none by itself, "" where it is no number."""
    if DECIMAL.fullmatch(text) and not THOUSANDS.fullmatch(text):
        return DECIMALS
    if THOUSANDS.fullmatch(text):
        return SEPARATED
    return WITH_UNIT if UNIT.fullmatch(text) else ""
