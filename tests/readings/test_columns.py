"""Which columns Keras cannot take for numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbdoctor.readings.columns import OddColumn, odd_columns, tables_of_cell, tables_of_fit

CITIES = ["Oslo", "Rome", "Oslo", "Bern"]
NUMBERS = pd.DataFrame({"age": [1, 2, 3, 4], "pay": [0.1, 0.2, 0.3, 0.4]})
UNREAD = "could not convert string to float: {!r}"


def found(value: Any, message: str = "") -> list[OddColumn]:
    return list(odd_columns([("`x`", value)], message))


@pytest.mark.parametrize(
    ("column", "kind", "examples"),
    [
        (CITIES, "text", ("Oslo", "Rome")),
        (pd.Series(CITIES, dtype=object), "text", ("Oslo", "Rome")),
        (pd.Series(CITIES, dtype="string"), "text", ("Oslo", "Rome")),
        (pd.Categorical(CITIES), "category", ("Oslo", "Rome")),
        (["1", "2.5", "?", "4"], "numbers as text", ("?",)),
        (pd.Series([1, "two", "three", "four"], dtype=object), "text", ("two", "three")),
        (pd.date_range("2020", periods=4), "dates", ("2020-01-01 00:00:00", "2020-01-02 00:00:00")),
        (pd.to_timedelta(np.arange(4), unit="D"), "dates", ("0 days 00:00:00", "1 days 00:00:00")),
        (pd.Series([dt.date(2020, 1, 1)] * 4, dtype=object), "dates", ("2020-01-01",)),
        (pd.Series([[1, 2]] * 4), "lists", ("[1, 2]",)),
        (pd.array([1, None, 3, 4], dtype="Int64"), "nullable", ()),
        (pd.array([True, None, True, False], dtype="boolean"), "nullable", ()),
        (pd.Series([NUMBERS] * 4, dtype=object), "objects", ()),
    ],
)
def test_a_column_that_keeps_a_table_from_becoming_numbers(
    column: Any, kind: str, examples: tuple[str, ...]
) -> None:
    (odd,) = found(NUMBERS.assign(other=column))
    assert (odd.table, odd.name, odd.kind, odd.in_frame) == ("`x`", "other", kind, True)
    assert odd.examples == examples


@pytest.mark.parametrize(
    "column",
    [
        [True, False, True, True],
        pd.Categorical([1, 2, 1, 2]),
        pd.Series([1.5, None, 2, 3], dtype=object),
        ["1", "2", "3", "4"],
    ],
)
def test_columns_that_keras_takes(column: Any) -> None:
    table = NUMBERS.assign(other=column)
    assert found(table) == []
    assert table.astype("float32").to_numpy().dtype.kind == "f"  # as Keras does it


@pytest.mark.parametrize(
    ("values", "kind", "missing"),
    [
        (pd.Series([1, None, 0, 1], dtype="Int64"), "nullable", 1),
        (pd.Series([True, False, True, True], dtype="boolean"), "nullable", 0),
        (pd.Series(CITIES), "text", 0),
        (pd.Series(pd.Categorical([1, 2, 1, 2])), "category", 0),
        (pd.Series([1, 2, 3, 4], dtype=object), "objects", 0),
        (np.array(CITIES), "text", 0),
        (np.array(CITIES, dtype=object), "strings", 0),
        (np.array(["1", "2"]), "objects", 0),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "dates", 0),
    ],
)
def test_an_array_and_a_series_are_taken_by_their_type(
    values: Any, kind: str, missing: int
) -> None:
    (odd,) = found(values)
    assert (odd.name, odd.kind, odd.missing, odd.rows) == ("", kind, missing, len(values))
    assert not odd.in_frame


def test_a_column_of_an_array_of_objects_is_known_by_its_place() -> None:
    (odd,) = found(NUMBERS.assign(city=CITIES).to_numpy())
    assert (odd.name, odd.kind, odd.in_frame) == ("2", "text", False)


@pytest.mark.parametrize("value", [NUMBERS, NUMBERS["age"], np.zeros(3), [1], "text", None, {}])
def test_numbers_and_what_is_no_table_are_passed_over(value: Any) -> None:
    assert found(value) == []


@pytest.mark.parametrize(
    ("message", "quoted"),
    [
        (UNREAD.format("Bern"), True),
        (UNREAD.format(np.str_("Bern")), True),
        (UNREAD.format("Lima"), False),
        ("Invalid dtype: object", False),
    ],
)
def test_the_value_that_the_message_quotes_is_looked_for(message: str, quoted: bool) -> None:
    (odd,) = found(NUMBERS.assign(city=CITIES), message)
    assert odd.quoted is quoted


def test_tables_carry_the_user_s_names_else_their_role() -> None:
    held_out = NUMBERS.assign(city=CITIES)
    arguments = {
        "x": {"a": NUMBERS, "b": np.zeros(4)},
        "y": NUMBERS["age"],
        "validation_data": (held_out, None),
    }
    names = [name for name, _ in tables_of_fit(arguments, {"_": NUMBERS, "people": NUMBERS})]
    assert names == ["`people`", "the labels", "the validation inputs"]
    space = {"held_out": held_out, "n": 3, "zeros": np.zeros(3)}
    assert [name for name, _ in tables_of_cell(["n", "held_out", "zeros", "gone"], space)] == [
        "`held_out`"
    ]
