import pytest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.optimizer import usual_rate, with_rate


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("m.compile(SGD(learning_rate=rate), 'mse')", "m.compile(SGD(learning_rate=0.5), 'mse')"),
        ("slow = optimizers.SGD(1e-9, 0.9)", "slow = optimizers.SGD(0.5, 0.9)"),
        ("slow = SGD()", "slow = SGD(learning_rate=0.5)"),
        (
            "import keras\nm.compile('sgd', 'mse')",
            "import keras\nm.compile(keras.optimizers.SGD(learning_rate=0.5), 'mse')",
        ),
        (
            "m.compile(SGD(1), 'mse')\nm.optimizer.learning_rate = 9 * rate  # more",
            "m.compile(SGD(1), 'mse')\nm.optimizer.learning_rate = 0.5  # more",
        ),
    ],
)
def test_the_rate_is_edited_where_it_is_given(before: str, after: str) -> None:
    assert with_rate(Cell(before), "SGD", "0.5").source == after
    assert with_rate(Cell(after), "SGD", "0.5").source == after


@pytest.mark.parametrize(
    "source",
    [
        "model.fit(x, y)",
        "one, two = SGD(1), SGD(2)",
        "m.optimizer.learning_rate = (1\n    + 2)",
        "m.compile('sgd', 'mse')",
    ],
)
def test_a_rate_without_one_place_is_not_edited(source: str) -> None:
    with pytest.raises(CannotEditError):
        with_rate(Cell(source), "SGD", "0.5")


def test_usual_rates() -> None:
    assert (usual_rate("SGD"), usual_rate("Adam")) == ("0.01", "0.001")
