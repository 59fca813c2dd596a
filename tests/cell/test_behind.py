"""Which calls of a cell belong to the model that one `fit` trains."""

from __future__ import annotations

import ast

import pytest

from nbdoctor.cell.behind import calls_behind
from nbdoctor.cell.data_flow import fit_call
from nbdoctor.cell.syntax import unparsed

NET = """
def net(width):
    made = Sequential([Dense(width), Dense(1)])
    made.compile("adam")
    return made
"""
TWO = """
model = A()
model.compile("a")
model.fit(x)
model = B()
model.compile("b")
model.fit(x)
"""


def behind(source: str, line: int) -> list[str] | None:
    tree = ast.parse(source)
    fit = fit_call(tree, line)
    assert isinstance(fit, ast.Call)
    assert isinstance(fit.func, ast.Attribute)
    found = calls_behind(tree, fit, unparsed(fit.func.value))
    return None if found is None else [f"{call.lineno} {unparsed(call.func)}" for call in found]


@pytest.mark.parametrize(
    ("source", "line", "expected"),
    [
        pytest.param(TWO, 4, ["2 A", "3 model.compile", "4 model.fit"], id="before made anew"),
        pytest.param(TWO, 7, ["5 B", "6 model.compile", "7 model.fit"], id="made anew"),
        pytest.param(
            f"{NET}a = net(2)\nb = B()\nb.compile(1)\nb.fit(x)\na.fit(x)",
            9,
            ["7 B", "8 b.compile", "9 b.fit"],
            id="beside a function that makes another",
        ),
        pytest.param(
            f"{NET}a = net(2)\nb = B()\nb.compile(1)\nb.fit(x)\na.fit(x)",
            10,
            ["3 Sequential", "3 Dense", "3 Dense", "4 made.compile", "6 net", "10 a.fit"],
            id="made by a function",
        ),
        pytest.param(
            "for i in folds():\n    m = A(i)\n    m.compile(1)\n    m.fit(x[i])",
            4,
            ["1 folds", "2 A", "3 m.compile", "4 m.fit"],
            id="made in a loop",
        ),
        pytest.param(
            "m = A()\nm.compile(1)\nif big:\n    m.compile(2)\nm.fit(x)",
            5,
            ["1 A", "2 m.compile", "4 m.compile", "5 m.fit"],
            id="perhaps compiled again",
        ),
        pytest.param(
            "a = A()\na.compile(1)\na.fit(x)\nb.fit(x)", 4, ["4 b.fit"], id="made in another cell"
        ),
        pytest.param(
            "h = D(1)(i)\nh = D(2)(h)\nm = Model(i, h)\nm.add(E())\nm.fit(x, callbacks=[S()])",
            5,
            ["1 D(1)", "1 D", "2 D(2)", "2 D", "3 Model", "4 m.add", "4 E", "5 m.fit", "5 S"],
            id="layer by layer",
        ),
        pytest.param(
            "class Net(Model):\n    def __init__(self):\n        self.d = D(1)\n"
            "m = Net()\nother = D(2)\nm.fit(x)",
            6,
            ["3 D", "4 Net", "6 m.fit"],
            id="of a class of the cell",
        ),
    ],
)
def test_the_calls_of_one_model(source: str, line: int, expected: list[str]) -> None:
    assert behind(source, line) == expected


def test_whose_model_a_function_is_handed_is_not_told() -> None:
    source = "def train(m):\n    m.compile(1)\n    m.fit(x)\ntrain(A())\ntrain(B())"
    assert behind(source, 3) is None
    assert behind("trainer.net.fit(x)", 1) is None


def test_a_cell_that_only_mentions_itself_ends() -> None:
    assert behind("def f():\n    return f()\nm = f()\nm.fit(x)", 4) == ["2 f", "3 f", "4 m.fit"]
