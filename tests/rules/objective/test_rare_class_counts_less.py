from dataclasses import replace

import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.answers import Answers, OfClass
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.loss_forms import weight_of_ones
from nbdoctor.readings.loss_probe import LossProbe, Probed
from nbdoctor.rules.objective.rare_class_counts_less import rare_class_counts_less
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of


def attained(right: int = 10, ones: int = 60) -> Attained:
    classes = (
        OfClass(label=0.0, rows=1000 - ones, right=980 - ones),
        OfClass(label=1.0, rows=ones, right=right),
    )
    return Attained(
        kind="classes", score=0.8, answers=(Answers(output="y", kind="classes", classes=classes),)
    )


def probe(ones: float | None) -> LossProbe:
    return LossProbe(losses=(Probed(output="y", function="focal", ones=ones),))


def test_fires() -> None:
    (finding,) = rare_class_counts_less(probe(0.11), attained())
    assert "For rows of class 1 `focal` is 0.11 times" in finding.says
    assert "finds 17 % of the 60 rows" in finding.says


def test_fires_for_class_0() -> None:
    (finding,) = rare_class_counts_less(probe(9.0), attained(right=930, ones=970))
    assert "For rows of class 0" in finding.says


@pytest.mark.parametrize(
    ("ones", "known"),
    [
        pytest.param(1.0, attained(), id="no weights"),
        pytest.param(0.33, attained(), id="as published"),
        pytest.param(9.0, attained(), id="more weight"),
        pytest.param(0.11, attained(right=50), id="they are found"),
        pytest.param(0.11, attained(right=100, ones=400), id="not rare"),
    ],
)
def test_stays_silent(ones: float, known: Attained) -> None:
    assert not list(rare_class_counts_less(probe(ones), known))


def test_does_not_apply_without_one_value() -> None:
    with pytest.raises(DoesNotApplyError):
        list(rare_class_counts_less(probe(None), attained()))
    with pytest.raises(DoesNotApplyError):
        list(rare_class_counts_less(probe(0.1), replace(attained(), answers=())))


def test_treatment() -> None:
    (finding,) = rare_class_counts_less(probe(0.1), attained())
    (advice,) = rare_class_counts_less.treatments(finding, Cell(""))
    assert "alpha" in advice.text


def test_the_weight_of_a_loss() -> None:
    y = np.zeros((8, 1))

    def entropy(a: np.ndarray, p: np.ndarray, one: float = 1.0) -> float:
        return float(-(one * a * np.log(p) + (1 - a) * np.log(1 - p)).mean())

    assert weight_of_ones(entropy, y, y) == pytest.approx(1)
    assert weight_of_ones(lambda a, p: entropy(a, p, 5.0), y, y) == pytest.approx(5)


CELL = """
from keras import ops
rng = np.random.default_rng(0)
x = rng.normal(size=(1500, 4)).astype("float32")
y = (x[:, 0] + x[:, 1] + 0.5 * rng.normal(size=1500) > 2.2).astype("float32")[:, None]
def own(y_true, p):
    p = ops.clip(p, 1e-6, 1 - 1e-6)
    return -ops.mean({ones} * y_true * ops.log(p) + {zeros} * (1 - y_true) * ops.log(1 - p))
model = keras.Sequential([
    keras.Input((4,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1, activation="sigmoid")
])
model.compile(keras.optimizers.Adam(0.01), loss=own)
model.fit(x, y, batch_size=128, epochs=8, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("ones", "zeros", "fires"), [(0.08, 0.92, True), (0.92, 0.08, False), (1, 1, False)]
)
def test_on_a_real_loss(ones: float, zeros: float, *, fires: bool) -> None:
    found = rules_of(CELL.format(ones=ones, zeros=zeros), "--no-trials --no-experiment")
    assert ("rare-class-counts-less" in found) is fires
