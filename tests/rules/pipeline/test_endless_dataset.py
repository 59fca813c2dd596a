from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.source import Source
from nbdoctor.rules.pipeline.endless_dataset import endless_dataset
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.treatment import Treatment

REPEATED = Fit(data_kind="tf.data", endless=True)
GENERATOR = Fit(data_kind="generator")
LOOP = Source(fit_data="batches()", endless=True, yield_line=4)


@pytest.mark.parametrize(
    ("fit", "source", "words"),
    [
        pytest.param(REPEATED, None, "The dataset is infinite", id="repeat"),
        pytest.param(GENERATOR, LOOP, "`batches()` yields in an infinite loop", id="a generator"),
    ],
)
def test_fires(fit: Fit, source: Source | None, words: str) -> None:
    (finding,) = endless_dataset(fit, source)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    ("fit", "source"),
    [
        pytest.param(
            replace(REPEATED, steps_given=True, steps_per_epoch=9), None, id="steps are given"
        ),
        pytest.param(replace(GENERATOR, steps_given=True), LOOP, id="a generator with steps"),
        pytest.param(replace(REPEATED, endless=False), None, id="a dataset with an end"),
        pytest.param(GENERATOR, replace(LOOP, endless=False), id="a generator with an end"),
        pytest.param(GENERATOR, None, id="a generator of another cell"),
    ],
)
def test_stays_silent(fit: Fit, source: Source | None) -> None:
    assert not list(endless_dataset(fit, source))


@pytest.mark.parametrize("kind", ["arrays", "PyDataset", "DataLoader"])
def test_does_not_apply_to_data_with_an_end(kind: str) -> None:
    with pytest.raises(DoesNotApplyError):
        list(endless_dataset(Fit(data_kind=kind), LOOP))


def treatment(fit: Fit, cell: str) -> Treatment:
    (finding,) = endless_dataset(fit, LOOP)
    (offered,) = endless_dataset.treatments(finding, Cell(cell))
    return offered


def test_treatment_leaves_out_the_repetition() -> None:
    cell = "data = rows.batch(8).repeat()  # for ever\nmodel.fit(data)\n"
    offered = treatment(REPEATED, cell)
    assert offered.patched == "data = rows.batch(8)  # for ever\nmodel.fit(data)\n"
    assert treatment(REPEATED, cell.replace("()", "(count)")).patched is None
    assert treatment(REPEATED, "model.fit(data)").patched is None


def test_treatment_leaves_the_number_of_steps_to_the_user() -> None:
    offered = treatment(GENERATOR, "model.fit(batches(), epochs=3)\n")
    assert offered.patched == "model.fit(batches(), epochs=3, steps_per_epoch=FILL_IN_STEPS)\n"
    assert offered.effect == "judgement"
    assert "`FILL_IN_STEPS`" in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np
    import tensorflow as tf

    import nbdoctor

    x = np.random.default_rng(0).random((32, 4)).astype("float32")
    rows = tf.data.Dataset.from_tensor_slices((x, x[:, :1])).batch(8)

    def fires(data: tf.data.Dataset, **arguments: int) -> bool:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        report = nbdoctor.diagnose(model, data, shuffle=False, **arguments)
        return "endless-dataset" in {finding.rule for finding in report.findings}

    assert fires(rows.repeat())
    assert not fires(rows.repeat(), steps_per_epoch=4)
