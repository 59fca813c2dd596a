import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.validation import Validation
from nbdoctor.rules.labels.validation_classes_differ import validation_classes_differ
from nbdoctor.rules.rule import DoesNotApplyError, Finding

SORTED = Validation(
    target="dense",
    split="tail",
    share=0.2,
    rows=100,
    training_rows=400,
    classes=(4.0,),
    training_classes=(0.0, 1.0, 2.0, 4.0),
    counts=((0.0, 0), (1.0, 0), (2.0, 0), (4.0, 100)),
)
TARGET = Target(
    name="dense",
    rows=400,
    values=400,
    counts=((0.0, 140), (1.0, 130), (2.0, 125), (4.0, 5)),
    encoding="ids",
)
TWO = replace(SORTED, classes=(1.0,), training_classes=(0.0, 1.0), counts=((0.0, 0), (1.0, 100)))
TWO_CLASSES = replace(TARGET, counts=((0.0, 250), (1.0, 150)))


def judged(
    validation: Validation = SORTED,
    target: Target = TARGET,
    loss: str = "sparse_categorical_crossentropy",
) -> list[Finding]:
    labels = Labels(targets=(target,))
    head = Head(outputs=(Output(name="dense", loss=loss),))
    return list(validation_classes_differ(validation, labels, head))


@pytest.mark.parametrize(
    ("validation", "target", "severity", "words"),
    [
        pytest.param(
            SORTED,
            TARGET,
            "critical",
            "100 of the 100 validation rows (100 %) are of class 4, and 5 of the 400 training "
            "rows (1.2 %).",
            id="the last class",
        ),
        pytest.param(TWO, TWO_CLASSES, "warning", "150 of the 400", id="one class of two"),
        pytest.param(
            replace(SORTED, split="given", share=0.0), TARGET, "warning", "5 of", id="given"
        ),
        pytest.param(
            replace(TWO, split="given", share=0.0), TWO_CLASSES, "note", "150", id="given, by half"
        ),
    ],
)
def test_fires(validation: Validation, target: Target, severity: str, words: str) -> None:
    (finding,) = judged(validation, target)
    assert words in finding.says
    assert ("takes the last rows" in finding.says) is (validation.split == "tail")
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    "validation",
    [
        pytest.param(
            replace(SORTED, counts=((0.0, 40), (1.0, 30), (2.0, 28), (4.0, 2))), id="like shares"
        ),
        pytest.param(
            replace(SORTED, rows=6, counts=((0.0, 0), (1.0, 0), (2.0, 6), (4.0, 0))), id="few rows"
        ),
    ],
)
def test_stays_silent(validation: Validation) -> None:
    assert not judged(validation)


@pytest.mark.parametrize(
    ("validation", "target", "loss"),
    [
        pytest.param(replace(SORTED, classes=()), TARGET, "mse", id="no classes"),
        pytest.param(SORTED, TARGET, "mean_squared_error", id="numbers"),
        pytest.param(replace(SORTED, complete=False), TARGET, "", id="a part of the rows"),
        pytest.param(SORTED, replace(TARGET, values=4000), "", id="pixels"),
        pytest.param(replace(SORTED, unseen_rows=50), TARGET, "", id="classes never seen"),
    ],
)
def test_does_not_apply(validation: Validation, target: Target, loss: str) -> None:
    with pytest.raises(DoesNotApplyError):
        judged(validation, target, loss)


def test_treatment() -> None:
    (finding,) = judged()
    cell = Cell("model.fit(x, y, validation_split=0.2)\n")
    (treated,) = validation_classes_differ.treatments(finding, cell)
    assert treated.patched is not None
    assert "y = np.asarray(y)[row_order]" in treated.patched
    ast.parse(treated.patched)
    (finding,) = judged(replace(SORTED, split="given"))
    (advice,) = validation_classes_differ.treatments(finding, cell)
    assert advice.patched is None


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    rng = np.random.default_rng(0)
    order = rng.permutation(300)

    def fires(y: np.ndarray) -> bool:
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(5, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        report = diagnose(model, rng.normal(size=(300, 3)), y, validation_split=0.2)
        return "validation-classes-differ" in {finding.rule for finding in report.findings}

    y = np.repeat(np.arange(5), (59, 59, 59, 59, 64))
    assert fires(y)
    assert not fires(y[order])
