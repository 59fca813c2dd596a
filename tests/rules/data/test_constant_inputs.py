import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.data_changes import DataChanges
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.source import Source
from nbdoctor.rules.data.constant_inputs import constant_inputs
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.changing import changed

ZEROS = InputTensor(name="x", shape=(10,), rows=96, constant=True, constant_columns=10)
VARIED = InputTensor(name="x", shape=(10,), rows=96, maximum=1.0)
GENERATOR = Source(fit_data="data_generator(32)", yield_line=9)


@pytest.mark.parametrize(
    ("tensors", "source", "words"),
    [
        pytest.param((ZEROS,), GENERATOR, ("96", "line 9", "is 0."), id="zeros from a generator"),
        pytest.param(
            (InputTensor(name="x", variable="x_train", rows=2, total_rows=9000, constant=True),),
            None,
            ("2 rows examined (of 9,000)", "`x_train`"),
            id="two equal rows of an array",
        ),
        pytest.param(
            (InputTensor(name="x", rows=8, constant=True, minimum=0.0, maximum=3.0),),
            Source(),
            ("8 rows examined are identical. The model",),
            id="equal rows of different columns",
        ),
        pytest.param((ZEROS, ZEROS), None, ("Every value is 0",), id="both inputs constant"),
    ],
)
def test_fires(tensors: tuple[InputTensor, ...], source: Source | None, words: tuple[str]) -> None:
    (finding,) = constant_inputs(Inputs(tensors=tensors), source, None)
    assert finding.severity == "critical"
    assert all(word in finding.says for word in words)
    assert finding.measured["rows compared"] == tensors[0].rows


def test_the_line_of_the_yield_is_the_place() -> None:
    (finding,) = constant_inputs(Inputs(tensors=(ZEROS,)), GENERATOR, None)
    assert finding.where.line == 9
    assert "`data_generator(32)`" in finding.says


@pytest.mark.parametrize(
    "tensors",
    [
        pytest.param((VARIED,), id="rows differ"),
        pytest.param(
            (InputTensor(name="x", rows=96, constant_columns=9),),
            id="all columns but one are constant",
        ),
        pytest.param((ZEROS, VARIED), id="one of two inputs is constant"),
        pytest.param((VARIED, ZEROS), id="the second of two inputs is constant"),
        pytest.param(
            (InputTensor(name="x", rows=96, constant=True, nan=960),),
            id="all values are NaN, which another rule tells",
        ),
        pytest.param(
            (InputTensor(name="x", rows=96, minimum=3.0, maximum=3.001),),
            id="rows differ a little",
        ),
    ],
)
def test_stays_silent(tensors: tuple[InputTensor, ...]) -> None:
    assert not list(constant_inputs(Inputs(tensors=tensors), GENERATOR, None))


@pytest.mark.parametrize(
    "tensors",
    [
        pytest.param((InputTensor(name="x", rows=1, constant=True),), id="one row"),
        pytest.param((ZEROS, InputTensor(name="z", rows=0)), id="an input that was not read"),
        pytest.param((), id="no input"),
    ],
)
def test_does_not_apply(tensors: tuple[InputTensor, ...]) -> None:
    with pytest.raises(DoesNotApplyError):
        list(constant_inputs(Inputs(tensors=tensors), None, None))


def test_treatment() -> None:
    cell = Cell("def batches():\n    while True:\n        yield np.zeros((32, 10))\n")
    (finding,) = constant_inputs(Inputs(tensors=(ZEROS,)), Source(yield_line=3), None)
    (treatment,) = constant_inputs.treatments(finding, cell)
    assert "Line 3" in treatment.text
    assert treatment.patched is None


MADE = changed(line=3, text="x = x.astype('uint8')", constant=True)


def test_the_line_that_made_the_rows_equal_is_named_and_left_out() -> None:
    cell = Cell("x = x / 255\n\nx = x.astype('uint8')\nmodel.fit(x, y)")
    changes = DataChanges(changes=(MADE,))
    (finding,) = constant_inputs(Inputs(tensors=(ZEROS,)), None, changes)
    assert finding.says.endswith(
        "Line 3, `x = x.astype('uint8')`, made them identical: they differed before it."
    )
    assert finding.where.line == 3
    (treatment,) = constant_inputs.treatments(finding, cell)
    assert treatment.patched == "x = x / 255\n\nmodel.fit(x, y)"


def test_a_line_that_changed_other_data_is_not_blamed() -> None:
    changes = DataChanges(changes=(replace(MADE, argument="y"), replace(MADE, constant=False)))
    (finding,) = constant_inputs(Inputs(tensors=(ZEROS,)), None, changes)
    assert "Line" not in finding.says


def test_the_example_is_python() -> None:
    ast.parse(constant_inputs.page.split("```python")[1].split("```")[0])


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(64, 4)).astype("float32"), rng.integers(0, 2, size=64)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    assert "constant-inputs" in {f.rule for f in diagnose(model, x * 0, y).findings}
    assert "constant-inputs" not in {f.rule for f in diagnose(model, x, y).findings}
