import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.tokens import TokenInput, Tokens
from nbdoctor.rules.data.unmasked_padding import unmasked_padding
from nbdoctor.rules.rule import Finding

PADDED = TokenInput(
    name="x",
    variable="ids",
    layer="embedding",
    vocabulary=100,
    rows=512,
    maximum=99.0,
    length=40,
    padded=0.6,
    recurrent="lstm",
)


def judged(one: TokenInput) -> list[Finding]:
    return list(unmasked_padding(Tokens(inputs=(one,))))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        pytest.param(PADDED, "60 % of the ids of `ids` are zeros at the end", id="padded"),
        pytest.param(PADDED, "`lstm` returns its state after the padding", id="the reader"),
        pytest.param(replace(PADDED, padded=0.2, variable=""), "20 % of the ids of input", id="20"),
    ],
)
def test_fires(one: TokenInput, words: str) -> None:
    (finding,) = judged(one)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(replace(PADDED, masked=True), id="masked"),
        pytest.param(replace(PADDED, padded=0.0, zeros_inside=0.6), id="padded in front"),
        pytest.param(replace(PADDED, zeros_inside=0.1), id="0 is a token"),
        pytest.param(replace(PADDED, padded=0.19), id="little padding"),
        pytest.param(replace(PADDED, recurrent=""), id="pooled, or read both ways"),
        pytest.param(replace(PADDED, beyond=3), id="beyond: another rule's"),
    ],
)
def test_stays_silent(one: TokenInput) -> None:
    assert not judged(one)


def test_treatment() -> None:
    (finding,) = judged(PADDED)
    before = "layer = keras.layers.Embedding(100, 16)\n"
    (treated,) = unmasked_padding.treatments(finding, Cell(before))
    assert treated.patched == before.replace("16", "16, mask_zero=True")
    ast.parse(treated.patched)
    (again,) = unmasked_padding.treatments(finding, Cell(treated.patched))
    assert again.patched is None


@pytest.mark.keras
@pytest.mark.parametrize(("mask", "sick"), [(False, True), (True, False)])
def test_on_a_real_model(mask: bool, sick: bool) -> None:
    import keras
    import numpy as np

    import nbdoctor

    ids = np.random.default_rng(0).integers(1, 20, (64, 8))
    ids[:, 3:] = 0
    layers = [keras.layers.Embedding(20, 4, mask_zero=mask), keras.layers.SimpleRNN(3)]
    model = keras.Sequential([keras.Input((8,)), *layers, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    report = nbdoctor.diagnose(model, ids, ids[:, :1] / 20)
    assert ("unmasked-padding" in {finding.rule for finding in report.findings}) is sick
