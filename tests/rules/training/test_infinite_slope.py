from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.infinite_slopes import InfiniteSlope
from nbdoctor.rules.rule import Finding
from nbdoctor.rules.training.infinite_slope import infinite_slope

SLOPE = InfiniteSlope(
    kind="square root",
    at=0.0,
    layer="lambda",
    line=2,
    text="return ops.sqrt(total)",
    values=6,
    of=64,
    batch=1,
    loss=0.4,
    weights=4,
)


def finding_of(slope: InfiniteSlope) -> Finding:
    (finding,) = infinite_slope(slope)
    return finding


@pytest.mark.parametrize(
    ("slope", "words"),
    [
        pytest.param(SLOPE, "of line 2 in `lambda` is taken of 0 for 6 of 64 values", id="a root"),
        pytest.param(
            replace(SLOPE, kind="division"),
            "division of line 2 in `lambda` divides by 0",
            id="a division",
        ),
        pytest.param(
            replace(SLOPE, batch=0, rows=160),
            "pairs of equal rows, of which the data has 160",
            id="rows that did not come by yet",
        ),
        pytest.param(
            replace(SLOPE, kind="inverse function", at=1.0), "is taken of ±1", id="an arc cosine"
        ),
        pytest.param(
            replace(SLOPE, loss=float("inf")), "The slope is infinite there", id="the loss, too"
        ),
        pytest.param(
            replace(SLOPE, layer="", line=None), "The square root is taken", id="a place unknown"
        ),
    ],
)
def test_fires(slope: InfiniteSlope, words: str) -> None:
    finding = finding_of(slope)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


def test_stays_silent_without_such_a_place() -> None:
    verdict = infinite_slope.verdict({}, {})
    assert verdict.findings == ()
    assert verdict.not_run is not None


CELL = """\
def distance(a, b):
    return ops.sqrt(ops.sum(ops.square(a - b), axis=1))
"""


def test_treatment() -> None:
    (treated,) = infinite_slope.treatments(finding_of(SLOPE), Cell(CELL))
    assert treated.patched == CELL.replace(
        "ops.sum(ops.square(a - b), axis=1)",
        "ops.maximum(ops.sum(ops.square(a - b), axis=1), 1e-7)",
    )


@pytest.mark.parametrize(("kind", "words"), [("division", "divisor"), ("power", "maximum")])
def test_treatment_advises_where_nothing_can_be_edited(kind: str, words: str) -> None:
    (advice,) = infinite_slope.treatments(finding_of(replace(SLOPE, kind=kind)), Cell(CELL))
    assert advice.patched is None
    assert words in advice.text


PAIRS = """
def distance(pair):
    return keras.ops.sqrt(keras.ops.sum(keras.ops.square(pair[0] - pair[1]), 1, keepdims=True) + E)

tower = keras.layers.Dense(3)
one, two = keras.Input((4,)), keras.Input((4,))
gap = keras.layers.Lambda(distance, output_shape=(1,))([tower(one), tower(two)])
model = keras.Model([one, two], gap)
model.compile("sgd", "mse")
other = x[::-1].copy()
other[:EQUAL] = x[:EQUAL]
model.fit([x, other], y.astype("float32"), batch_size=8, shuffle=False, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("equal", "epsilon", "fires"), [("3", "0", True), ("0", "0", False), ("3", "1e-7", False)]
)
def test_on_a_real_model(equal: str, epsilon: str, fires: bool) -> None:
    from tests.rules.ran import rules_of

    found = rules_of(PAIRS.replace("EQUAL", equal).replace("+ E", f"+ {epsilon}"), "--no-trials")
    assert ("infinite-slope" in found) is fires
    assert "learning-rate-too-high" not in found
