import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.rivals import RivalNetworks
from nbdoctor.rules.objective.rivals_want_the_same import rivals_want_the_same
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of


def networks(maker: float, made: float, given: float) -> RivalNetworks:
    return RivalNetworks(
        maker="generator", judge="critic",
        maker_of_made=maker, judge_of_made=made, judge_of_given=given,
    )  # fmt: skip


def test_fires() -> None:
    (finding,) = rivals_want_the_same(networks(-1.0, -1.0, 1.0))
    assert "`critic` gives higher scores to what `generator` makes" in finding.says
    assert "asks for higher scores, too" in finding.says


@pytest.mark.parametrize("sign", [1, -1])
def test_stays_silent(sign: int) -> None:
    assert not list(rivals_want_the_same(networks(-sign, sign, -sign)))


def test_does_not_apply_where_nothing_is_told_apart() -> None:
    with pytest.raises(DoesNotApplyError):
        list(rivals_want_the_same(networks(1.0, 1.0, 1.0)))


def test_treatment() -> None:
    (finding,) = rivals_want_the_same(networks(1.0, 1.0, -1.0))
    (advice,) = rivals_want_the_same.treatments(finding, Cell(""))
    assert "mean(critic(fake)) - mean(critic(real))" in advice.text


NETWORKS = """
generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
judge = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
bce = keras.losses.BinaryCrossentropy(from_logits=True)
"""

MODEL = """
class Gan(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator, self.judge = generator, judge
    def call(self, z):
        return self.generator(z)
    def compile(self, one, other):
        super().compile()
        self.one, self.other = one, other
    def train_step(self, real):
        noise = tf.random.normal((tf.shape(real)[0], 3))
        with tf.GradientTape() as tape, tf.GradientTape() as other_tape:
            fake = self.generator(noise, training=True)
            on_real, on_fake = self.judge(real, training=True), self.judge(fake, training=True)
            judge_loss = {judge}
            maker_loss = {maker}
        weights = self.generator.trainable_variables
        self.one.apply_gradients(zip(tape.gradient(maker_loss, weights), weights))
        weights = self.judge.trainable_variables
        self.other.apply_gradients(zip(other_tape.gradient(judge_loss, weights), weights))
        return {{"judge": judge_loss, "maker": maker_loss}}
model = Gan()
model.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
model.fit(x, verbose=0)
"""

LOOP = """
one, other = keras.optimizers.Adam(), keras.optimizers.Adam()
@tf.function
def step(real):
    noise = tf.random.normal((tf.shape(real)[0], 3))
    with tf.GradientTape() as tape, tf.GradientTape() as other_tape:
        fake = generator(noise, training=True)
        on_real, on_fake = judge(real, training=True), judge(fake, training=True)
        judge_loss = {judge}
        maker_loss = {maker}
    weights = generator.trainable_variables
    one.apply_gradients(zip(tape.gradient(maker_loss, weights), weights))
    weights = judge.trainable_variables
    other.apply_gradients(zip(other_tape.gradient(judge_loss, weights), weights))
for epoch in range(3):
    step(x)
"""

IN_TURN = """
one, other = keras.optimizers.Adam(), keras.optimizers.Adam()
@tf.function
def step(real):
    noise = tf.random.normal((tf.shape(real)[0], 3))
    with tf.GradientTape() as tape:
        fake = generator(noise, training=True)
        on_real, on_fake = judge(real, training=True), judge(fake, training=True)
        judge_loss = {judge}
    weights = judge.trainable_variables
    other.apply_gradients(zip(tape.gradient(judge_loss, weights), weights))
    with tf.GradientTape() as tape:
        on_fake = judge(generator(noise, training=True), training=True)
        maker_loss = {maker}
    weights = generator.trainable_variables
    one.apply_gradients(zip(tape.gradient(maker_loss, weights), weights))
for epoch in range(3):
    step(x)
"""

ENTROPY = "bce(tf.ones_like(on_real), on_real) + bce(tf.zeros_like(on_fake), on_fake)"
TURNED = "bce(tf.zeros_like(on_real), on_real) + bce(tf.ones_like(on_fake), on_fake)"
EARTH = "tf.reduce_mean(on_fake) - tf.reduce_mean(on_real)"
AS_REAL, AS_FAKE = "bce(tf.ones_like(on_fake), on_fake)", "bce(tf.zeros_like(on_fake), on_fake)"


@pytest.mark.keras
@pytest.mark.parametrize("cell", [MODEL, LOOP, IN_TURN], ids=["step", "loop", "in turn"])
@pytest.mark.parametrize(
    ("judge", "maker"),
    [
        pytest.param(ENTROPY, AS_FAKE, id="labels of the maker"),
        pytest.param(TURNED, AS_REAL, id="labels of the judge"),
        pytest.param(f"-({EARTH})", "-tf.reduce_mean(on_fake)", id="sign"),
        pytest.param(EARTH, "tf.reduce_mean(on_fake)", id="sign of the maker"),
    ],
)
def test_fires_on_a_real_step(cell: str, judge: str, maker: str) -> None:
    found = rules_of(NETWORKS + cell.format(judge=judge, maker=maker), "--no-trials")
    assert "rivals-want-the-same" in found


@pytest.mark.keras
@pytest.mark.parametrize("cell", [MODEL, LOOP, IN_TURN], ids=["step", "loop", "in turn"])
@pytest.mark.parametrize(
    ("judge", "maker"),
    [
        pytest.param(ENTROPY, AS_REAL, id="cross-entropy"),
        pytest.param(ENTROPY, f"-({AS_FAKE})", id="of the first paper"),
        pytest.param(TURNED, AS_FAKE, id="made rows are 1"),
        pytest.param(EARTH, "-tf.reduce_mean(on_fake)", id="Wasserstein"),
        pytest.param("bce(tf.ones_like(on_real), on_real)", AS_REAL, id="no rival"),
    ],
)
def test_stays_silent_on_a_real_step(cell: str, judge: str, maker: str) -> None:
    found = rules_of(NETWORKS + cell.format(judge=judge, maker=maker), "--no-trials")
    assert "rivals-want-the-same" not in found
