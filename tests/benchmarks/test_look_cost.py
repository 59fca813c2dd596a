from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import look_cost, one_fit

PLAIN = {"first_step": 2.0, "later_step": 0.01, "later_epoch": 0.5, "one_epoch": 4.0, "cell": 4.0}
LOOKED_AT = {
    "first_step": 3.0,
    "later_step": 0.01,
    "later_epoch": 0.5,
    "one_epoch": 5.0,
    "cell": 6.0,
    "first_judgement": 0.2,
    "findings": 1.0,
    "look": 0.8,
}


def test_a_ratio_compares_within_a_round_and_takes_the_median() -> None:
    slower = {arm: {name: 3 * value for name, value in times.items()} for arm, times in
              (("plain", PLAIN), ("nbdoctor", LOOKED_AT))}  # fmt: skip
    odd = {"plain": PLAIN, "nbdoctor": {**LOOKED_AT, "one_epoch": 400.0}}
    rounds = [{"plain": PLAIN, "nbdoctor": LOOKED_AT}, slower, odd]
    whole = look_cost.WHOLE[0]
    assert look_cost.median_ratio(whole, "nbdoctor", rounds) == pytest.approx(1.25)


def test_the_look_is_told_in_plain_steps() -> None:
    one = {"plain": PLAIN, "nbdoctor": LOOKED_AT}
    assert look_cost.LOOK[0].value("nbdoctor", one) == pytest.approx(80)


def test_a_round_without_plain_training_does_not_count() -> None:
    rounds = [{"nbdoctor": LOOKED_AT}]
    assert look_cost.median_ratio(look_cost.WHOLE[0], "nbdoctor", rounds) is None
    assert "not measured" in look_cost.whole_table({"mlp": rounds}, ["nbdoctor"])


def test_every_round_goes_through_all_arms_before_the_next_begins() -> None:
    ran = []

    def run(model: str, arm: str) -> look_cost.Times | None:
        ran.append((model, arm))
        return None if arm == "tensorboard" else PLAIN

    results = look_cost.measure(["mlp"], ["nbdoctor", "tensorboard"], 2, run)
    arms = ["plain", "nbdoctor", "tensorboard"]
    assert ran == [("mlp", arm) for arm in arms * 2]
    assert [set(one) for one in results["mlp"]] == [{"plain", "nbdoctor"}] * 2


def test_both_tables_have_a_row_per_model() -> None:
    results = {"mlp": [{"plain": PLAIN, "nbdoctor": LOOKED_AT}]}
    text = look_cost.report(results, ["nbdoctor"], 1)
    rows = [line for line in text.splitlines() if line.startswith("| MLP")]
    assert [row.split("|")[-2].strip() for row in rows] == ["1.50x", "1.00x"]


def test_what_is_printed_names_no_host_and_no_folder() -> None:
    import platform

    text = look_cost.machine()
    assert "Python" in text
    assert platform.node() not in text
    assert str(Path.home()) not in text


@pytest.mark.parametrize("wrong", ["mpl", "mlp,mpl", ""])
def test_an_unknown_model_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        look_cost.parsed(["--models", wrong])
    assert "choose from mlp, cnn" in capsys.readouterr().err


def test_both_scripts_know_the_same_models_and_arms() -> None:
    assert set(look_cost.MODELS) == set(look_cost.TITLES) == set(one_fit.MODELS)
    assert {"plain", *look_cost.ARMS} == set(one_fit.ARMS)


def test_a_fit_of_one_epoch_leaves_the_later_epochs_out() -> None:
    clock = one_fit.Clock(
        called=1.0,
        returned=9.0,
        steps=[(1.0, 3.0), (3.0, 3.5), (4.0, 4.125), (5.0, 5.25), (6.0, 6.5)],
        epochs=[(1.0, 4.0), (4.0, 6.0), (6.0, 8.0)],
        steps_of_first_epoch=2,
        reports=[
            (1.5, {"timing": {"look": None}}),
            (2.5, {"timing": {"look": 1.2}}),
            (8.5, {"timing": {"look": 1.2}}),
        ],
    )
    assert clock.measured(0.5, 9.5) == one_fit.Measured(
        first_step=2.0,
        later_step=0.25,
        later_epoch=2.0,
        one_epoch=4.0,
        cell=5.0,
        first_judgement=0.5,
        findings=1.5,
        look=1.2,
    )
