"""Which lines make the data of a `fit` anew."""

import ast
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.trials.copying.plan import Request
from nbdoctor.trials.copying.remaking import Reach, with_data
from nbdoctor.trials.copying.texts import kept_statements, texts_of
from nbdoctor.trials.refusal import UntriedError

pytestmark = pytest.mark.keras

NAMES: dict[str, Any] = {
    "np": np,
    "pd": pd,
    "table": pd.DataFrame({"a": [1.0, 2.0], "b": [0, 1]}),
    "other": pd.DataFrame({"a": [3.0]}),
    "x": np.zeros((2, 1)),
    "y": np.zeros(2),
    "x_valid": np.zeros((1, 1)),
    "mean": 0.5,
    "n": 3,
}

CELL = """table = pd.read_csv("table.csv")
other = pd.read_csv("other.csv")
mean = table["a"].mean()
x = (table[["a"]] - mean).to_numpy()
y = table["b"].to_numpy()
x_valid = (other[["a"]] - mean).to_numpy()
n = len(x_valid) * 3
"""
FIT = "model.fit(x, y)\n"
VALIDATED = "model.fit(x, y, validation_data=(x_valid, x_valid))\n"


def remade(
    patched: str, source: str, *, restored: Any = None, fitted: bool = True, **names: Any
) -> tuple[Reach, list[str]]:
    request = Request(Cell(patched), Cell(source), {**NAMES, **names}, fitted=fitted)
    texts = texts_of(request)
    changed = set(range(len(texts.new))) - kept_statements(texts.new, texts.old).keys()
    found = with_data(Reach(changed, restored or {}), texts, request)
    return found, [ast.unparse(texts.new[at]) for at in sorted(found.lines)]


def test_only_what_the_data_comes_from_is_made_anew() -> None:
    source = CELL + FIT
    found, lines = remade(source.replace("\nother", "\ntable = table * 2\nother"), source)
    assert lines == [
        "table = table * 2",
        "mean = table['a'].mean()",
        "x = (table[['a']] - mean).to_numpy()",
        "y = table['b'].to_numpy()",
    ]
    assert found.altered == {"x", "y"}
    assert list(map(ast.unparse, found.as_they_were)) == lines[1:]


def test_validation_rows_are_made_as_well() -> None:
    source = CELL + VALIDATED
    found, lines = remade(source.replace("\nother", "\ntable = table * 2\nother"), source)
    assert lines[-1].startswith("x_valid = ")
    assert found.altered == {"x", "y", "x_valid"}


def test_what_follows_right_before_the_fit_is_not_made_anew() -> None:
    source = CELL + FIT
    found, lines = remade(source.replace(FIT, "x = x * 2\n" + FIT), source)
    assert (lines, found.altered, found.as_they_were) == ([], {"x"}, ())


def test_values_that_were_given_another_one_since_are_made_anew() -> None:
    source = CELL.replace("x = (", "x = table[['a']].to_numpy()\nx = (x - mean) + (") + FIT
    patched = source.replace("x = (x", "mean = mean * 2\nx = (x")
    _, lines = remade(patched, source)
    assert lines[:2] == ["x = table[['a']].to_numpy()", "mean = mean * 2"]


def test_generators_start_where_the_cell_made_them() -> None:
    source = "rng = np.random.default_rng(1)\nfirst = rng.normal(size=2)\nx = table[['a']] + "
    source += "rng.normal(size=(2, 1))\n" + FIT
    names = {"rng": np.random.default_rng(1), "first": np.zeros(2)}
    _, lines = remade("table = table * 2\n" + source, source, **names)
    assert len(lines) == 4


def test_functions_read_their_names_when_they_are_called() -> None:
    source = "def cut():\n    return table[['a']].to_numpy()\nx = cut()\n" + FIT
    _, lines = remade(source.replace("x = cut", "table = table * 2\nx = cut"), source)
    assert lines[-2:] == ["table = table * 2", "x = cut()"]


def test_what_is_no_longer_known_is_refused() -> None:
    source = "z = table * 1\ntable = z + 1\nx = z[['a']].to_numpy()\n" + FIT
    patched = source.replace("z = table * 1", "z = table * 2")
    with pytest.raises(UntriedError, match="`table` as it was before line 2 is not known"):
        remade(patched, source, z=NAMES["table"])


def test_a_name_that_was_deleted_is_made_anew() -> None:
    source = "part = table[['a']]\nx = part.to_numpy()\ndel part\n" + FIT
    _, lines = remade(source.replace("x = part", "part = part * 2\nx = part"), source)
    assert lines == ["part = table[['a']]", "part = part * 2", "x = part.to_numpy()"]


def test_lines_that_went_are_undone_by_what_was_before_them() -> None:
    source = "x = x * 0\nx = x[:, :1]\n" + FIT
    before = {"x": np.ones((2, 2))}
    found, lines = remade(source.replace("x = x * 0\n", ""), source, restored=before)
    assert lines == ["x = x[:, :1]"]
    assert list(map(ast.unparse, found.as_they_were)) == ["x = x * 0", "x = x[:, :1]"]


def test_before_a_fit_nothing_is_known_to_compare_with() -> None:
    source = CELL + FIT
    patched = source.replace("\nother", "\ntable = table * 2\nother")
    with pytest.raises(UntriedError, match="line 4 computes its result from data"):
        remade(patched, source, fitted=False)
