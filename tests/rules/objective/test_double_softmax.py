import math

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.rules.objective.double_softmax import double_softmax
from nbdoctor.rules.rule import DoesNotApplyError

ROUNDING = 1e-5
"""Of a loss in float32 that comes to rest at its bound."""

KEPT = Output(
    name="y",
    layer="dense",
    width=3,
    activation="softmax",
    loss="sparse_categorical_crossentropy",
    from_logits=True,
    keeps_logits=True,
)


def output(**changes: object) -> Output:
    return Output(**{name: getattr(KEPT, name) for name in KEPT.__slots__} | changes)


LOST = output(keeps_logits=False)
BINARY = {"loss": "binary_crossentropy", "activation": "sigmoid", "width": 1}


@pytest.mark.parametrize(
    ("head", "severity", "said"),
    [
        pytest.param(KEPT, "note", "training is not affected", id="Keras finds the logits"),
        pytest.param(LOST, "critical", "a loss of 0.551", id="three classes"),
        pytest.param(output(keeps_logits=False, width=10), "critical", "1.46", id="ten classes"),
        pytest.param(
            output(keeps_logits=False, label_smoothing=0.1),
            "critical",
            "softmax is applied twice.",
            id="no floor is told for smoothed labels",
        ),
        pytest.param(
            output(keeps_logits=False, **BINARY),
            "critical",
            "sigmoid is applied twice.",
            id="a sigmoid",
        ),
    ],
)
def test_fires(head: Output, severity: str, said: str) -> None:
    (finding,) = double_softmax(Head(outputs=(head,)))
    assert said in finding.says
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(activation="linear"), id="logits"),
        pytest.param(output(activation="", keeps_logits=False), id="an unknown activation"),
        pytest.param(output(activation="sigmoid", keeps_logits=False), id="another activation"),
        pytest.param(output(activation="relu", keeps_logits=False), id="relu"),
    ],
)
def test_stays_silent(head: Output) -> None:
    assert list(double_softmax(Head(outputs=(head,)))) == []


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(from_logits=False), id="a loss for probabilities"),
        pytest.param(output(keeps_logits=None), id="before the first prediction"),
        pytest.param(output(loss="mean_squared_error"), id="a distance"),
        pytest.param(output(loss="custom"), id="a loss of the user's own"),
    ],
)
def test_does_not_apply(head: Output) -> None:
    with pytest.raises(DoesNotApplyError):
        list(double_softmax(Head(outputs=(head,))))


SICK = """\
model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
"""


def test_treatment() -> None:
    (finding,) = double_softmax(Head(outputs=(LOST,)))
    (treated,) = double_softmax.treatments(finding, Cell(SICK))
    assert treated.patched == SICK.replace("from_logits=True", "from_logits=False")
    (again,) = double_softmax.treatments(finding, Cell(str(treated.patched)))
    assert again.patched is None


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
def test_on_real_models() -> None:
    import keras
    import numpy as np

    import nbdoctor

    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 128)
    x = (6 * rng.normal(size=(3, 8))[y] + rng.normal(size=(128, 8))).astype("float32")

    def severity(*after: keras.layers.Layer, activation: str = "softmax") -> str:
        layers = [keras.Input((8,)), keras.layers.Dense(3, activation), *after]
        model = keras.Sequential(layers)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.1), loss)
        found = {one.rule: one.severity for one in nbdoctor.diagnose(model, x, y).findings}
        if found.get("double-softmax") == "critical":
            # Training never gets below the loss that the text tells.
            ends = model.fit(x, y, epochs=40, verbose=0).history["loss"][-1]
            assert ends > math.log(math.e + 2) - 1 - ROUNDING
        return found.get("double-softmax", "silent")

    assert severity() == "note"
    assert severity(keras.layers.Reshape((3,))) == "critical"
    assert severity(activation="linear") == "silent"
