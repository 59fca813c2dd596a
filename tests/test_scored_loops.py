"""Models that loops of the user's own have trained are scored, and nothing of theirs runs again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.test_own_loops import EPOCHS, MODEL, ON_BATCHES, STEP, examined, outcome

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

LONGER = EPOCHS.replace("range(2)", "range(12)")
OWN = (
    MODEL.replace("model = keras.Sequential([", "inner = keras.Sequential([")
    + """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = inner

    def call(self, inputs, training=False):
        seen.append("called")
        return self.inner(inputs, training=training)

model = Net()
"""
)
FORMULA = STEP.replace(
    "loss_of(b, model(a, training=True))",
    "tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits("
    "labels=b, logits=model(a, training=True)))",
)
ON_BATCHES_LONGER = (
    ON_BATCHES.replace("for start", "for again in range(12):\n  for start")
    .replace("\n    rows", "\n      rows")
    .replace("\n    last", "\n      last")
)
EAGER_FIT = """
model.compile(optimizer, loss_of, run_eagerly=True)
history = model.fit(x, y, epochs=12, batch_size=16, verbose=0)
last = history.history["loss"][-1]
"""
LOOPS = {
    "op by op": MODEL + STEP + LONGER,
    "op by op, own model": OWN + STEP + LONGER,
    "op by op, own formula": MODEL + FORMULA + LONGER,
    "traced": MODEL + "@tf.function" + STEP + LONGER,
    "traced, own model": OWN + "@tf.function" + STEP + LONGER,
    "traced, own formula": MODEL + "@tf.function" + FORMULA + LONGER,
    "train_on_batch": MODEL + ON_BATCHES_LONGER,
    "fit op by op, own model": OWN + EAGER_FIT,
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_scored_loop_comes_out_as_without_the_magic(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    plain = outcome(shell, capsys, LOOPS[name])
    diagnosed = outcome(shell, capsys, f"%%diagnose -q --no-experiment -o report\n{LOOPS[name]}")
    assert diagnosed == plain
    report = shell.user_ns["report"]
    assert report.faults == ()
    attained = report.readings["Attained"]
    assert attained.score > 0.5
    assert attained.rows >= 64  # what the last steps put out, where rows are counted so
    assert "below-simple-models" not in [finding.rule for finding in report.findings]


SHORT = MODEL.replace("Adam(0.01)", "Adam(0.05)") + STEP + EPOCHS.replace("range(2)", "range(8)")


@pytest.mark.parametrize(
    ("source", "is_scored"),
    [
        pytest.param(SHORT, True, id="it has learned"),
        pytest.param(SHORT.replace("0.05", "1e-7"), False, id="it need not have"),
    ],
)
def test_of_a_short_loop_only_success_tells(
    shell: InteractiveShell, source: str, is_scored: bool
) -> None:
    (report,) = examined(shell, source)
    assert report.faults == ()
    assert ("Attained" in report.readings) is is_scored
    assert "below-simple-models" not in [finding.rule for finding in report.findings]


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_that_learns_nothing_has_a_gap(shell: InteractiveShell, name: str) -> None:
    sick = LOOPS[name].replace("Adam(0.01)", "Adam(1e-7)")
    (report,) = examined(shell, sick)
    assert report.faults == ()
    assert report.readings["Attained"].has_gap
    assert "below-simple-models" in [finding.rule for finding in report.findings]


def test_rows_that_come_again_count_once(shell: InteractiveShell) -> None:
    (report,) = examined(shell, LOOPS["train_on_batch"])
    assert report.readings["Attained"].rows == 160


def test_adversaries_are_not_scored(shell: InteractiveShell) -> None:
    from tests.test_own_loops import PAIR

    longer = PAIR.replace("for start", "for again in range(12):\n  for start")
    reports = examined(shell, longer.replace("\n    last", "\n      last"))
    assert all("Attained" not in report.readings for report in reports)


AUTOENCODER = """
x = np.tanh(rng.normal(size=(320, 2)) @ rng.normal(size=(2, 12))).astype("float32")
encoder = keras.Sequential([keras.Input((12,)), layers.Dense(16, "relu"), layers.Dense(4)])
decoder = keras.Sequential([keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(12)])
optimizer = keras.optimizers.Adam(0.01)
data = tf.data.Dataset.from_tensor_slices(x).shuffle(320).batch(32)

@tf.function
def step(a):
    with tf.GradientTape() as tape:
        code = encoder(a, training=True)
        mean, spread = code[:, :2], code[:, 2:]
        drawn = mean + tf.exp(0.5 * spread) * tf.random.normal(tf.shape(mean))
        rebuilt = decoder(drawn, training=True)
        data_loss = tf.reduce_mean(tf.reduce_sum(tf.square(a - rebuilt), axis=1))
        terms = 1 + spread - tf.square(mean) - tf.exp(spread)
        added = -0.5 * tf.reduce_mean(tf.reduce_sum(terms, axis=1))
        loss = data_loss + {weight} * added
    weights = encoder.trainable_variables + decoder.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    return loss

for epoch in range(20):
    for a in data:
        step(a)
"""


@pytest.mark.parametrize(("weight", "collapsed"), [(0.1, False), (100.0, True)])
def test_the_loss_of_a_traced_loop_is_taken_apart(
    shell: InteractiveShell,
    weight: float,
    collapsed: bool,
) -> None:
    reports = examined(shell, AUTOENCODER.format(weight=weight))
    (parts,) = [one.readings["LossParts"] for one in reports if "LossParts" in one.readings]
    assert sorted(one.kind for one in parts.parts) == ["activity", "data"]
    assert parts.after_training
    found = {finding.rule for report in reports for finding in report.findings}
    assert ("posterior-collapse" in found) is collapsed
