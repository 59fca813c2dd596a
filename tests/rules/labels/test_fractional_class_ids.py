from dataclasses import replace
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.labels.fractional_class_ids import fractional_class_ids
from nbdoctor.rules.rule import DoesNotApplyError, Finding

SPARSE = "sparse_categorical_crossentropy"


def findings(loss: str = SPARSE, **target: Any) -> list[Finding]:
    output = Output(name="y", width=3, loss=loss)
    target = {"name": "y", "variable": "labels", **target}
    return list(fractional_class_ids(Labels(targets=(Target(**target),)), Head(outputs=(output,))))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        pytest.param(
            {"distinct": 3, "counts": ((0.0, 5), (0.78, 3)), "maximum": 0.78},
            ("`labels` contains 3 distinct values from 0 to 0.78", ": 0.78 becomes class 0."),
            id="scaled",
        ),
        pytest.param(
            {"distinct": 900, "maximum": 2.5}, ("truncates them to integers.",), id="many"
        ),
    ],
)
def test_fires(target: dict[str, Any], words: tuple[str, ...]) -> None:
    (finding,) = findings(integral=False, encoding="continuous", **target)
    assert all(word in finding.says for word in words)
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "target",
    [
        pytest.param({"dtype": "int64"}, id="integers"),
        pytest.param({"dtype": "float32"}, id="whole floats"),
        pytest.param({"minimum": -1.0}, id="below zero, which is another rule's"),
        pytest.param({"nan": 3}, id="a missing label, which is another rule's"),
    ],
)
def test_stays_silent(target: dict[str, Any]) -> None:
    assert findings(integral=True, **target) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"loss": "mean_squared_error"}, id="a quantity"),
        pytest.param({"loss": "categorical_crossentropy"}, id="soft labels"),
        pytest.param({"loss": "binary_crossentropy"}, id="soft labels of one unit"),
        pytest.param({"encoding": "text"}, id="text"),
    ],
)
def test_does_not_apply(given: dict[str, Any]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(integral=False, **given)


def test_few_labels_are_numbered() -> None:
    (finding,) = findings(integral=False)
    source = "import numpy as np\nmodel.fit(x, labels)"
    patch, _ = fractional_class_ids.treatments(finding, Cell(source))
    numbered = "np.unique(labels, return_inverse=True)[1]"
    assert patch.patched == source.replace("x, labels", f"x, {numbered}")
    many = replace(finding, facts=replace(finding.facts, distinct=11, units=10))
    assert [one.patched for one in fractional_class_ids.treatments(many, Cell(source))] == [None]


def test_treatment_names_the_labels() -> None:
    (finding,) = findings(integral=False)
    (offer,) = fractional_class_ids.treatments(finding, Cell("model.fit(x, labels)"))
    assert (offer.effect, offer.patched) == ("advice", None)
    assert "makes `labels` fractional" in offer.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).normal(size=(64, 4))
    ids = np.arange(64) % 3

    def rules_that_fire(y: np.ndarray) -> set[str]:
        head = keras.layers.Dense(3, activation="softmax")
        model = keras.Sequential([keras.Input((4,)), head])
        model.compile("adam", SPARSE)
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "fractional-class-ids" in rules_that_fire(ids / 2.5)
    assert "fractional-class-ids" not in rules_that_fire(ids.astype("float32"))
