import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.objective.softmax_for_multilabel import softmax_for_multilabel
from nbdoctor.rules.rule import DoesNotApplyError

TAGS = Target(
    name="y",
    variable="tags",
    shape=(3,),
    rank=2,
    encoding="multi-hot",
    row_sum_minimum=0.0,
    row_sum_maximum=3.0,
)
SOFTMAX = Output(name="y", layer="dense", width=3, activation="softmax", loss="mean_squared_error")


def judged(target: Target, output: Output) -> list[object]:
    return list(softmax_for_multilabel(Labels(targets=(target,)), Head(outputs=(output,))))


@pytest.mark.parametrize(
    ("target", "output", "words"),
    [
        pytest.param(
            TAGS, SOFTMAX, "Rows of `tags` have 0 to 3 positive classes out of 3", id="mse"
        ),
        pytest.param(
            replace(TAGS, row_sum_minimum=1.0),
            replace(SOFTMAX, loss="categorical_crossentropy"),
            "have 1 to 3 positive",
            id="cross-entropy",
        ),
        pytest.param(
            replace(TAGS, row_sum_maximum=1.0), SOFTMAX, "have 0 to 1 positive", id="none or one"
        ),
    ],
)
def test_fires(target: Target, output: Output, words: str) -> None:
    labels, head = Labels(targets=(target,)), Head(outputs=(output,))
    (finding,) = softmax_for_multilabel(labels, head)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    ("target", "output"),
    [
        pytest.param(
            replace(TAGS, encoding="one-hot", row_sum_minimum=1.0, row_sum_maximum=1.0),
            SOFTMAX,
            id="one class per row",
        ),
        pytest.param(replace(TAGS, encoding="soft"), SOFTMAX, id="a distribution"),
        pytest.param(replace(TAGS, encoding="continuous"), SOFTMAX, id="counts: another rule's"),
        pytest.param(replace(TAGS, shape=(1,)), SOFTMAX, id="one column"),
        pytest.param(replace(TAGS, encoding="ids", shape=()), SOFTMAX, id="class numbers"),
        pytest.param(replace(TAGS, row_sum_maximum=None), SOFTMAX, id="sums unknown"),
    ],
)
def test_stays_silent(target: Target, output: Output) -> None:
    assert not judged(target, output)


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(replace(SOFTMAX, activation="sigmoid"), id="a sigmoid for each class"),
        pytest.param(replace(SOFTMAX, width=1), id="one unit: another rule's"),
        pytest.param(replace(SOFTMAX, name="other"), id="an output without labels"),
    ],
)
def test_does_not_apply(output: Output) -> None:
    with pytest.raises(DoesNotApplyError):
        judged(TAGS, output)


SICK = """\
model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
model.compile(loss="mean_squared_error", optimizer="sgd")
"""
CURED = SICK.replace("softmax", "sigmoid").replace("mean_squared_error", "binary_crossentropy")


def test_treatment() -> None:
    (finding,) = softmax_for_multilabel(Labels(targets=(TAGS,)), Head(outputs=(SOFTMAX,)))
    (treated,) = softmax_for_multilabel.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("model", CURED)
    ast.parse(CURED)
    (again,) = softmax_for_multilabel.treatments(finding, Cell(CURED))
    assert again.patched is None


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    rng = np.random.default_rng(0)
    x, tags = rng.random((64, 10)), rng.integers(0, 2, (64, 3))

    def rules_that_fire(activation: str) -> set[str]:
        head = keras.layers.Dense(3, activation=activation)
        model = keras.Sequential([keras.Input((10,)), head])
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        return {finding.rule for finding in nbdoctor.diagnose(model, x, tags).findings}

    assert {"softmax-for-multilabel", "accuracy-on-multilabel"} <= rules_that_fire("softmax")
    assert "softmax-for-multilabel" not in rules_that_fire("sigmoid")
