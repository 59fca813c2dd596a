import numpy as np
import pytest

from nbdoctor.capture.sample import Part, Sample
from nbdoctor.readings.class_numbers import class_numbers, compared
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.missing import NotTakenError

RNG = np.random.default_rng(7)
X = RNG.normal(size=(900, 6)).astype("float32")
KNOWN = X @ RNG.normal(size=(6, 4)) / 2


@pytest.mark.parametrize(
    ("truth", "lowest", "highest"),
    [
        pytest.param(KNOWN.argmax(axis=1), 0.1, 0.6, id="classes without an order"),
        pytest.param(
            (KNOWN + RNG.gumbel(size=KNOWN.shape)).argmax(axis=1), 0.03, 0.6, id="noisy classes"
        ),
        pytest.param(np.digitize(KNOWN[:, 0], [-1, 0, 1]), -0.6, 0.03, id="grades"),
        pytest.param(np.minimum(RNG.poisson(np.exp(KNOWN[:, 0] / 2)), 3), -0.6, 0.03, id="counts"),
        pytest.param(RNG.integers(0, 4, 900), -0.1, 0.07, id="noise"),
    ],
)
def test_naming_wins_where_the_order_says_nothing(
    truth: np.ndarray, lowest: float, highest: float
) -> None:
    found = compared(X, truth)
    assert found is not None
    named, estimated, rows = found
    gains = [share - estimated[kind] for kind, share in named.items()]
    assert rows == 900
    assert lowest < min(gains) < highest


def test_a_rare_class_tells_nothing() -> None:
    truth = np.arange(900) % 3
    truth[truth == 2] = 1
    truth[:4] = 2
    assert compared(X, truth) is None


def taken(**changes: object) -> object:
    target = {"name": "y", "encoding": "ids", "distinct": 4, "minimum": 0.0, "maximum": 3.0}
    output = Output(name="y", width=1, loss="mean_squared_error", activation="linear")
    part = Part(inputs={"x": X}, targets={"y": KNOWN.argmax(axis=1)})
    labels = Labels(targets=(Target(rows=900, **{**target, **changes}),))
    return class_numbers(Sample(train=part), labels, Head(outputs=(output,)))


def test_it_is_taken_for_few_whole_numbers_on_one_unit() -> None:
    found = taken()
    assert (found.output, found.classes, found.rows) == ("y", 4, 900)
    assert set(found.gains) == {"linear model", "nearest neighbours"}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"distinct": 2, "maximum": 1.0}, id="two"),
        pytest.param({"distinct": 30, "maximum": 29.0}, id="many"),
        pytest.param({"maximum": 9.0}, id="with gaps"),
        pytest.param({"encoding": "continuous"}, id="measured"),
    ],
)
def test_it_is_not_taken_for_other_targets(changes: dict[str, object]) -> None:
    with pytest.raises(NotTakenError):
        taken(**changes)
