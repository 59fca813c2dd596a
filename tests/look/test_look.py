"""Which passes are made, in which order, and when it stops."""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.look.look import Look
from tests.benchmarks.cell_process import shell_with_magic
from tests.look.looking import look_at
from tests.running import diagnosed_fit

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
BATCHES = [
    (rng.normal(size=(8, 3)).astype("float32"), rng.normal(size=(8, 1)).astype("float32"))
    for _ in range(5)
]


def model_with(rate: float) -> Any:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


def look_in_a_hurry(rate: float) -> Look:
    look = look_at(model_with(rate), *BATCHES, patient=False)
    look.allowed_until = 0.0
    return look


def test_a_patient_look_takes_every_batch_and_leaves_no_trace() -> None:
    look = look_at(model_with(0.01), *BATCHES)
    look.go_on(None)
    look.close()
    assert len(look.gradients) == 5
    assert len(look.steps.losses) == 4
    assert look.before == look.after


def test_without_time_one_step_beyond_the_first_is_taken() -> None:
    look = look_in_a_hurry(0.01)
    look.go_on(None)
    assert len(look.gradients) == 1
    assert len(look.steps.losses) == 2


def test_a_suspicious_flow_is_worth_three_batches() -> None:
    look = look_in_a_hurry(0.01)
    look.go_on(1e-6)
    assert len(look.gradients) == 3


def test_a_rising_loss_is_worth_all_steps() -> None:
    look = look_in_a_hurry(50.0)
    look.go_on(None)
    assert len(look.steps.losses) == 4
    assert look.steps.losses[3] > look.steps.losses[0]


@pytest.mark.parametrize(
    ("flow", "late", "taken"),
    [
        pytest.param(None, 0.0, 1, id="nothing"),
        pytest.param(1e-6, 60.0, 3, id="but what proves a gradient that seems to vanish"),
    ],
)
def test_what_is_begun_after_the_deadline(flow: float | None, late: float, taken: int) -> None:
    look = look_at(model_with(0.01), *BATCHES)
    look.deadline = time.perf_counter() - late
    look.go_on(flow)
    assert len(look.gradients) == taken


def test_a_loss_that_rises_leaves_the_model_as_it_was() -> None:
    shell = shell_with_magic()
    shell.run_cell("""%%diagnose -q --no-trials -o report
import keras
import numpy as np

keras.utils.set_random_seed(0)
x = 100 * np.random.default_rng(0).random((64, 4)).astype("float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, :1], verbose=0)
""").raise_error()
    report = shell.user_ns["report"]
    assert "learning-rate-too-high" in {finding.rule for finding in report.findings}
    assert report.checksum.before == report.checksum.after
    assert report.checksum.rehearsed_loss == pytest.approx(report.checksum.real_loss, rel=1e-6)


@pytest.mark.parametrize(
    ("kept", "runs"),
    [
        pytest.param(2**20, True, id="the step goes on with all rows of its first batch"),
        pytest.param(2**8, False, id="or not at all, where they would hold too much memory"),
    ],
)
def test_after_training_a_step_has_the_rows_that_it_was_traced_for(
    monkeypatch: pytest.MonkeyPatch, kept: int, runs: bool
) -> None:
    monkeypatch.setattr("nbdoctor.look.memory.KEPT", kept)
    large = (rng.normal(size=(300, 3)).astype("float32"), np.ones((300, 1), "float32"))
    look = look_at(model_with(0.01), large)
    look.let_go()
    assert len(look.batches[0][0]) == 256
    assert (look.run is not None) is runs
    if look.run is not None:
        assert len(look.step_batch[0]) == 300
        assert look.run(look.step_batch).target is not None


def test_a_batch_larger_than_what_is_probed_is_examined_whole() -> None:
    keras.utils.set_random_seed(0)
    x = rng.normal(size=(900, 3))
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(1e-6), "binary_crossentropy")
    report = diagnosed_fit(model, x, (x[:, 0] > 0).astype("float32"), batch_size=300, epochs=2)
    assert report.faults == ()
    assert report.readings["LossParts"].after_training
