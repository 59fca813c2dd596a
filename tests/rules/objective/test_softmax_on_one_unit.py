import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.objective.softmax_on_one_unit import softmax_on_one_unit
from nbdoctor.rules.rule import DoesNotApplyError

STATIC = Output(
    name="dense",
    layer="dense",
    shape=(None, 1),
    width=1,
    activation="softmax",
    loss="binary_crossentropy",
)


def output(**changes: object) -> Output:
    return Output(**{name: getattr(STATIC, name) for name in STATIC.__slots__} | changes)


def labels(encoding: str = "ids", highest: float = 1) -> Labels:
    distinct = int(highest) + 1
    target = Target(name="dense", encoding=encoding, maximum=highest, distinct=distinct)
    return Labels(targets=(target,))


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(STATIC, id="before the first prediction"),
        pytest.param(output(minimum=1.0, maximum=1.0, rows=256), id="all predictions are 1"),
        pytest.param(output(minimum=0.9999999, maximum=1.0), id="rounding in float32"),
        pytest.param(output(loss="mean_squared_error"), id="under squared error"),
        pytest.param(output(loss="custom"), id="under a loss of the user's own"),
        pytest.param(
            output(shape=(None, 8, 8, 1), rank=4, minimum=1.0, maximum=1.0),
            id="one channel of a picture",
        ),
    ],
)
def test_fires(head: Output) -> None:
    (finding,) = softmax_on_one_unit(Head(outputs=(head,)), None)
    assert "`dense` has a single unit" in finding.says
    assert ("256 examined predictions" in finding.says) == (head.rows == 256)
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(activation="sigmoid"), id="sigmoid"),
        pytest.param(output(activation="linear"), id="linear"),
        pytest.param(output(activation=""), id="an activation that is not known"),
        pytest.param(output(shape=(None, 2), width=2), id="two units"),
        pytest.param(output(shape=(None, 1000), width=1000), id="many units"),
        pytest.param(
            output(activation="sigmoid", minimum=1.0, maximum=1.0), id="saturated sigmoid"
        ),
        pytest.param(output(shape=(None, 12, 1), rank=3), id="steps, before the first prediction"),
        pytest.param(
            output(shape=(None, 12, 1), rank=3, minimum=0.01, maximum=0.4),
            id="a softmax over the steps of a sequence",
        ),
        pytest.param(output(minimum=0.999, maximum=1.0), id="not quite 1"),
    ],
)
def test_stays_silent(head: Output) -> None:
    assert list(softmax_on_one_unit(Head(outputs=(head,)), None)) == []


def test_does_not_apply_without_a_known_width() -> None:
    with pytest.raises(DoesNotApplyError):
        list(softmax_on_one_unit(Head(outputs=(output(width=None),)), None))


SICK = """\
model = keras.Sequential([
    keras.layers.Dense(8, activation="relu"),
    keras.layers.Dense(1, activation="softmax"),  # head
])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
"""
SIGMOID = SICK.replace("softmax", "sigmoid")
CATEGORICAL = SICK.replace("binary_", "categorical_")


@pytest.mark.parametrize(
    ("loss", "targets", "before", "after"),
    [
        pytest.param("binary_crossentropy", labels(), SICK, SIGMOID, id="two classes"),
        pytest.param("binary_crossentropy", None, SICK, SIGMOID, id="labels that were not read"),
        pytest.param("categorical_crossentropy", labels(), CATEGORICAL, SIGMOID, id="both edits"),
        pytest.param(
            "binary_crossentropy",
            labels(highest=2),
            SICK,
            SICK.replace("Dense(1", "Dense(3").replace("binary", "sparse_categorical"),
            id="three classes",
        ),
        pytest.param(
            "mean_squared_error",
            labels("continuous"),
            SICK,
            SICK.replace("softmax", "linear"),
            id="a number to predict",
        ),
        pytest.param(
            "mean_absolute_error",
            labels(),
            SICK.replace("binary_crossentropy", "mean_absolute_error"),
            SIGMOID,
            id="two classes under a loss for numbers",
        ),
        pytest.param(
            "mean_absolute_error",
            None,
            SICK.replace("binary_crossentropy", "mean_absolute_error"),
            SIGMOID.replace("binary_crossentropy", "mean_absolute_error"),
            id="a loss for numbers, and labels that were not read",
        ),
    ],
)
def test_treatment(loss: str, targets: Labels | None, before: str, after: str) -> None:
    (finding,) = softmax_on_one_unit(Head(outputs=(output(loss=loss),)), targets)
    (treated,) = softmax_on_one_unit.treatments(finding, Cell(before))
    assert treated.patched == after
    (again,) = softmax_on_one_unit.treatments(finding, Cell(after))
    assert again.patched is None


def test_the_head_is_not_guessed_among_several_models() -> None:
    (finding,) = softmax_on_one_unit(Head(outputs=(STATIC,)), None)
    (offered,) = softmax_on_one_unit.treatments(finding, Cell(SICK + SICK))
    assert offered.patched is None


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")  # Keras warns of it as well
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 2

    def rules_that_fire(activation: str) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation=activation)])
        model.compile("adam", "binary_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "softmax-on-one-unit" in rules_that_fire("softmax")
    assert "softmax-on-one-unit" not in rules_that_fire("sigmoid")
