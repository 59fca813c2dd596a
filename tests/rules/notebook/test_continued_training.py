import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.source import Source
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.notebook.continued_training import continued_training
from nbdoctor.rules.rule import DoesNotApplyError

AGAIN = Updates(optimizer="Adam", iterations=1280)


@pytest.mark.parametrize("iterations", [1, 1280])
def test_fires(iterations: int) -> None:
    updates = Updates(optimizer="Adam", iterations=iterations)
    (finding,) = continued_training(updates, Source(model_name="model"))
    assert f"made {iterations:,} steps before" in finding.says
    assert (finding.severity, finding.kind) == ("note", "proof")


@pytest.mark.parametrize(
    ("updates", "source"),
    [
        pytest.param(Updates(optimizer="Adam"), Source(), id="a new model"),
        pytest.param(
            Updates(optimizer="Adam"), Source(makes_model=True), id="built and trained once"
        ),
    ],
)
def test_stays_silent(updates: Updates, source: Source) -> None:
    assert not list(continued_training(updates, source))


def test_does_not_hold_at_a_second_fit_where_the_model_is_built() -> None:
    with pytest.raises(DoesNotApplyError, match="has trained it already"):
        list(continued_training(AGAIN, Source(makes_model=True)))


def test_a_loop_over_epochs_goes_on_on_purpose() -> None:
    with pytest.raises(DoesNotApplyError, match="an earlier `fit` of the cell"):
        list(continued_training(AGAIN, Source(goes_on=True)))


def test_what_holds_is_true_of_a_trained_model_that_is_compiled_again() -> None:
    # Compiling makes a new optimizer; the weights stay as they were trained.
    assert "optimizer" in continued_training.holds
    assert "model" not in continued_training.holds


def test_treatment() -> None:
    (finding,) = continued_training(AGAIN, Source())
    (offered,) = continued_training.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (offered.effect, offered.patched) == ("judgement", None)
    assert "builds and compiles" in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    from tests.benchmarks.cell_process import shell_with_magic

    shell = shell_with_magic()
    shell.run_cell("""import keras, numpy as np
x = np.ones((8, 2))
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
""").raise_error()

    def fires(before: str = "") -> list[bool]:
        shell.run_cell(
            f"%%diagnose -q --no-trials -o report\n{before}model.fit(x, x[:, :1], verbose=0)"
        ).raise_error()
        found = shell.user_ns["report"]
        reports = found if isinstance(found, tuple) else (found,)
        return [
            "continued-training" in {finding.rule for finding in report.findings}
            for report in reports
        ]

    assert fires() == [False]
    assert fires() == [True]
    assert fires("for epoch in range(3):\n    ") == [True, False, False]
