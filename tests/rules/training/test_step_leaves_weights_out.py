"""A step that trains a part of a network only, and programs that do so with good reason."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.movement import Movement, WeightMovement
from nbdoctor.readings.step_account import LeftOut, StepCode
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.step_leaves_weights_out import step_leaves_weights_out

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

LAYERS = Layers(model="net", layers=(), trainable=10, total=10)


def moving(path: str, **more: Any) -> WeightMovement:
    return WeightMovement(path=path, layer=path.rpartition("/")[0], **more)


def movement(*weights: WeightMovement, on_copies: bool = True) -> Movement:
    return Movement(weights=weights, on_copies=on_copies)


def gradients(*left_out: str, trained: tuple[str, ...] = ("head/kernel",)) -> Gradients:
    def one(path: str, *, out: bool) -> WeightGradient:
        return WeightGradient(
            path=path,
            layer=path.rpartition("/")[0],
            norms=() if out else (1.0,),
            weight_norm=1.0,
            is_kernel=path.endswith("kernel"),
            missing=out,
            left_out=out,
        )

    return Gradients(
        weights=(*(one(path, out=True) for path in left_out), *(one(p, out=False) for p in trained))
    )


HEAD = moving("head/kernel", moved=True)
LEFT = moving("first/kernel")
OUT = gradients("first/kernel")


def test_fires_with_the_name_of_the_layer() -> None:
    (finding,) = step_leaves_weights_out(movement(LEFT, HEAD), OUT, LAYERS, None)
    assert finding.title == "The training step leaves out `first`"
    assert "`first`" in finding.says
    assert "`head`" in finding.says
    assert finding.where.layer == "first"
    assert (finding.severity, finding.kind) == ("warning", "strong")
    assert dict(finding.measured) == {"weights that are trained": 1}


def test_fires_once_for_several_layers() -> None:
    left = [moving(f"{name}/kernel") for name in "abcd"]
    out = gradients(*(one.path for one in left))
    (finding,) = step_leaves_weights_out(movement(*left, HEAD), out, None, None)
    assert finding.title == "The training step leaves out 4 layers"
    assert "`a`, `b`, `c` and 1 more" in finding.says


@pytest.mark.parametrize(
    ("weights", "out"),
    [
        pytest.param((moving("first/kernel", moved=True), HEAD), OUT, id="another update moves it"),
        pytest.param((LEFT, HEAD), gradients(trained=("first/kernel",)), id="a gradient of 0"),
        pytest.param(
            (moving("teacher/first/kernel", network="teacher"), HEAD),
            gradients("teacher/first/kernel"),
            id="a network that is not trained at all",
        ),
        pytest.param((moving("first/bias"), HEAD), gradients("first/bias"), id="a bias only"),
        pytest.param(
            (replace(LEFT, moved_in_training=True), HEAD), OUT, id="training has moved it later"
        ),
        pytest.param((HEAD,), gradients(), id="all are trained"),
    ],
)
def test_stays_silent(weights: tuple[WeightMovement, ...], out: Gradients) -> None:
    assert not list(step_leaves_weights_out(movement(*weights), out, LAYERS, None))


@pytest.mark.parametrize(
    ("found", "layers", "says"),
    [
        pytest.param(
            movement(LEFT, replace(HEAD, moved=False)), LAYERS, "change no weight", id="none moves"
        ),
        pytest.param(
            movement(LEFT, HEAD),
            replace(LAYERS, pretrained=True),
            "trained before",
            id="a pretrained model",
        ),
        pytest.param(
            movement(LEFT, HEAD, on_copies=False), LAYERS, "cell has ended", id="a loop goes on"
        ),
    ],
)
def test_does_not_apply(found: Movement, layers: Layers, says: str) -> None:
    with pytest.raises(DoesNotApplyError, match=says):
        list(step_leaves_weights_out(found, OUT, layers, None))


def test_a_loop_is_judged_when_its_cell_has_ended() -> None:
    ended = movement(replace(LEFT, moved_in_training=False), HEAD, on_copies=False)
    assert len(list(step_leaves_weights_out(ended, OUT, LAYERS, None))) == 1


WHOLE = LeftOut(
    path="encoder/dense/kernel",
    owner="encoder",
    place="network",
    reached=True,
    relation="feeds",
    whole=True,
    moved=False,
)


def of_network(*left: LeftOut) -> list[str]:
    code = StepCode(left_out=left, trained="decoder")
    return [one.says for one in step_leaves_weights_out(movement(HEAD), gradients(), LAYERS, code)]


def test_fires_for_a_network_that_feeds_what_is_trained_or_is_fed_by_it() -> None:
    (says,) = of_network(WHOLE, replace(WHOLE, path="encoder/dense/bias", relation="beside"))
    assert says.startswith("What `encoder` computes is given to `decoder`")
    assert "the 2 weights of `encoder`" in says
    (says,) = of_network(replace(WHOLE, relation="fed"))
    assert says.startswith("`encoder` is given what comes from `decoder`")


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(replace(WHOLE, relation="beside"), id="a teacher"),
        pytest.param(replace(WHOLE, reached=False), id="behind a stopped gradient"),
        pytest.param(replace(WHOLE, fresh=False), id="pretrained"),
        pytest.param(replace(WHOLE, moved=True), id="moved in another way"),
        pytest.param(replace(WHOLE, moved=None), id="the cell has not ended"),
        pytest.param(replace(WHOLE, whole=False), id="a part of it is trained"),
        pytest.param(replace(WHOLE, place="untracked"), id="another rule's"),
    ],
)
def test_stays_silent_for_networks(left: LeftOut) -> None:
    assert of_network(left) == []


START = """
import keras, numpy as np, tensorflow as tf
from keras import layers
keras.utils.set_random_seed(3)
x = np.random.default_rng(0).normal(size=(96, 8)).astype("float32")
y = x[:, :1] - x[:, 1:2]
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)
mse = keras.losses.MeanSquaredError()
first, second, head = layers.Dense(6, "tanh"), layers.Dense(5, "tanh"), layers.Dense(1)

class Chooses(keras.Model):
    def train_step(self, data):
        a, b = data
        with tf.GradientTape() as tape:
            loss = mse(b, self(a, training=True))
        weights = self.chosen()
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"loss": loss}

def fitted(chosen, model=None):
    i = keras.Input((8,))
    model = model or Chooses(i, head(second(first(i))))
    model.chosen = chosen
    model.compile("adam")
    model.fit(data, epochs=2, verbose=0)

def looped(choose, wrap=lambda f: f, steps=8):
    model = keras.Sequential([keras.Input((8,)), first, second, head])
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    @wrap
    def step(a, b, number):
        with tf.GradientTape() as tape:
            loss = mse(b, model(a, training=True))
        weights = choose(number)
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    for number, (a, b) in zip(range(steps), data.repeat()):
        step(a, b, number)
    return model
"""
SICK = {
    "train_step": "fitted(lambda: [*second.trainable_variables, *head.trainable_variables])",
    "loop": "model = looped(lambda _: head.trainable_variables)",
    "traced loop": "model = looped(lambda _: head.trainable_variables, tf.function)",
}
PAIR = """
encoder, decoder = (
    keras.Sequential([keras.Input((n,)), layers.Dense(4, "tanh"), layers.Dense(m)])
    for n, m in ((8, 2), (2, 8))
)
class Pair(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.seen = keras.metrics.Mean(name="loss")
    def call(self, a):
        return self.decoder(self.encoder(a))
    def train_step(self, data):
        a, _ = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(a, training=True) - a) ** 2)
        weights = PART.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        self.seen.update_state(loss)
        return {"loss": self.seen.result()}
model = Pair()
model.compile("adam")
model.fit(data, epochs=1, verbose=0)
"""
LOOP = (
    PAIR[: PAIR.index("class Pair")]
    + """
optimizer = keras.optimizers.Adam()
for a, _ in data:
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((decoder(encoder(a)) - a) ** 2)
    weights = PART
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
"""
)
SICK |= {
    "no encoder": PAIR.replace("PART", "self.decoder"),
    "no decoder": PAIR.replace("PART", "self.encoder"),
    "no encoder in a loop": LOOP.replace("PART", "decoder.trainable_variables"),
}
HEALTHY = {
    "both networks": PAIR.replace("PART", "self"),
    "both networks in a loop": LOOP.replace(
        "PART", "encoder.trainable_variables + decoder.trainable_variables"
    ),
    "a teacher beside": "teacher, model = (keras.Sequential([keras.Input((8,)), layers.Dense(4)]) "
    "for _ in range(2))\noptimizer = keras.optimizers.Adam()\nfor a, _ in data:\n"
    "    with tf.GradientTape() as tape:\n"
    "        loss = tf.reduce_mean((teacher(a) - model(a)) ** 2)\n"
    "    weights = model.trainable_variables\n"
    "    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))",
    "fit": "model = keras.Sequential([keras.Input((8,)), first, head])\n"
    "model.compile('adam', 'mse')\nmodel.fit(x, y, verbose=0)",
    "all of them": "fitted(lambda: [*first.trainable_variables, *second.trainable_variables, "
    "*head.trainable_variables])",
    "frozen": "first.trainable = False\n"
    "fitted(lambda: [*second.trainable_variables, *head.trainable_variables])",
    "a loop in two phases": "model = looped(lambda n: head.trainable_variables if n < 3 else "
    "[*first.trainable_variables, *second.trainable_variables, *head.trainable_variables])",
    "gradients that are added up": "model = keras.Sequential([keras.Input((8,)), first, head])\n"
    "model.compile(keras.optimizers.Adam(gradient_accumulation_steps=3), 'mse')\n"
    "model.fit(x, y, verbose=0)",
    "a warm-up from 0": "class Slow(keras.optimizers.schedules.LearningRateSchedule):\n"
    "    def __call__(self, step):\n        return 0.001 * tf.cast(step, 'float32')\n"
    "model = keras.Sequential([keras.Input((8,)), first, head])\n"
    "model.compile(keras.optimizers.SGD(Slow()), 'mse')\nmodel.fit(x, y, verbose=0)",
    "a table of ids": "ids = np.arange(96).reshape(-1, 1) % 7\n"
    "model = keras.Sequential([keras.Input((1,)), layers.Embedding(5000, 8), layers.Flatten(), "
    "head])\nmodel.compile('sgd', 'mse')\nmodel.fit(ids, y, verbose=0)",
    "a teacher": "teacher = keras.Sequential([keras.Input((8,)), layers.Dense(4), "
    "layers.Dense(1)])\n"
    "class Student(Chooses):\n    def __init__(self):\n        super().__init__()\n"
    "        self.teacher = teacher\n"
    "        self.student = keras.Sequential([first, head])\n"
    "    def call(self, a):\n        return self.student(a) + 0 * self.teacher(a)\n"
    "model = Student()\nfitted(lambda: model.student.trainable_variables, model)",
    "two optimizers in turn": "encoder, decoder = keras.Sequential([first]), "
    "keras.Sequential([head])\n"
    "class Pair(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
    "        self.e, self.d = encoder, decoder\n"
    "        self.one, self.two = keras.optimizers.Adam(), keras.optimizers.SGD()\n"
    "    def call(self, a):\n        return self.d(self.e(a))\n"
    "    def train_step(self, data):\n        a, b = data\n"
    "        for optimizer, part in ((self.one, self.e), (self.two, self.d)):\n"
    "            with tf.GradientTape() as tape:\n                loss = mse(b, self(a))\n"
    "            weights = part.trainable_variables\n"
    "            optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))\n"
    "        return {'loss': loss}\n"
    "model = Pair()\nmodel.compile()\nmodel.fit(data, verbose=0)",
}


def found(shell: InteractiveShell, cell: str) -> Any:
    import keras

    keras.backend.clear_session()
    shell.reset(new_session=False)
    assert shell.run_cell(START).success
    assert shell.run_cell(f"%%diagnose -q -o report --no-trials\n{cell}").success
    reports = shell.user_ns["report"]
    reports = reports if isinstance(reports, tuple) else (reports,)
    assert all(one.faults == () for one in reports)
    return SimpleNamespace(findings=[finding for one in reports for finding in one.findings])


def test_treatment_says_what_to_train_and_patches_nothing() -> None:
    (finding,) = step_leaves_weights_out(movement(LEFT, HEAD), OUT, LAYERS, None)
    (advice,) = step_leaves_weights_out.treatments(finding, Cell("model.fit(x, y)"))
    assert advice.patched is None
    assert "If `first` is meant to be trained" in advice.text


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SICK)
def test_of_real_programs_the_sick_are_found(shell: InteractiveShell, name: str) -> None:
    report = found(shell, SICK[name])
    assert "step-leaves-weights-out" in {one.rule for one in report.findings}
    assert "untrained-layer" not in {one.rule for one in report.findings}


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", HEALTHY)
def test_of_real_programs_the_healthy_are_left_alone(shell: InteractiveShell, name: str) -> None:
    report = found(shell, HEALTHY[name])
    assert "step-leaves-weights-out" not in {one.rule for one in report.findings}
