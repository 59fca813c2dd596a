from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.pairs import PairDistances
from nbdoctor.rules.objective.inverted_labels import inverted_labels
from nbdoctor.rules.rule import DoesNotApplyError, Finding

PUSHED = PairDistances(
    output="y",
    function="contrastive",
    high=1.0,
    low=0.0,
    near=0.0003,
    far=1.2,
    loss_of_high=(1.0, 0.0),
    loss_of_low=(0.0, 1.4),
    share_nearer=0.97,
    pairs=2000,
)
LABELS = Labels(targets=(Target(name="y", variable="same", distinct=2),))


def findings(pairs: PairDistances) -> list[Finding]:
    return list(inverted_labels(pairs, LABELS))


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        pytest.param(PUSHED, "pairs with label 1 are nearer to each other", id="1 for same"),
        pytest.param(
            replace(PUSHED, share_nearer=0.03, loss_of_high=(0.0, 1.0), loss_of_low=(1.4, 0.0)),
            "pairs with label 0 are nearer to each other",
            id="1 for different",
        ),
    ],
)
def test_fires(pairs: PairDistances, words: str) -> None:
    (finding,) = findings(pairs)
    assert words in finding.says
    assert "it wants them apart" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param(replace(PUSHED, share_nearer=0.02), id="labels as the loss reads them"),
        pytest.param(replace(PUSHED, share_nearer=0.55), id="the inputs do not tell"),
    ],
)
def test_stays_silent(pairs: PairDistances) -> None:
    assert findings(pairs) == []


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param(replace(PUSHED, loss_of_low=(1.0, 0.0)), id="neither is wanted near"),
        pytest.param(replace(PUSHED, pairs=20), id="few pairs"),
    ],
)
def test_does_not_apply(pairs: PairDistances) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(pairs)


def test_treatment() -> None:
    (finding,) = findings(PUSHED)
    (treated,) = inverted_labels.treatments(finding, Cell("model.fit(x, same)\n"))
    assert treated.patched == "model.fit(x, 1 - same)\n"
    (advice,) = inverted_labels.treatments(finding, Cell("model.fit(data)\n"))
    assert "`1 - same`" in advice.text


CELL = """
rng = np.random.default_rng(1)
kinds = rng.integers(0, 4, 300)
rows = (rng.normal(size=(4, 4))[kinds] + 0.2 * rng.normal(size=(300, 4))).astype("float32")
first, second = rng.integers(0, 300, 400), rng.integers(0, 300, 400)
label = (kinds[first] SAME kinds[second]).astype("float32")[:, None]

def distance(pair):
    return keras.ops.sum(keras.ops.abs(pair[0] - pair[1]), axis=1, keepdims=True)

def contrastive(y_true, d):
    far = keras.ops.maximum(1.0 - d, 0.0)
    return keras.ops.mean(y_true * keras.ops.square(d) + (1 - y_true) * keras.ops.square(far))

tower = keras.layers.Dense(3)
one, two = keras.Input((4,)), keras.Input((4,))
gap = keras.layers.Lambda(distance, output_shape=(1,))([tower(one), tower(two)])
model = keras.Model([one, two], gap)
model.compile("sgd", contrastive)
model.fit([rows[first], rows[second]], label, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(("sign", "fires"), [("!=", True), ("==", False)])
def test_on_a_real_model(sign: str, fires: bool) -> None:
    from tests.rules.ran import rules_of

    found = rules_of(CELL.replace("SAME", sign), "--no-trials")
    assert ("inverted-labels" in found) is fires
    assert "inverted-loss" not in found
