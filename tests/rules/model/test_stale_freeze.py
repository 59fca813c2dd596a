import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.trainability import Trainability
from nbdoctor.rules.model.stale_freeze import stale_freeze
from nbdoctor.rules.rule import DoesNotApplyError


@pytest.mark.parametrize(
    ("frozen", "unfrozen", "words"),
    [
        pytest.param(("a",), (), "`a` is frozen but still trained", id="frozen too late"),
        pytest.param((), ("a",), "`a` is trainable but not trained", id="unfrozen too late"),
        pytest.param(("b",), ("a",), "still trained; `a` is trainable", id="both"),
        pytest.param((), tuple("abcde"), "`a`, `b`, `c` and 2 more", id="many layers"),
    ],
)
def test_fires(frozen: tuple[str, ...], unfrozen: tuple[str, ...], words: str) -> None:
    reading = Trainability(settled=True, frozen_since=frozen, unfrozen_since=unfrozen)
    (finding,) = stale_freeze(reading)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


def test_stays_silent() -> None:
    assert list(stale_freeze(Trainability(settled=True))) == []


def test_does_not_apply_before_the_first_fit() -> None:
    with pytest.raises(DoesNotApplyError):
        list(stale_freeze(Trainability()))


def test_treatment() -> None:
    (finding,) = stale_freeze(Trainability(settled=True, frozen_since=("a",)))
    (offered,) = stale_freeze.treatments(finding, Cell("model.fit(x, y)"))
    assert (offered.effect, offered.patched) == ("advice", None)
    assert "call `compile` again" in offered.text


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")  # Keras warns of it as well
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).random((64, 4))

    def rules_that_fire(*, trained: bool, compiled: bool, change: bool = True) -> set[str]:
        model = keras.Sequential([keras.Input((4,)), *(keras.layers.Dense(4) for _ in range(2))])
        model.compile("adam", "mse")
        if trained:
            model.fit(x, x, verbose=0)
        model.layers[0].trainable = not change
        if compiled:
            model.compile("adam", "mse")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, x).findings}

    assert "stale-freeze" in rules_that_fire(trained=True, compiled=False)
    assert "stale-freeze" not in rules_that_fire(trained=True, compiled=True)
    assert "stale-freeze" not in rules_that_fire(trained=False, compiled=False)
    assert "stale-freeze" not in rules_that_fire(trained=True, compiled=False, change=False)
