from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.loss_parts import LossPart, LossParts
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from nbdoctor.rules.training.posterior_collapse import posterior_collapse

DATA = LossPart(kind="data", before=0.21, after=0.07)
KL = LossPart(
    kind="activity", layer="dense", line=3, text="kl = -0.5 * total", before=0.9, after=1e-7
)
LABELS = Labels(targets=(Target(name="y", shape=(64,)),))


def findings(
    kl: LossPart = KL, spread: float | None = 0.03, *, after_training: bool = True
) -> list[Finding]:
    parts = LossParts(
        parts=(DATA, kl), after_training=after_training, spread=spread, deviation=0.27
    )
    return list(posterior_collapse(parts, LABELS))


def test_fires() -> None:
    (finding,) = findings()
    assert "The term of line 3 (`kl = -0.5 * total`) fell from 0.9 to 1e-7" in finding.says
    assert "regulariz" not in finding.says.lower()
    assert finding.where.line == 3


def test_names_the_layer_where_no_line_is_known() -> None:
    (finding,) = findings(replace(KL, line=None, text=""))
    assert "The term that `dense` adds fell" in finding.says


@pytest.mark.parametrize(
    ("kl", "spread"),
    [
        pytest.param(KL, 0.2, id="the predictions differ"),
        pytest.param(replace(KL, after=0.6), 0.03, id="the term has not fallen"),
        pytest.param(replace(KL, before=0.01, after=0.03), 0.03, id="it has grown"),
        pytest.param(replace(KL, after=None), 0.03, id="unknown"),
    ],
)
def test_stays_silent(kl: LossPart, spread: float) -> None:
    assert findings(kl, spread) == []


def test_does_not_apply() -> None:
    with pytest.raises(DoesNotApplyError):
        findings(after_training=False)
    with pytest.raises(DoesNotApplyError):
        findings(replace(KL, kind="weights"))
    with pytest.raises(DoesNotApplyError):
        findings(spread=None)


def test_treatment() -> None:
    (finding,) = findings()
    cell = Cell('vae.compile(optimizer="adam", loss="mse")\n')
    (treated,) = posterior_collapse.treatments(finding, cell)
    assert treated.patched == 'vae.compile(optimizer="adam", loss="mse", loss_weights=[64])\n'
    (advice,) = posterior_collapse.treatments(finding, Cell('vae.compile("adam")\n'))
    assert "by 64" in advice.text


CELL = """
class Vae(keras.Model):
    def __init__(self):
        super().__init__()
        self.mean, self.logvar = keras.layers.Dense(2), keras.layers.Dense(2)
        self.back = keras.layers.Dense(4)
        self.draw = keras.random.SeedGenerator(3)

    def call(self, x, training=False):
        mu, lv = self.mean(x), self.logvar(x)
        terms = keras.ops.sum(1 + lv - keras.ops.square(mu) - keras.ops.exp(lv), axis=1)
        self.add_loss(-WEIGHT * keras.ops.mean(terms))
        z = mu + keras.ops.exp(0.5 * lv) * keras.random.normal(keras.ops.shape(mu), seed=self.draw)
        return self.back(z)

keras.utils.set_random_seed(0)
vae = Vae()
x = np.tile(x - x.mean(axis=0), (10, 1))  # ten steps per epoch
vae.compile(keras.optimizers.Adam(0.05), "mse")
vae.fit(x, x, epochs=15, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(("weight", "fires"), [("5.0", True), ("0.0001", False)])
def test_on_a_real_model(weight: str, fires: bool) -> None:
    from tests.rules.ran import rules_of

    found = rules_of(CELL.replace("WEIGHT", weight), "--no-trials")
    assert ("posterior-collapse" in found) is fires
    assert "overpowering-regularizer" not in found
