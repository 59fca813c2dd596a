from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.row_weights import RowWeights
from nbdoctor.readings.tokens import TokenInput, Tokens
from nbdoctor.rules.labels.padding_in_loss import padding_in_loss
from nbdoctor.rules.rule import DoesNotApplyError, Finding

IDS = TokenInput(
    name="x", variable="words", layer="embedding", vocabulary=99, length=10, padded=0.6
)
TAGS = Target(
    name="y", rows=100, shape=(10,), rank=2, encoding="ids", counts=((0.0, 700),), values=1000
)
OUTPUT = Output(name="y", width=5, loss="sparse_categorical_crossentropy")


def findings(
    ids: TokenInput = IDS,
    tags: Target = TAGS,
    output: Output = OUTPUT,
    weights: RowWeights | None = None,
) -> list[Finding]:
    given = Labels(targets=(tags,)), Head(outputs=(output,)), Tokens(inputs=(ids,)), weights
    return list(padding_in_loss(*given))


@pytest.mark.parametrize(("padded", "severity"), [(0.6, "warning"), (0.3, "note")])
def test_fires(padded: float, severity: str) -> None:
    (finding,) = findings(replace(IDS, padded=padded))
    assert f"{padded * 100:g} % of the ids of `words` are zeros" in finding.says
    assert "Of all labels 70 % are 0" in finding.says
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("ids", "weights"),
    [
        pytest.param(replace(IDS, padded=0.1), None, id="little padding"),
        pytest.param(IDS, RowWeights(given="sample_weight"), id="weights of places"),
    ],
)
def test_stays_silent(ids: TokenInput, weights: RowWeights | None) -> None:
    assert findings(ids, weights=weights) == []


@pytest.mark.parametrize(
    ("ids", "tags", "output"),
    [
        pytest.param(replace(IDS, masked=True), TAGS, OUTPUT, id="masked"),
        pytest.param(replace(IDS, zeros_inside=0.2), TAGS, OUTPUT, id="0 is a token"),
        pytest.param(IDS, replace(TAGS, shape=(), values=100), OUTPUT, id="a label for each row"),
        pytest.param(IDS, TAGS, replace(OUTPUT, ignore_class=0), id="the loss leaves it out"),
        pytest.param(replace(IDS, length=7), TAGS, OUTPUT, id="another length"),
    ],
)
def test_does_not_apply(ids: TokenInput, tags: Target, output: Output) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(ids, tags, output)


def test_treatment() -> None:
    (finding,) = findings()
    (treated,) = padding_in_loss.treatments(finding, Cell("x = Embedding(99, 8)(words)\n"))
    assert treated.patched == "x = Embedding(99, 8, mask_zero=True)(words)\n"


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    rng = np.random.default_rng(0)
    words = rng.integers(1, 20, (64, 8)) * (np.arange(8) < rng.integers(1, 5, (64, 1)))

    def rules_that_fire(*, masked: bool) -> set[str]:
        embedding = keras.layers.Embedding(20, 4, mask_zero=masked)
        model = keras.Sequential([embedding, keras.layers.Dense(3, "softmax")])
        model.build((None, 8))
        model.compile("adam", "sparse_categorical_crossentropy")
        return {one.rule for one in nbdoctor.diagnose(model, words, words % 3).findings}

    assert "padding-in-loss" in rules_that_fire(masked=False)
    assert "padding-in-loss" not in rules_that_fire(masked=True)
