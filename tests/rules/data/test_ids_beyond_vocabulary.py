import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.tokens import TokenInput, Tokens
from nbdoctor.rules.data.ids_beyond_vocabulary import ids_beyond_vocabulary
from nbdoctor.rules.rule import Finding

BEYOND = TokenInput(
    name="x",
    variable="ids",
    layer="embedding",
    vocabulary=100,
    rows=512,
    minimum=1.0,
    maximum=100.0,
    beyond=93,
)


def judged(one: TokenInput) -> list[Finding]:
    return list(ids_beyond_vocabulary(Tokens(inputs=(one,))))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        pytest.param(BEYOND, "`ids` contains ids from 1 to 100 in 512 rows", id="from one"),
        pytest.param(BEYOND, "for ids 0 to 99: 93 ids are out of range", id="the table"),
        pytest.param(
            replace(BEYOND, minimum=-1.0, variable=""), "Input `x` contains", id="below 0"
        ),
    ],
)
def test_fires(one: TokenInput, words: str) -> None:
    (finding,) = judged(one)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(replace(BEYOND, beyond=0, maximum=99.0), id="all have a row"),
        pytest.param(replace(BEYOND, beyond=0, maximum=3.0), id="a table too large"),
        pytest.param(replace(BEYOND, fractional=7), id="fractions: another rule's"),
        pytest.param(replace(BEYOND, beyond=0, padded=0.9), id="padding"),
    ],
)
def test_stays_silent(one: TokenInput) -> None:
    assert not judged(one)


def test_treatment() -> None:
    (finding,) = judged(BEYOND)
    before = "layer = keras.layers.Embedding(100, 16)\n"
    (treated,) = ids_beyond_vocabulary.treatments(finding, Cell(before))
    assert treated.patched == before.replace("100", "101")
    ast.parse(treated.patched)
    (again,) = ids_beyond_vocabulary.treatments(finding, Cell(treated.patched))
    assert again.patched is None


def test_treatment_is_advice_for_ids_below_zero() -> None:
    (finding,) = judged(replace(BEYOND, minimum=-1.0))
    (advice,) = ids_beyond_vocabulary.treatments(finding, Cell("layer = Embedding(100, 16)\n"))
    assert advice.patched is None
    assert "below 0" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize(("rows", "sick"), [(20, True), (21, False)])
def test_on_a_real_model(rows: int, sick: bool) -> None:
    import keras
    import numpy as np

    import nbdoctor

    ids = np.random.default_rng(0).integers(1, 21, (64, 8))
    ids[0, 0] = 20
    layers = [keras.layers.Embedding(rows, 4), keras.layers.Flatten(), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((8,), dtype="int32"), *layers])
    model.compile("sgd", "mse")
    report = nbdoctor.diagnose(model, ids, ids[:, :1] / 20)
    assert ("ids-beyond-vocabulary" in {finding.rule for finding in report.findings}) is sick
