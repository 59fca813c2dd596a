from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.wiring import Step, Wiring
from nbdoctor.rules.model.hidden_softmax import hidden_softmax
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.wired import chain, dense

HEAD = dense("head", "softmax", 3)
SICK_LAYER = dense("a", "softmax", 16, line=2)


@pytest.mark.parametrize(
    "wiring",
    [
        pytest.param(chain(SICK_LAYER, HEAD), id="dense"),
        pytest.param(chain(SICK_LAYER, Step(name="d", kind="Dropout"), HEAD), id="dropout after"),
        pytest.param(
            chain(SICK_LAYER, Step(name="n", kind="BatchNormalization"), HEAD), id="norm after"
        ),
        pytest.param(
            chain(
                dense("b"), Step(name="a", kind="Activation", activation="softmax", width=16), HEAD
            ),
            id="an activation layer",
        ),
        pytest.param(
            chain(Step(name="a", kind="Conv2D", activation="softmax", width=16), HEAD),
            id="convolution",
        ),
    ],
)
def test_fires(wiring: Wiring) -> None:
    (finding,) = hidden_softmax(wiring)
    assert "The 16 values of `a`" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


MULTIPLY = Step(name="m", kind="Multiply", takes=("a", "b"))


@pytest.mark.parametrize(
    "wiring",
    [
        pytest.param(chain(dense("a", "relu"), HEAD), id="softmax at the output"),
        pytest.param(
            Wiring(steps=(SICK_LAYER, dense("b"), MULTIPLY, replace(HEAD, takes=("m",)))),
            id="attention",
        ),
        pytest.param(
            Wiring(
                steps=(SICK_LAYER, replace(MULTIPLY, takes=("a",)), replace(HEAD, takes=("a",)))
            ),
            id="used by a layer and by a gate",
        ),
        pytest.param(
            chain(SICK_LAYER, Step(name="c", kind="Concatenate"), HEAD), id="stacked classifiers"
        ),
        pytest.param(
            chain(SICK_LAYER, Step(name="b", kind="Activation", activation="softmax")),
            id="twice at the output",
        ),
        pytest.param(
            chain(Step(name="a", kind="LSTM", activation="softmax", width=9), HEAD), id="recurrent"
        ),
        pytest.param(
            chain(Step(name="a", kind="MultiHeadAttention", activation="softmax", width=9), HEAD),
            id="attention inside",
        ),
        pytest.param(chain(dense("a", "softmax", 1), HEAD), id="one unit is another rule's"),
        pytest.param(
            Wiring(steps=(replace(SICK_LAYER, is_output=True), replace(HEAD, takes=("a",)))),
            id="an output that is used again",
        ),
    ],
)
def test_stays_silent(wiring: Wiring) -> None:
    assert list(hidden_softmax(wiring)) == []


def test_does_not_apply_without_a_softmax() -> None:
    with pytest.raises(DoesNotApplyError):
        list(hidden_softmax(chain(dense("a"))))


SICK = """\
model = keras.Sequential([
    keras.layers.Dense(16, activation="softmax"),
    keras.layers.Dense(3, activation="softmax"),
])
"""
CURED = SICK.replace('16, activation="softmax"', '16, activation="relu"')


def test_treatment() -> None:
    (finding,) = hidden_softmax(chain(SICK_LAYER, HEAD))
    (treated,) = hidden_softmax.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("model", CURED)
    (again,) = hidden_softmax.treatments(finding, Cell(CURED))
    assert again.patched is None


@pytest.mark.parametrize(
    "layer",
    [
        pytest.param(replace(SICK_LAYER, line=None), id="made elsewhere"),
        pytest.param(replace(SICK_LAYER, kind="Softmax"), id="a layer of its own"),
    ],
)
def test_treatment_is_advice_where_no_argument_says_it(layer: Step) -> None:
    (finding,) = hidden_softmax(chain(layer, HEAD))
    (offered,) = hidden_softmax.treatments(finding, Cell(SICK))
    assert offered.patched is None
    assert "Create `a` with" in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 3

    def rules_that_fire(activation: str) -> set[str]:
        model = keras.Sequential(
            [
                keras.Input((10,)),
                keras.layers.Dense(16, activation=activation),
                keras.layers.Dense(3, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "hidden-softmax" in rules_that_fire("softmax")
    assert "hidden-softmax" not in rules_that_fire("relu")
