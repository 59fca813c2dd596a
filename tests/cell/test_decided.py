import ast
from typing import Any

import numpy as np
import pytest

from nbdoctor.cell.decided import Decided, decided


def found(source: str, **names: Any) -> list[Decided]:
    return list(decided(ast.parse(source), {"np": np, **names}))


@pytest.mark.parametrize(
    ("source", "axis"),
    [
        pytest.param("c = np.argmax(model.predict(x), axis=0)", 0, id="in place"),
        pytest.param("p = model.predict(x)\nc = np.argmax(p, 0)", 0, id="by place"),
        pytest.param("p = model.predict(x)\nc = p.argmax(axis=-1)", -1, id="a method"),
        pytest.param("p = model.predict(x)\nc = p.argmax(1)", 1, id="a method, by place"),
        pytest.param("print(np.argmax(model.predict(x)))", "all", id="no axis"),
        pytest.param("print(np.argmax(model.predict(x), axis=None))", "all", id="None"),
    ],
)
def test_the_axis_of_the_largest_is_told(source: str, axis: Any) -> None:
    (one,) = found(source)
    assert (one.by, one.axis) == ("argmax", axis)
    assert (one.first, one.last) == (1, 1)


def test_tensorflow_takes_the_rows_without_an_axis() -> None:
    import types

    module = types.ModuleType("tensorflow")
    (one,) = found("c = tf.argmax(model.predict(x))", tf=module)
    assert one.axis == 0


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("c = np.argmax(model.predict(x)[0])", id="one row"),
        pytest.param("p = y\nc = np.argmax(p, axis=0)", id="no predictions"),
        pytest.param("p = model.predict(x)\np = p[0]\nc = np.argmax(p)", id="assigned twice"),
        pytest.param("for p in model.predict(x):\n    c = np.argmax(p)", id="row by row"),
        pytest.param("c = np.argmax(model.predict(x), axis=k)", id="an axis that is computed"),
        pytest.param("c = model.predict(x) > 0", id="another threshold"),
        pytest.param("print(np.round(model.predict(x), 2))", id="rounded to be read"),
        pytest.param("print(model.predict(x).round(decimals=2))", id="the same, a method"),
    ],
)
def test_what_is_not_told_is_left_alone(source: str) -> None:
    assert found(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "c = (model.predict(x) > 0.5).astype(int)",
        "c = np.round(model.predict(x))",
        "p = model.predict(x)\nc = p.round()",
        "c = np.where(model.predict(x) >= 0.5, 1, 0)",
    ],
)
def test_thresholds_of_one_half_are_found(source: str) -> None:
    (one,) = found(source)
    assert one.by == "threshold"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("y_pred = np.argmax(model.predict(x), axis=0)", True),
        ("acc = np.mean(np.argmax(model.predict(x), axis=0) == y)", True),
        ("print(confusion_matrix(y, np.argmax(model.predict(x), axis=0)))", True),
        ("best = np.argmax(model.predict(x), axis=0)", False),
    ],
)
def test_it_is_told_whether_the_result_is_used_as_classes(source: str, names: bool) -> None:
    (one,) = found(source)
    assert one.names_classes is names
