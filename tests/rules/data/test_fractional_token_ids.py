from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.tokens import TokenInput, Tokens
from nbdoctor.rules.data.fractional_token_ids import fractional_token_ids
from nbdoctor.rules.rule import Finding

SCALED = TokenInput(
    name="x",
    variable="ids",
    layer="embedding",
    vocabulary=100,
    rows=512,
    minimum=0.0,
    maximum=0.99,
    fractional=9000,
)


def judged(one: TokenInput) -> list[Finding]:
    return list(fractional_token_ids(Tokens(inputs=(one,))))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        pytest.param(
            SCALED,
            "9,000 values of `ids` are not integers (the values range from 0 to 0.99)",
            id="1",
        ),
        pytest.param(replace(SCALED, variable=""), "values of input `x` are", id="no variable"),
        pytest.param(replace(SCALED, fractional=1), "1 values", id="a single one"),
    ],
)
def test_fires(one: TokenInput, words: str) -> None:
    (finding,) = judged(one)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(replace(SCALED, fractional=0, maximum=99.0), id="whole numbers"),
        pytest.param(replace(SCALED, fractional=0, beyond=4), id="beyond: another rule's"),
        pytest.param(replace(SCALED, fractional=0, masked=True), id="whole numbers and padding"),
        pytest.param(replace(SCALED, fractional=0, minimum=1.0, maximum=2.0), id="whole floats"),
    ],
)
def test_stays_silent(one: TokenInput) -> None:
    assert not judged(one)


def test_treatment() -> None:
    (finding,) = judged(SCALED)
    (offered,) = fractional_token_ids.treatments(finding, Cell("ids = ids / 100\n"))
    assert (offered.effect, offered.patched) == ("advice", None)
    assert "Keep `ids` as integers" in offered.text


@pytest.mark.keras
@pytest.mark.parametrize(("by", "sick"), [(20, True), (1, False)])
def test_on_a_real_model(by: int, sick: bool) -> None:
    import keras
    import numpy as np

    import nbdoctor

    ids = np.random.default_rng(0).integers(0, 20, (64, 8))
    layers = [keras.layers.Embedding(20, 4), keras.layers.Flatten(), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((8,)), *layers])
    model.compile("sgd", "mse")
    report = nbdoctor.diagnose(model, ids / by, ids[:, :1] / 20)
    assert ("fractional-token-ids" in {finding.rule for finding in report.findings}) is sick
