from dataclasses import replace
from typing import Any

import pytest

from nbdoctor.cell.call import Call
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.source import DataVariable, Source
from nbdoctor.rules.notebook.data_never_used import data_never_used
from nbdoctor.rules.rule import DoesNotApplyError


def variable(name: str, *shape: int, line: int = 4) -> DataVariable:
    return DataVariable(name=name, line=line, shape=shape, dtype="float64")


SEED = Source(
    calls=(Call(name="fit", callee="model.fit", line=20),),
    defines=(variable("inputs", 100, 10), variable("labels", 100, line=5)),
    reaches_fit=("data_generator", "np"),
    fit_data="data_generator(32)",
    yield_line=9,
)
ARRAYS = Fit(data_kind="arrays")


@pytest.mark.parametrize(
    ("source", "fit", "words"),
    [
        pytest.param(
            SEED,
            Fit(data_kind="generator"),
            ("`inputs` (100 by 10)", "`labels` (100)", "`data_generator(32)`", "line 9"),
            id="a placeholder generator",
        ),
        pytest.param(
            replace(SEED, defines=(variable("alpha", 90, 3), variable("beta", 90))),
            None,
            ("`alpha` (90 by 3)", "`beta` (90)"),
            id="unusual names of the usual shapes",
        ),
        pytest.param(
            replace(SEED, defines=(variable("XTrain", 90), variable("other", 90))),
            None,
            ("`XTrain`",),
            id="a telling name of an unusual shape",
        ),
        pytest.param(
            replace(SEED, fit_data="np.zeros((100, 10))", yield_line=None, reaches_fit=("np",)),
            ARRAYS,
            ("`np.zeros((100, 10))`",),
            id="zeros made up in the call",
        ),
        pytest.param(
            replace(
                SEED,
                defines=(*SEED.defines, variable("class_weight", 3)),
                reaches_fit=("class_weight",),
            ),
            None,
            ("`inputs`",),
            id="only something small of the cell reaches fit",
        ),
    ],
)
def test_fires(source: Source, fit: Fit | None, words: tuple[str]) -> None:
    (finding,) = data_never_used(source, fit)
    assert all(word in finding.says for word in words)
    assert finding.where.variable == source.defines[0].name
    assert (finding.severity, finding.kind) == ("warning", "proof")


def test_explains_the_zeros_of_the_third_seed_program() -> None:
    assert {"constant-inputs", "single-class-labels"} <= set(data_never_used.explains)


def test_three_arrays_are_listed_as_in_a_sentence() -> None:
    defines = (variable("x_a", 9, 2), variable("x_b", 9, 2), variable("y", 9))
    (finding,) = data_never_used(replace(SEED, defines=defines), None)
    assert "`x_a` (9 by 2), `x_b` (9 by 2) and `y` (9) are defined" in finding.says


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(replace(SEED, reaches_fit=("inputs", "labels")), id="both reach fit"),
        pytest.param(replace(SEED, reaches_fit=("inputs",)), id="the inputs reach fit"),
        pytest.param(replace(SEED, used_elsewhere=("inputs", "labels")), id="plotted in the cell"),
        pytest.param(replace(SEED, used_elsewhere=("labels",)), id="one array alone is left"),
        pytest.param(replace(SEED, defines=()), id="no arrays"),
        pytest.param(
            replace(SEED, defines=(variable("inputs", 100, 10), variable("labels", 90))),
            id="not equally long",
        ),
        pytest.param(
            replace(SEED, defines=(variable("x_test", 100, 10), variable("y_test", 100))),
            id="a test split for a later cell",
        ),
        pytest.param(
            replace(SEED, defines=(variable("xtest", 100, 10), variable("yval", 100))),
            id="test and validation written in one word",
        ),
        pytest.param(
            replace(SEED, defines=(variable("X_holdout", 100, 10), variable("YTest", 100))),
            id="a holdout in other spellings",
        ),
        pytest.param(
            replace(SEED, defines=(variable("x_plot", 100, 1), variable("y_plot", 100, 1))),
            id="a grid for a plot",
        ),
        pytest.param(
            replace(SEED, defines=tuple(replace(v, line=25) for v in SEED.defines)),
            id="assigned after fit",
        ),
        pytest.param(
            replace(SEED, defines=(variable("alpha", 90), variable("beta", 90))),
            id="neither name nor shape of data",
        ),
        pytest.param(
            replace(SEED, defines=(variable("x", 1, 10), variable("y", 1))),
            id="a single row",
        ),
        pytest.param(
            replace(
                SEED,
                defines=(*SEED.defines, variable("a", 80, 10), variable("b", 80)),
                reaches_fit=("a", "b"),
            ),
            id="other data of the cell reaches fit",
        ),
    ],
)
def test_stays_silent(source: Source) -> None:
    assert not list(data_never_used(source, ARRAYS))


@pytest.mark.parametrize(
    ("source", "fit"),
    [
        pytest.param(replace(SEED, fit_data=""), ARRAYS, id="no fit in the cell"),
        pytest.param(
            replace(SEED, yield_line=None),
            Fit(data_kind="generator"),
            id="a generator from another cell may read them",
        ),
        pytest.param(
            replace(SEED, yield_line=None, fit_data="train_ds"),
            Fit(data_kind="tf.data"),
            id="a dataset from another cell",
        ),
        pytest.param(
            replace(SEED, yield_line=None, fit_data="x_train"),
            ARRAYS,
            id="arrays from another cell",
        ),
        pytest.param(
            replace(SEED, yield_line=None, fit_data="prepare(3)"),
            ARRAYS,
            id="a function from another cell",
        ),
    ],
)
def test_does_not_apply(source: Source, fit: Fit) -> None:
    with pytest.raises(DoesNotApplyError):
        list(data_never_used(source, fit))


def test_treatment() -> None:
    (finding,) = data_never_used(SEED, None)
    (treatment,) = data_never_used.treatments(finding, Cell("model.fit(data_generator(32))\n"))
    assert "`inputs` and `labels` to `fit` instead of `data_generator(32)`" in treatment.text
    assert (treatment.effect, treatment.patched) == ("judgement", None)


CELL = """%%diagnose -q --no-trials -o report
import numpy as np
import keras
inputs = np.random.rand(100, 10)
labels = np.random.randint(0, 2, size=100)
def batches(size):
    while True:
        yield {batch}
model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(batches(32), epochs=2, steps_per_epoch=3, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")  # Keras's own, of the cell
def test_on_a_real_model() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell: Any = InteractiveShell.instance()
    shell.run_cell("%load_ext nbdoctor")
    shell.run_cell(CELL.format(batch='np.zeros((size, 10)), np.zeros(size, dtype="int64")'))
    sick = {f.rule: f for f in shell.user_ns["report"].findings}
    assert "`inputs` (100 by 10)" in sick["data-never-used"].says
    assert sick["constant-inputs"].because_of == "data-never-used"
    shell.run_cell(CELL.format(batch="inputs[:size], labels[:size]"))
    assert "data-never-used" not in {f.rule for f in shell.user_ns["report"].findings}
