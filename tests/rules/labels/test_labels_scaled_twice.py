import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.labels.labels_scaled_twice import labels_scaled_twice
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def target(*values: float, distinct: int | None = None) -> Target:
    return Target(
        name="y",
        variable="masks",
        rows=100,
        shape=(8, 8, 1),
        rank=4,
        minimum=min(values),
        maximum=max(values),
        distinct=distinct or len(values),
        counts=tuple((value, 1000) for value in values),
        values=6400,
        integral=False,
        encoding="continuous",
    )


def findings(
    values: Target, loss: str = "binary_crossentropy", activation: str = "sigmoid"
) -> list[Finding]:
    head = Head(outputs=(Output(name="y", layer="conv2d", activation=activation, loss=loss),))
    return list(labels_scaled_twice(Labels(targets=(values,)), head))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        pytest.param(target(0, 1 / 255), "0 to 1: they may have been divided by 255", id="a mask"),
        pytest.param(target(0, 0.1), "0 to 0.1", id="0 and 1 divided by 10"),
        pytest.param(
            target(0, *(n / 255**2 for n in (1, 7, 128, 255))), "0 to 1: they", id="pixels"
        ),
    ],
)
@pytest.mark.parametrize("loss", ["binary_crossentropy", "dice"])
def test_fires(values: Target, words: str, loss: str) -> None:
    (finding,) = findings(values, loss)
    assert words in finding.says
    assert finding.severity == "critical"


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(target(0, 1), id="0 and 1"),
        pytest.param(target(0.1, 0.9), id="smoothed"),
        pytest.param(target(0, *(n / 255 for n in (3, 99, 255))), id="pixels"),
        pytest.param(
            target(0, 0.00013, 0.0017, 0.00451, distinct=900), id="probabilities of rare events"
        ),
        pytest.param(target(0), id="one class is another rule's"),
    ],
)
def test_stays_silent(values: Target) -> None:
    assert findings(values) == []


@pytest.mark.parametrize("loss", ["mean_squared_error", "custom"])
def test_fires_for_a_sigmoid_under_another_loss(loss: str) -> None:
    (finding,) = findings(target(0, 1 / 255), loss)
    assert "the sigmoid of `conv2d` is for values from 0 to 1" in finding.says
    assert findings(target(0, 0.1), loss) == []


@pytest.mark.parametrize("loss", ["mean_squared_error", "custom", "categorical_crossentropy"])
def test_does_not_apply(loss: str) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(target(0, 1 / 255), loss, "linear")


def test_treatment() -> None:
    (finding,) = findings(target(0, 1 / 255))
    (treated,) = labels_scaled_twice.treatments(finding, Cell("model.fit(x, masks)\n"))
    assert treated.patched == "model.fit(x, masks * 255)\n"
    (advice,) = labels_scaled_twice.treatments(finding, Cell("model.fit(data)\n"))
    assert "second division" in advice.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    rng = np.random.default_rng(0)
    x = rng.random((64, 6, 6, 1), "float32")
    masks = (x > 0.7).astype("float32")

    def rules_that_fire(labels: object) -> set[str]:
        model = keras.Sequential(
            [keras.Input((6, 6, 1)), keras.layers.Conv2D(1, 1, activation="sigmoid")]
        )
        model.compile("adam", "binary_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, labels).findings}

    assert "labels-scaled-twice" in rules_that_fire(masks / 255)
    assert "labels-scaled-twice" not in rules_that_fire(masks)
