import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.sharing import Sharing
from nbdoctor.readings.source import Source
from nbdoctor.readings.trainability import Trainability
from nbdoctor.rules.model.frozen_model import frozen_model
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.ran import rules_of


def findings(
    trainable: int,
    total: int,
    name: str = "model",
    frozen_since: tuple[str, ...] = (),
    sharing: Sharing | None = None,
    *,
    built: bool = True,
) -> list[Finding]:
    layers = Layers(model="sequential", layers=(), trainable=trainable, total=total, built=built)
    settled = Trainability(settled=bool(frozen_since), frozen_since=frozen_since)
    return list(frozen_model(layers, settled, Source(model_name=name), sharing))


@pytest.mark.parametrize(
    ("total", "name", "words"),
    [
        pytest.param(2_300_000, "model", "2,300,000 weights of `model`", id="large"),
        pytest.param(1, "net", "1 weights of `net`", id="small"),
        pytest.param(9, "", "of `sequential`", id="a model without a name of the user's"),
    ],
)
def test_fires(total: int, name: str, words: str) -> None:
    (finding,) = findings(0, total, name)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    ("trainable", "total"),
    [
        pytest.param(100, 100, id="all are trained"),
        pytest.param(5, 2_300_000, id="only the head is trained"),
        pytest.param(1, 100, id="one weight is trained"),
        pytest.param(98, 100, id="moving statistics are not trained"),
    ],
)
def test_stays_silent(trainable: int, total: int) -> None:
    assert findings(trainable, total) == []


def test_a_freeze_without_effect_is_another_rules() -> None:
    assert findings(0, 100, frozen_since=("dense",)) == []


def test_does_not_apply_before_the_model_is_built() -> None:
    with pytest.raises(DoesNotApplyError):
        findings(0, 0)
    with pytest.raises(DoesNotApplyError):
        findings(0, 19, built=False)


JOINT = Sharing(name="critic", part_of=("joint",))
GAN = """\
for step in range(9):
    real = critic.train_on_batch(a, b)
    fake = critic.train_on_batch(c, d)
    g = joint.train_on_batch(e, f)
"""


def test_a_critic_is_set_free_for_its_own_step_only() -> None:
    (finding,) = findings(0, 129, sharing=JOINT)
    assert finding.title == "`critic` is frozen in its own training step"
    assert "a part of `joint`" in finding.says
    (treated,) = frozen_model.treatments(finding, Cell(GAN))
    assert treated.patched == GAN.replace(
        "    real", "    critic.trainable = True\n    real"
    ).replace("    g =", "    critic.trainable = False\n    g =")
    (elsewhere,) = frozen_model.treatments(finding, Cell("step(a, b)"))
    assert elsewhere.patched is None
    assert "before that of `joint`" in elsewhere.text


SICK = """\
%matplotlib inline
for layer in model.layers:  # all of them
    layer.trainable = False
model.compile("adam", "mse")
"""
CURED = SICK.replace("model.layers:", "model.layers[:-1]:")


def test_treatment() -> None:
    (finding,) = findings(0, 9)
    (treated,) = frozen_model.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("judgement", CURED)
    (again,) = frozen_model.treatments(finding, Cell(CURED))
    assert again.patched is None


def test_a_model_frozen_as_a_whole_is_set_free() -> None:
    (finding,) = findings(0, 9)
    (treated,) = frozen_model.treatments(finding, Cell("model.trainable = False  # why\nfit()"))
    assert treated.patched == "model.trainable = True  # why\nfit()"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param("base.trainable = False", "line 1 freezes", id="a part of it"),
        pytest.param(SICK + "base.trainable = False", "lines 3 and 5 freeze", id="two places"),
        pytest.param(SICK.replace("model.l", "base.l"), "line 3 freezes", id="another model"),
        pytest.param("model.fit(x, y)", "Set `trainable = True`", id="frozen in another cell"),
        pytest.param("model.fit(", "Set `trainable = True`", id="not Python"),
    ],
)
def test_treatment_is_advice_where_the_head_is_not_plain(source: str, words: str) -> None:
    (finding,) = findings(0, 9)
    (offered,) = frozen_model.treatments(finding, Cell(source))
    assert offered.patched is None
    assert words in offered.text


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")  # Keras warns of it as well
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).random((64, 4))

    def rules_that_fire(frozen: int) -> set[str]:
        model = keras.Sequential([keras.Input((4,)), *(keras.layers.Dense(4) for _ in range(2))])
        for layer in model.layers[:frozen]:
            layer.trainable = False
        model.compile("adam", "mse")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, x).findings}

    assert "frozen-model" in rules_that_fire(2)
    assert "frozen-model" not in rules_that_fire(1)


HEALTHY = {
    "an adapted normalization in a model that is not built": """
import keras, numpy as np
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
norm = keras.layers.Normalization(axis=-1)
norm.adapt(x)
model = keras.Sequential([norm, keras.layers.Dense(3), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, x[:, :1], verbose=0)
""",
    "a new head on a frozen body": """
import keras, numpy as np
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
old = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)])
model = keras.Sequential(old.layers[:-1])
model.add(keras.layers.Dense(1))
for layer in model.layers[:-1]:
    layer.trainable = False
model.compile("adam", "mse")
model.fit(x, x[:, :1], verbose=0)
""",
    "a critic that is frozen between the steps": """
import keras, numpy as np
x = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
critic.compile("adam", "binary_crossentropy")
maker = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
seed = keras.Input((2,))
joint = keras.Model(seed, critic(maker(seed)))
joint.compile("adam", "binary_crossentropy")
for step in range(3):
    critic.trainable = True
    critic.train_on_batch(x, np.ones((8, 1)))
    critic.trainable = False
    joint.train_on_batch(x, np.ones((8, 1)))
""",
}


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", HEALTHY)
def test_of_healthy_programs_none_is_called_frozen(name: str) -> None:
    assert not rules_of(HEALTHY[name], "--no-trials") & {
        "frozen-model",
        "stale-freeze",
        "weights-stand-still",
    }
