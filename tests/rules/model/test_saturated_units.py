from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.updates import Updates, WeightUpdate
from nbdoctor.readings.wiring import Step, Wiring
from nbdoctor.rules.model.saturated_units import saturated_units
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.wired import chain, dense

WIRED = chain(dense("a", "tanh"), dense("b", "tanh"), dense("head", "softmax", 3))


def findings(
    share: float | None,
    ratio: float,
    *,
    kind: str = "Dense",
    wiring: Wiring = WIRED,
    rows: int = 256,
    is_output: bool = False,
    others: tuple[float, ...] = (4e-3, 6e-3),
) -> list[Finding]:
    layer = LayerActivation(
        layer="a", kind=kind, activation="tanh", saturated_share=share, is_output=is_output
    )
    kernels = [WeightUpdate(path="a/kernel", layer="a", ratio=ratio)]
    kernels += [
        WeightUpdate(path=f"{name}/kernel", layer=name, ratio=other)
        for name, other in zip(("b", "head"), others, strict=False)
    ]
    return list(
        saturated_units(
            Activations(layers=(layer,), rows=rows),
            Updates(optimizer="SGD", kernels=tuple(kernels)),
            wiring,
        )
    )


@pytest.mark.parametrize(
    ("share", "ratio", "words"),
    [
        pytest.param(0.74, 1.6e-4, "74 % of the values of `a`", id="large weights"),
        pytest.param(
            0.51, 4.9e-4, "0.098 times that of the other layers", id="just beyond both limits"
        ),
        pytest.param(1.0, 0.0, "100 %", id="nothing passes"),
    ],
)
def test_fires(share: float, ratio: float, words: str) -> None:
    (finding,) = findings(share, ratio)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(findings(0.0, 1e-4), id="not saturated"),
        pytest.param(findings(0.5, 1e-4), id="half of the values"),
        pytest.param(findings(0.99, 2e-2), id="saturated, and moves more than its neighbours"),
        pytest.param(findings(0.99, 5e-4), id="exactly a tenth"),
        pytest.param(findings(0.99, 1e-4, others=()), id="nothing to compare it with"),
    ],
)
def test_stays_silent(found: list[Finding]) -> None:
    assert found == []


GATE = Step(name="m", kind="Multiply", takes=("a",))


@pytest.mark.parametrize(
    ("share", "given"),
    [
        pytest.param(None, {}, id="a layer that does not squash"),
        pytest.param(0.9, {"is_output": True}, id="an output"),
        pytest.param(0.9, {"kind": "LSTM"}, id="a recurrent layer"),
        pytest.param(0.9, {"rows": 32}, id="few rows"),
        pytest.param(0.9, {"wiring": replace(WIRED, steps=(*WIRED.steps, GATE))}, id="a gate"),
    ],
)
def test_does_not_apply(share: float | None, given: dict[str, object]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(share, 1e-4, **given)  # type: ignore[arg-type]


def test_treatment() -> None:
    (finding,) = findings(0.74, 1.6e-4)
    (offered,) = saturated_units.treatments(finding, Cell("model.fit(x, y)"))
    assert (offered.effect, offered.patched) == ("advice", None)
    assert "`kernel_initializer` of `a`" in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).normal(size=(256, 10)), np.arange(256) % 3

    def rules_that_fire(spread: float) -> set[str]:
        keras.utils.set_random_seed(0)
        hidden = [
            keras.layers.Dense(
                32, "tanh", kernel_initializer=keras.initializers.RandomNormal(0, spread, seed=seed)
            )
            for seed in range(3)
        ]
        head = keras.layers.Dense(3, "softmax")
        model = keras.Sequential([keras.Input((10,)), *hidden, head])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y, batch_size=256).findings}

    assert "saturated-units" in rules_that_fire(3.0)
    assert "saturated-units" not in rules_that_fire(0.2)
