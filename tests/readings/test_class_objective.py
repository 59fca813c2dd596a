import pytest

from nbdoctor.readings.class_objective import ClassObjective, class_objective
from nbdoctor.readings.head import Output
from nbdoctor.readings.labels import Target

ONE = Output(name="y", width=1, activation="sigmoid", loss="mean_squared_error")
THREE = Output(name="y", width=3, activation="sigmoid", loss="mean_absolute_error")
BINARY = ClassObjective(loss="binary_crossentropy", activation="sigmoid")
CATEGORICAL = ClassObjective(loss="categorical_crossentropy", activation="softmax")


def target(encoding: str = "ids", *, maximum: float = 1.0, width: int | None = None) -> Target:
    shape = () if width is None else (width,)
    distinct = int(maximum) + 1
    return Target(name="y", encoding=encoding, maximum=maximum, distinct=distinct, shape=shape)


@pytest.mark.parametrize(
    ("output", "labels", "fitting"),
    [
        pytest.param(ONE, target(), BINARY, id="two classes on one unit"),
        pytest.param(THREE, target("one-hot", width=3), CATEGORICAL, id="one class of three"),
        pytest.param(THREE, target("multi-hot", width=3), BINARY, id="yes or no to each"),
        pytest.param(ONE, target(maximum=9), None, id="numbers"),
        pytest.param(ONE, target("continuous"), None, id="shares"),
        pytest.param(THREE, target(), None, id="one label for three units"),
        pytest.param(THREE, target("one-hot", width=4), None, id="widths that differ"),
        pytest.param(
            Output(name="y", width=1, loss="binary_crossentropy"), target(), None, id="fits already"
        ),
        pytest.param(None, target(), None, id="no head"),
        pytest.param(ONE, None, None, id="no labels"),
    ],
)
def test_what_fits(
    output: Output | None, labels: Target | None, fitting: ClassObjective | None
) -> None:
    assert class_objective(output, labels) == fitting
