import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.weights import Weight, Weights
from nbdoctor.rules.model.identical_units import identical_units
from nbdoctor.rules.rule import DoesNotApplyError, Finding

Kernel = tuple[str, bool, bool, float]


def findings(*kernels: Kernel, is_kernel: bool = True) -> list[Finding]:
    """Of kernels by name: equal weights, equal gradients, norm of the gradient."""
    weights = [
        Weight(
            path=f"{name}/kernel",
            layer=name,
            shape=(10, 32),
            trainable=True,
            mean=0.0,
            std=0.0,
            norm=0.0,
            equal_units=equal,
        )
        for name, equal, *_ in kernels
    ]
    sent = [
        WeightGradient(
            path=f"{name}/kernel",
            layer=name,
            norms=(norm,) if norm >= 0 else (),
            weight_norm=1.0,
            is_kernel=is_kernel,
            missing=norm < 0,
            equal_units=stays,
        )
        for name, _, stays, norm in kernels
    ]
    return list(identical_units(Weights(weights=tuple(weights)), Gradients(weights=tuple(sent))))


HEALTHY: Kernel = ("head", False, False, 0.7)


@pytest.mark.parametrize(
    ("kernels", "words"),
    [
        pytest.param([("a", True, True, 0.3), HEALTHY], "get the same gradient", id="constant"),
        pytest.param([("a", True, True, 0.0), HEALTHY], "a gradient of exactly 0", id="zeros"),
        pytest.param(
            [("a", True, True, 0.0), ("b", True, True, 0.0), HEALTHY], "1 more", id="two layers"
        ),
    ],
)
def test_fires(kernels: list[Kernel], words: str) -> None:
    (finding,) = findings(*kernels)
    assert words in finding.says
    assert "32 units of `a`" in finding.title
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "kernel",
    [
        pytest.param(("a", False, False, 0.3), id="drawn at random"),
        pytest.param(("a", True, False, 0.3), id="zeros in an output or a residual branch"),
        pytest.param(("a", False, True, 0.0), id="no gradient for weights that differ"),
        pytest.param(("a", False, True, 0.4), id="equal gradients for weights that differ"),
        pytest.param(("a", True, True, -1.0), id="zeros that nothing trains"),
    ],
)
def test_stays_silent(kernel: Kernel) -> None:
    assert findings(kernel, HEALTHY) == []


@pytest.mark.parametrize("kernels", [[], [("norm", True, True, 0.1)]], ids=["none", "no kernel"])
def test_does_not_apply_without_a_trained_kernel(kernels: list[Kernel]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(*kernels, is_kernel=False)


SICK = """\
model = keras.Sequential([
    Dense(32, kernel_initializer="zeros", bias_initializer="zeros"),
    Dense(32, kernel_initializer=keras.initializers.Constant(0.1)),
    Dense(3, kernel_initializer="he_normal"),
])
"""
CURED = SICK.replace('kernel_initializer="zeros"', 'kernel_initializer="glorot_uniform"').replace(
    "keras.initializers.Constant(0.1)", '"glorot_uniform"'
)


def test_treatment() -> None:
    (finding,) = findings(("a", True, True, 0.0), HEALTHY)
    (treated,) = identical_units.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("model", CURED)
    (again,) = identical_units.treatments(finding, Cell(CURED))
    assert again.patched is None
    assert "Create `a` with" in again.text


def test_treats_an_initializer_that_has_a_name() -> None:
    (finding,) = findings(("a", True, True, 0.0), HEALTHY)
    cell = Cell(
        "zero = keras.initializers.Zeros()\n"
        "a = Dense(8, kernel_initializer=zero)\n"
        "b = Dense(3, kernel_initializer=zero, bias_initializer=zero)\n"
    )
    (treated,) = identical_units.treatments(finding, cell)
    assert treated.patched is not None
    assert treated.patched.splitlines()[1:] == [
        'a = Dense(8, kernel_initializer="glorot_uniform")',
        'b = Dense(3, kernel_initializer="glorot_uniform", bias_initializer=zero)',
    ]


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).normal(size=(128, 10)), np.arange(128) % 3

    def rules_that_fire(*initializers: str) -> set[str]:
        *hidden, last = initializers
        model = keras.Sequential(
            [
                keras.Input((10,)),
                *(keras.layers.Dense(8, "relu", kernel_initializer=one) for one in hidden),
                keras.layers.Dense(3, "softmax", kernel_initializer=last),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "identical-units" in rules_that_fire("zeros", "zeros")
    assert "identical-units" in rules_that_fire("ones", "ones", "ones")
    assert "identical-units" not in rules_that_fire("zeros")  # logistic regression
    assert "identical-units" not in rules_that_fire("he_normal", "zeros")
    assert "identical-units" not in rules_that_fire("he_normal", "he_normal")
