from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.readings.signal import Signal
from nbdoctor.rules.data.signal_not_found import signal_not_found
from nbdoctor.rules.rule import DoesNotApplyError

NOISE = Signal(
    task="regression",
    score="R²",
    rows=100,
    features=10,
    input_kind="table",
    linear=-0.18,
    neighbours=-0.31,
    permuted=-0.2,
    permuted_high=0.014,
    p_linear=0.46,
    p_neighbours=0.71,
    permutations=100,
    rarest=100,
    variance=0.0834,
)
CLASSES = replace(
    NOISE,
    task="classification",
    score="score",
    linear=0.02,
    neighbours=-0.03,
    permuted_high=0.11,
    variance=None,
)


def test_reads_as_the_second_seed_program_must() -> None:
    (finding,) = signal_not_found(NOISE, None, None, None, None)
    assert "In 100 rows no dependence of the targets on the inputs" in finding.says
    assert "always predicting their mean has a squared error of 0.0834" in finding.says
    assert "cannot tell which" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "hint")


@pytest.mark.parametrize(
    ("signal", "words"),
    [
        pytest.param(NOISE, ("R² of -0.18", "neighbours -0.31", "0.014"), id="random targets"),
        pytest.param(
            CLASSES,
            ("predicting one class has a score of 0", "a score of 0.02"),
            id="random classes",
        ),
        pytest.param(replace(NOISE, rows=64), ("64 rows",), id="fewest rows"),
        pytest.param(replace(NOISE, p_linear=0.051), ("R²",), id="just above chance"),
    ],
)
def test_fires(signal: Signal, words: tuple[str]) -> None:
    labels = Labels(targets=(Target(name="out", variable="y", distinct=100),))
    (finding,) = signal_not_found(signal, None, labels, None, None)
    assert all(word in finding.says for word in words)
    assert finding.where.variable == "y"


@pytest.mark.parametrize(
    "signal",
    [
        pytest.param(replace(NOISE, p_linear=0.01, linear=0.9), id="a linear relation"),
        pytest.param(replace(NOISE, p_neighbours=0.01), id="only neighbours see it"),
        pytest.param(replace(NOISE, p_linear=0.05), id="exactly at the level of chance"),
        pytest.param(replace(CLASSES, p_linear=0.01, p_neighbours=0.01), id="both see classes"),
    ],
)
def test_stays_silent(signal: Signal) -> None:
    assert not list(signal_not_found(signal, None, None, None, None))


@pytest.mark.parametrize(
    ("signal", "inputs", "labels"),
    [
        pytest.param(replace(NOISE, input_kind="image"), None, None, id="images"),
        pytest.param(replace(NOISE, input_kind="sequence"), None, None, id="sequences"),
        pytest.param(replace(NOISE, input_kind="tokens"), None, None, id="text"),
        pytest.param(replace(NOISE, rows=63), None, None, id="one row too few"),
        pytest.param(replace(CLASSES, rarest=7), None, None, id="a class of few rows"),
        pytest.param(
            NOISE,
            Inputs(tensors=(InputTensor(name="x", rows=100, constant=True),)),
            None,
            id="constant inputs have their own rule",
        ),
        pytest.param(
            NOISE,
            None,
            Labels(targets=(Target(name="out", distinct=1),)),
            id="labels of one class have their own rule",
        ),
    ],
)
def test_does_not_apply(signal: Signal, inputs: Inputs | None, labels: Labels | None) -> None:
    with pytest.raises(DoesNotApplyError):
        list(signal_not_found(signal, inputs, labels, None, None))


REMEMBERED = OtherForms(training=0.97, validation=0.02, rows=300)


@pytest.mark.parametrize("kind", ["image", "sequence", "tokens"])
def test_pictures_texts_and_series_need_a_model_that_remembers_its_rows(kind: str) -> None:
    signal = replace(CLASSES, input_kind=kind)
    assert list(signal_not_found(signal, None, None, None, REMEMBERED))
    for forms in (
        replace(REMEMBERED, training=0.4),
        replace(REMEMBERED, validation=0.2),
    ):
        with pytest.raises(DoesNotApplyError):
            list(signal_not_found(signal, None, None, None, forms))


NEW_ROWS = Attained(kind="classes", score=0.3, rows=400, counted=400.0, held_out=True)


def test_a_model_that_predicts_rows_it_has_not_seen_disproves_it() -> None:
    with pytest.raises(DoesNotApplyError, match="rows that training did not use"):
        list(signal_not_found(NOISE, None, None, NEW_ROWS, None))
    for other in (replace(NEW_ROWS, held_out=False), replace(NEW_ROWS, score=0.1)):
        assert list(signal_not_found(NOISE, None, None, other, None))


def test_treatment() -> None:
    (finding,) = signal_not_found(NOISE, None, None, None, None)
    (treatment,) = signal_not_found.treatments(finding, Cell("model.fit(inputs, labels)\n"))
    assert "sort, join or shuffle" in treatment.text
    assert (treatment.effect, treatment.patched) == ("advice", None)


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    rng = np.random.default_rng(3)
    x, noise = rng.random((100, 10)), rng.random((100, 1))
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    sick = {f.rule for f in diagnose(model, x, noise, epochs=20).findings}
    assert "signal-not-found" in sick
    assert "vanishing-gradient" not in sick
    healthy = diagnose(model, x, x[:, :3].sum(axis=1, keepdims=True) / 3, epochs=20)
    assert "signal-not-found" not in {f.rule for f in healthy.findings}
