"""Which statement made the value of a name that another one reads."""

import ast
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbdoctor.trials.copying.reaching import Definitions

pytestmark = pytest.mark.keras

NAMES: dict[str, Any] = {
    "np": np,
    "x": np.zeros(3),
    "y": np.zeros(3),
    "frame": pd.DataFrame({"a": [1]}),
    "rng": np.random.default_rng(0),
    "rows": [1, 2],
    "print": print,
}


def of(source: str, **names: Any) -> Definitions:
    return Definitions(ast.parse(source).body, {**NAMES, **names})


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("x = y", {"x"}),
        ("x, z = y", {"x", "z"}),
        ("x[0] = 1", {"x"}),
        ("x += y", {"x"}),
        ("frame.a = 1", {"frame"}),
        ("frame.drop(columns='a', inplace=True)", {"frame"}),
        ("del frame", {"frame"}),
        ("frame.info()", set()),
        ("print(frame)", set()),
        ("rows.append(3)", {"rows"}),
        ("np.random.shuffle(x)", {"x"}),
        ("rng.shuffle(x)", {"rng", "x"}),
        ("x = y[rng.permutation(3)]", {"x", "rng"}),
        ("x = [i for i in rows]", {"x"}),
        ("for i in rows: x[i] = 0", {"i", "x"}),
        ("x = np.append(x, 1)", {"x"}),
        ("def f(): x[0] = 1", {"f"}),
    ],
)
def test_what_a_statement_changes(source: str, changed: set[str]) -> None:
    assert of(source).changes == [changed]


def test_what_a_function_of_the_cell_may_change() -> None:
    made = of("def clean(table): table['a'] = 0\nclean(frame)\nz = clean(frame)")
    assert made.changes == [{"clean"}, {"frame"}, {"z"}]


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("z = x + 1", {"x"}),
        ("z = [x[i] for i in range(3)]", {"x"}),
        ("x[0] = 1", {"x"}),
        ("x += y", {"x", "y"}),
        ("for i in rows: z = x[i]", {"rows", "x", "i"}),
        ("z = len(x)", {"x"}),
    ],
)
def test_what_a_statement_reads(source: str, read: set[str]) -> None:
    assert of(source).reads[0] - {"i"} == read - {"i"}


def test_a_call_reads_what_its_function_reads() -> None:
    made = of("def cut(n): return x[:n]\nparts = lambda n: cut(n) + y\nz = parts(3)")
    assert made.reads[2] == {"parts", "cut", "x", "y"}


def test_the_last_change_reaches() -> None:
    made = of("x = y\nx[0] = 1\nz = x\nx = z")
    assert [made.reaching("x", at) for at in range(5)] == [None, 0, 1, 1, 3]
    assert made.reaching("frame", made.end) is None


def test_what_a_branch_may_leave_is_read_by_it() -> None:
    made = of("x = y\nif rows:\n    x = x + 1\nz = x")
    assert made.reaching("x", made.end) == 1
    assert "x" in made.reads[1]
