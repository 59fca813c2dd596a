import ast

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.crash import Crash
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.labels.label_encoding_mismatch import label_encoding_mismatch
from nbdoctor.rules.rule import DoesNotApplyError, Finding

IDS = Target(name="dense_1", variable="labels", minimum=0, maximum=2, counts=((0.0, 40), (2.0, 30)))
COLUMN = Target(name="dense_1", variable="labels", shape=(1,), rank=2, maximum=2)
ONE_HOT = Target(name="dense_1", variable="labels", shape=(3,), rank=2, encoding="one-hot")
MULTI_HOT = Target(name="dense_1", variable="tags", shape=(3,), rank=2, encoding="multi-hot")
SOFT = Target(name="dense_1", shape=(3,), rank=2, encoding="soft")
MASK = Target(name="dense_1", variable="masks", shape=(8, 8), rank=3, maximum=2)
MASK_COLUMN = Target(name="dense_1", variable="masks", shape=(8, 8, 1), rank=4, maximum=2)


def output(
    loss: str,
    shape: tuple[int | None, ...] = (None, 3),
    activation: str = "softmax",
    *,
    from_logits: bool = False,
) -> Output:
    return Output(
        name="dense_1",
        layer="dense_1",
        shape=shape,
        rank=len(shape),
        width=shape[-1] if len(shape) > 1 else None,
        activation=activation,
        loss=loss,
        from_logits=from_logits,
    )


def findings(target: Target, head: Output, crash: Crash | None = None) -> list[Finding]:
    return list(
        label_encoding_mismatch(Labels(targets=(target,)), Head(outputs=(head,)), crash),
    )


@pytest.mark.parametrize(
    ("target", "head", "words"),
    [
        pytest.param(
            IDS,
            output("binary_crossentropy", activation="sigmoid"),
            ("`labels` contains one class id per row (0 to 2)", "`dense_1` has 3 outputs"),
            id="class numbers under binary cross-entropy",
        ),
        pytest.param(
            IDS,
            output("categorical_crossentropy"),
            ("`categorical_crossentropy` expects a label for each",),
            id="class numbers under categorical cross-entropy",
        ),
        pytest.param(
            IDS,
            output("mean_squared_error"),
            ("`mean_squared_error` expects a label for each",),
            id="class numbers under squared error",
        ),
        pytest.param(
            COLUMN,
            output("categorical_crossentropy"),
            ("one class id per row",),
            id="class numbers in a column",
        ),
        pytest.param(
            MASK,
            output("categorical_crossentropy", (None, 8, 8, 3)),
            ("`masks` contains one class id per position",),
            id="a mask of class numbers",
        ),
        pytest.param(
            MASK_COLUMN,
            output("binary_crossentropy", (None, 8, 8, 3)),
            ("one class id per position",),
            id="a mask with a last axis of 1",
        ),
        pytest.param(
            Target(name="dense_1", shape=(12,), rank=2, maximum=2),
            output("categorical_crossentropy", (None, None, 3)),
            ("one class id per position",),
            id="class numbers per step of unknown length",
        ),
        pytest.param(
            ONE_HOT,
            output("sparse_categorical_crossentropy"),
            ("`labels` has 3 columns per row (one-hot)", "a single integer class id"),
            id="one-hot under the sparse loss",
        ),
        pytest.param(
            SOFT,
            output("sparse_categorical_crossentropy"),
            ("3 columns per row (soft)",),
            id="label distributions under the sparse loss",
        ),
        pytest.param(
            Target(name="dense_1", shape=(4,), rank=2, encoding="one-hot"),
            output("categorical_crossentropy"),
            ("has 4 columns", "has 3 outputs"),
            id="a column too many",
        ),
        pytest.param(
            Target(name="dense_1", variable="y", shape=(2,), rank=2, encoding="one-hot"),
            output("binary_crossentropy", (None, 1), "sigmoid"),
            ("`y` has 2 columns", "has 1 output,"),
            id="two columns for one unit",
        ),
    ],
)
def test_fires(target: Target, head: Output, words: tuple[str, ...]) -> None:
    (finding,) = findings(target, head)
    assert all(word in finding.says for word in words)
    assert "will raise an error" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")
    assert "known-crash" in finding.explains


def test_it_takes_the_output_shape_from_the_crash_when_the_model_cannot_tell() -> None:
    crash = Crash(
        type="ValueError",
        message="",
        phase="fitting",
        target_shape=(32,),
        output_shape=(32, 3),
    )
    (finding,) = findings(IDS, output("categorical_crossentropy", ()), crash)
    assert "has 3 outputs" in finding.says
    assert "Keras raised an error for it." in finding.says


@pytest.mark.parametrize(
    ("target", "head"),
    [
        pytest.param(IDS, output("sparse_categorical_crossentropy"), id="numbers, sparse loss"),
        pytest.param(COLUMN, output("sparse_categorical_crossentropy"), id="column, sparse loss"),
        pytest.param(
            MASK_COLUMN,
            output("sparse_categorical_crossentropy", (None, 8, 8, 3)),
            id="mask, sparse loss",
        ),
        pytest.param(ONE_HOT, output("categorical_crossentropy"), id="one-hot, categorical loss"),
        pytest.param(ONE_HOT, output("binary_crossentropy"), id="one-hot, binary loss: it trains"),
        pytest.param(MULTI_HOT, output("binary_crossentropy"), id="multi-hot, binary loss"),
        pytest.param(SOFT, output("categorical_crossentropy"), id="label smoothing by hand"),
        pytest.param(
            Target(name="dense_1", shape=(2,), rank=2, encoding="one-hot"),
            output("binary_crossentropy", (None, 2), "sigmoid"),
            id="two one-hot columns, two sigmoid units",
        ),
        pytest.param(
            Target(name="dense_1"),
            output("binary_crossentropy", (None, 1), "sigmoid"),
            id="flat 0 and 1, one unit",
        ),
        pytest.param(
            Target(name="dense_1", shape=(1,), rank=2),
            output("binary_crossentropy", (None, 1), "sigmoid"),
            id="a column of 0 and 1, one unit",
        ),
        pytest.param(
            Target(name="dense_1", encoding="continuous"),
            output("binary_crossentropy", (None, 1), "sigmoid"),
            id="soft targets of one unit",
        ),
        pytest.param(
            IDS,
            output("categorical_crossentropy", (None, None)),
            id="a width that is not known",
        ),
        pytest.param(
            IDS,
            output("categorical_crossentropy", (None, 26, 26, 3)),
            id="a picture that was not flattened is another fault",
        ),
    ],
)
def test_stays_silent(target: Target, head: Output) -> None:
    assert findings(target, head) == []


@pytest.mark.parametrize(
    ("target", "head"),
    [
        pytest.param(IDS, output("poisson"), id="another loss"),
        pytest.param(COLUMN, output("mean_squared_error"), id="stretched: another rule's"),
        pytest.param(IDS, output("custom"), id="a loss of the user's own"),
        pytest.param(IDS, output(""), id="no loss"),
        pytest.param(IDS, output("categorical_crossentropy", ()), id="no shape and no crash"),
        pytest.param(
            Target(name="another"),
            output("categorical_crossentropy"),
            id="labels of another output",
        ),
    ],
)
def test_does_not_apply(target: Target, head: Output) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(target, head)


def test_each_output_of_a_model_is_judged_by_itself() -> None:
    good = Target(name="side", variable="flags")
    side = Output(name="side", shape=(None, 1), width=1, loss="binary_crossentropy")
    labels = Labels(targets=(good, IDS))
    head = Head(outputs=(side, output("categorical_crossentropy")))
    (finding,) = label_encoding_mismatch(labels, head, None)
    assert finding.where.variable == "labels"


SICK = """\
import tensorflow as tf

model = tf.keras.Sequential([
    tf.keras.layers.Dense(8, activation="relu"),  # hidden
    tf.keras.layers.Dense(3, activation="sigmoid"),
])
model.compile("adam", {loss}, metrics=["accuracy"])
model.fit(inputs, labels)
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "tf.keras.losses.BinaryCrossentropy()",
            "tf.keras.losses.SparseCategoricalCrossentropy()",
            id="an object",
        ),
        pytest.param("'binary_crossentropy'", "'sparse_categorical_crossentropy'", id="a string"),
        pytest.param(
            'loss="binary_crossentropy"',
            'loss="sparse_categorical_crossentropy"',
            id="a keyword",
        ),
        pytest.param(
            "tf.keras.losses.binary_crossentropy",
            "tf.keras.losses.sparse_categorical_crossentropy",
            id="a function",
        ),
        pytest.param(
            "BinaryCrossentropy(label_smoothing=0.1)",
            '"sparse_categorical_crossentropy"',
            id="a class that was imported by name",
        ),
    ],
)
def test_treatment_changes_loss_and_head_together(before: str, after: str) -> None:
    cell = Cell(SICK.format(loss=before))
    (finding,) = findings(IDS, output("binary_crossentropy", activation="sigmoid"))
    treated, *_ = label_encoding_mismatch.treatments(finding, cell)
    expected = SICK.format(loss=after).replace('3, activation="sigmoid"', '3, activation="softmax"')
    assert treated.patched == expected
    assert ast.parse(expected)
    again, *_ = label_encoding_mismatch.treatments(finding, Cell(expected))
    assert again.patched is None


def test_declared_logits_stay_logits() -> None:
    cell = Cell(
        "import keras\n"
        "model = keras.Sequential([keras.layers.Dense(3)])\n"
        "model.compile('adam', keras.losses.CategoricalCrossentropy(from_logits=True))\n",
    )
    head = output("categorical_crossentropy", activation="linear", from_logits=True)
    treated, *_ = label_encoding_mismatch.treatments(*findings(IDS, head), cell)
    assert treated.patched is not None
    assert "SparseCategoricalCrossentropy(from_logits=True)" in treated.patched
    assert "keras.layers.Dense(3)" in treated.patched


def test_one_hot_labels_get_the_loss_for_columns() -> None:
    cell = Cell('model.compile("adam", "sparse_categorical_crossentropy")')
    (finding,) = findings(ONE_HOT, output("sparse_categorical_crossentropy"))
    treated, *_ = label_encoding_mismatch.treatments(finding, cell)
    assert treated.patched == 'model.compile("adam", "categorical_crossentropy")'


def test_two_columns_for_one_unit_are_a_choice() -> None:
    target = Target(name="dense_1", variable="y", shape=(2,), rank=2, encoding="one-hot")
    (finding,) = findings(target, output("binary_crossentropy", (None, 1), "sigmoid"))
    (offered,) = label_encoding_mismatch.treatments(finding, Cell("model.fit(x, y)"))
    assert offered.effect == "judgement"
    assert "`y[:, 1]`" in offered.text


def test_a_loss_made_elsewhere_is_not_edited() -> None:
    (finding,) = findings(IDS, output("categorical_crossentropy"))
    (offered, *_) = label_encoding_mismatch.treatments(finding, Cell("model.compile('adam', f)"))
    assert offered.patched is None


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 3

    def rules_that_fire(loss: str, activation: str) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation=activation)])
        model.compile("adam", loss)
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y, epochs=1).findings}

    name = "label-encoding-mismatch"
    assert name in rules_that_fire("binary_crossentropy", "sigmoid")
    assert name not in rules_that_fire("sparse_categorical_crossentropy", "softmax")
