from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.objective.binary_loss_on_classes import binary_loss_on_classes
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.ran import rules_of

DIGITS = Target(name="y", variable="y_train", shape=(10,), rank=2, encoding="one-hot")
OUTPUT = Output(name="y", layer="dense", width=10, activation="softmax", loss="binary_crossentropy")
BEHIND = Attained(kind="classes", score=0.3, ceiling=0.9, rows=400, counted=400.0)


def judged(
    target: Target = DIGITS, output: Output = OUTPUT, attained: Attained | None = None
) -> list[Finding]:
    labels, head = Labels(targets=(target,)), Head(outputs=(output,))
    return list(binary_loss_on_classes(labels, head, attained))


def test_fires() -> None:
    (finding,) = judged()
    assert finding.says.startswith("Rows of `y_train` have one of 10 classes")
    assert "this loss is 0.33, and `categorical_crossentropy` 2.3:" in finding.says


@pytest.mark.parametrize(
    ("attained", "severity"),
    [
        pytest.param(None, "note", id="unknown"),
        pytest.param(replace(BEHIND, score=0.88), "note", id="it learned"),
        pytest.param(BEHIND, "warning", id="clearly worse than simple models"),
    ],
)
def test_is_as_bad_as_what_it_did(attained: Attained | None, severity: str) -> None:
    (finding,) = judged(attained=attained)
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("target", "output"),
    [
        pytest.param(replace(DIGITS, encoding="multi-hot"), OUTPUT, id="several classes in a row"),
        pytest.param(DIGITS, replace(OUTPUT, loss="categorical_crossentropy"), id="the right loss"),
    ],
)
def test_stays_silent(target: Target, output: Output) -> None:
    assert not judged(target, output)


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(replace(OUTPUT, activation="sigmoid"), id="sigmoids"),
        pytest.param(replace(OUTPUT, width=2), id="two classes"),
    ],
)
def test_does_not_apply(output: Output) -> None:
    with pytest.raises(DoesNotApplyError):
        judged(output=output)


def test_treatment() -> None:
    (finding,) = judged()
    cell = Cell('model.compile("adam", "binary_crossentropy")\nmodel.fit(x, y)\n')
    (treatment,) = binary_loss_on_classes.treatments(finding, cell)
    assert treatment.patched == cell.source.replace("binary", "categorical")


@pytest.mark.keras
@pytest.mark.parametrize("loss", ["binary_crossentropy", "categorical_crossentropy"])
def test_on_a_real_model(loss: str) -> None:
    found = rules_of(
        f"""y = keras.utils.to_categorical(np.arange(32) % 4)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, activation="softmax")])
model.compile("adam", "{loss}")
model.fit(x, y, verbose=0)
"""
    )
    assert ("binary-loss-on-classes" in found) is loss.startswith("binary")
