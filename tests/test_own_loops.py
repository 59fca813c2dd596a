"""Training loops that users write: examined at their first step, and not touched."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbdoctor.report import Report
from nbdoctor.session.reporting import AT_END_OF_FIT

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

START = """
import keras
import numpy as np
import tensorflow as tf
from keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(160, 8)).astype("float32")
y = (x[:, 0] > 0).astype("int64")
seen, count = [], 0
"""

MODEL = """
model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.BatchNormalization(),
    layers.Dropout(0.3),
    layers.Dense(2),
])
optimizer = keras.optimizers.Adam(0.01)
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
mean = keras.metrics.Mean()
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(160).batch(16)
"""

STEP = """
def step(a, b):
    global count
    count += 1
    seen.append(len(seen))
    print("a step is made")
    with tf.GradientTape() as tape:
        loss = loss_of(b, model(a, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    mean.update_state(loss)
    return loss
"""

EPOCHS = """
for epoch in range(2):
    for a, b in data:
        last = float(step(a, b))
"""

TRAINER = """
class Trainer:
    def __init__(self, net, optimizer):
        self.net, self.optimizer, self.steps, self.log = net, optimizer, 0, []

    @tf.function
    def train(self, a, b):
        self.steps += 1
        self.log.append("traced")
        with tf.GradientTape() as tape:
            loss = loss_of(b, self.net(a, training=True))
        gradients = tape.gradient(loss, self.net.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
        self.optimizer.apply_gradients(zip(gradients, self.net.trainable_variables))
        return loss

trainer = Trainer(model, optimizer)
for a, b in data:
    last = float(trainer.train(a, b))
seen, count = trainer.log, trainer.steps
"""

PAIR = """
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, "relu"), layers.Dense(1)])
forger = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(8)])
optimizer, other = keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3)
compare = keras.losses.BinaryCrossentropy(from_logits=True)
mean = keras.metrics.Mean()

@tf.function
def step(real):
    noise = tf.random.normal((16, 4))
    with tf.GradientTape() as first, tf.GradientTape() as second:
        fake = forger(noise, training=True)
        on_real, on_fake = model(real, training=True), model(fake, training=True)
        forged = compare(tf.ones_like(on_fake), on_fake)
        judged = compare(tf.ones_like(on_real), on_real) + compare(tf.zeros_like(on_fake), on_fake)
    of_forger = first.gradient(forged, forger.trainable_variables)
    of_judge = second.gradient(judged, model.trainable_variables)
    other.apply_gradients(zip(of_forger, forger.trainable_variables))
    optimizer.apply_gradients(zip(of_judge, model.trainable_variables))
    return forged

for start in range(0, 160, 16):
    last = float(step(x[start:start + 16]))
"""

WHOLE = """
@tf.function
def epoch():
    for a, b in data:
        step(a, b)

epoch()
last = float(mean.result())
"""

ON_BATCHES = """
model.compile(optimizer, loss_of, metrics=["accuracy"])
for start in range(0, 160, 16):
    rows = slice(start, start + 16)
    last = model.train_on_batch(x[rows], y[rows], class_weight={0: 1.0, 1: 2.0})
"""

LOOPS = {
    "op by op": MODEL + STEP + EPOCHS,
    "traced": MODEL + "@tf.function" + STEP + EPOCHS,
    "method of a class": MODEL + TRAINER,
    "adversaries": PAIR,
    "whole epoch traced": MODEL + STEP + WHOLE,
    "train_on_batch": MODEL + ON_BATCHES,
    "under a strategy": MODEL + "strategy = tf.distribute.get_strategy()\n" + STEP + EPOCHS,
    "fit beside a loop": MODEL
    + "@tf.function"
    + STEP
    + EPOCHS
    + "model.compile('sgd', loss_of)\nhistory = model.fit(x, y, verbose=0)\n",
}


def outcome(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], source: str) -> Any:
    import keras

    shell.reset(new_session=False)
    keras.backend.clear_session()
    keras.utils.set_random_seed(5)
    shell.run_cell(START)
    capsys.readouterr()
    result = shell.run_cell(source)
    printed = capsys.readouterr()
    assert result.success, printed.out
    space = shell.user_ns
    sha = hashlib.sha256()
    for variable in [*space["model"].variables, *space["optimizer"].variables]:
        sha.update(variable.path.encode() + np.ascontiguousarray(variable.numpy()).tobytes())
    sha.update(repr((random.getstate(), np.random.get_state())).encode())  # noqa: NPY002
    shell.run_cell("drawn = [float(tf.random.uniform(())), float(keras.random.uniform(()))]")
    return (
        sha.hexdigest(),
        space["drawn"],
        space["seen"],
        space["count"],
        np.asarray(space["last"]).tolist(),
        float(space["mean"].result()),
        "".join(printed),
    )


def examined(shell: InteractiveShell, source: str, options: str = "") -> tuple[Report, ...]:
    """Reports of a cell, which has to succeed."""
    shell.run_cell(START)
    assert shell.run_cell(f"%%diagnose -q --no-experiment -o report {options}\n{source}").success
    report = shell.user_ns["report"]
    return report if isinstance(report, tuple) else (report,)


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_comes_out_as_without_the_magic(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    plain = outcome(shell, capsys, LOOPS[name])
    diagnosed = outcome(shell, capsys, f"%%diagnose -q --no-experiment -o report\n{LOOPS[name]}")
    assert diagnosed == plain
    reports = shell.user_ns["report"]
    for report in reports if isinstance(reports, tuple) else (reports,):
        assert report.faults == ()
        assert report.findings == ()
        if "Gradients" in report.readings:
            assert report.checksum.untouched


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("op by op", "observed as it ran"),
        ("traced", "tried on copies"),
        ("method of a class", "tried on copies"),
    ],
)
def test_the_first_step_of_a_loop_is_read(shell: InteractiveShell, name: str, said: str) -> None:
    (report,) = examined(shell, LOOPS[name])
    for kind in ("Gradients", "Weights", "Updates", "Labels", "LossAtInit", "Inputs", "Head"):
        assert kind in report.readings
    assert report.call.startswith("training loop on line")
    assert said in report.notes[0]
    assert report.rows == 16
    loss = report.readings["LossAtInit"]
    assert loss.recomputed == pytest.approx(loss.reported, rel=1e-4)
    reasons = {one.reason for one in report.not_run}
    assert AT_END_OF_FIT in reasons
    assert "training has not ended" not in reasons


def test_both_adversaries_are_examined_and_their_labels_left_alone(
    shell: InteractiveShell,
) -> None:
    reports = examined(shell, LOOPS["adversaries"])
    assert [report.readings["Layers"].layers[0].kind for report in reports] == ["Dense", "Dense"]
    assert [report.model for report in reports] == ["forger", "model"]
    assert all("Labels" not in report.readings for report in reports)


def test_the_updates_are_those_of_the_step(shell: InteractiveShell) -> None:
    watched, rehearsed = (
        examined(
            shell, f"keras.backend.clear_session()\nkeras.utils.set_random_seed(1)\n{LOOPS[name]}"
        )[0]
        for name in ("op by op", "traced")
    )
    for kind in ("Gradients", "Updates"):
        assert watched.readings[kind] == rehearsed.readings[kind]


def test_a_function_that_draws_its_batches_is_left_alone_and_says_so(
    shell: InteractiveShell,
) -> None:
    (report,) = examined(shell, LOOPS["whole epoch traced"])
    assert report.headline == "The training could not be examined"
    assert "The steps of `epoch` could not be examined" in report.notes[0]
    assert "train_step(x, y)" in report.notes[0]


def test_unscaled_inputs_are_found_in_a_loop(shell: InteractiveShell) -> None:
    big = MODEL.replace("layers.BatchNormalization(),", "")
    (report,) = examined(shell, "x = 300 + 200 * x\n" + big + "@tf.function" + STEP + EPOCHS)
    assert "unscaled-inputs" in [finding.rule for finding in report.findings]


def test_constant_inputs_are_found_in_a_loop(shell: InteractiveShell) -> None:
    (report,) = examined(shell, "x = np.ones_like(x)\n" + LOOPS["op by op"])
    assert report.findings[0].rule == "constant-inputs"


def test_a_dry_run_makes_no_step(shell: InteractiveShell) -> None:
    for name in ("op by op", "traced", "train_on_batch"):
        source = "keras.utils.set_random_seed(2)\n" + LOOPS[name].replace(
            "data =", "born = model.get_weights()\ndata ="
        )
        (report,) = examined(shell, source, "--dry-run")
        assert "Gradients" in report.readings
        now = shell.user_ns["model"].trainable_variables
        np.testing.assert_array_equal(now[0].numpy(), shell.user_ns["born"][0])


def test_a_fault_of_ours_leaves_the_loop_alone(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbdoctor.capture import traced_loop
    from nbdoctor.readings import updates

    def broken(*_: Any, **__: Any) -> Any:
        message = "planted"
        raise RuntimeError(message)

    monkeypatch.setattr(updates, "read_updates", broken)
    (report,) = examined(shell, LOOPS["traced"])
    assert [fault.part for fault in report.faults] == ["the updates"]
    monkeypatch.setattr(traced_loop, "digest", broken)
    examined(shell, LOOPS["traced"])
    assert shell.user_ns["count"] > 0


def test_nothing_stays_patched(shell: InteractiveShell) -> None:
    import keras
    import tensorflow as tf
    from keras.src.optimizers.base_optimizer import BaseOptimizer

    def methods() -> list[Any]:
        return [
            keras.layers.Layer.__call__,
            keras.losses.Loss.__call__,
            keras.Model.train_on_batch,
            BaseOptimizer.apply,
            tf.GradientTape.gradient,
            type(tf.function(lambda: None)).__call__,
            tf.data.Dataset.__iter__,
        ]

    before = methods()
    examined(shell, LOOPS["whole epoch traced"])
    shell.run_cell("%%diagnose -q\n" + LOOPS["traced"] + "\nraise ValueError('mine')")
    assert methods() == before


def test_a_model_that_only_predicts_is_not_reported_as_trained(shell: InteractiveShell) -> None:
    (report,) = examined(shell, "net = keras.Sequential([layers.Dense(2)])\nnet(x)\n")
    assert report.headline == "No Keras model was trained in this cell"
    assert "`net`" in report.notes[0]
