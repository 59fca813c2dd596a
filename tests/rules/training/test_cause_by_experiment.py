from dataclasses import replace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.missing import NotTakenError
from nbdoctor.readings.tried_parts import Compiled, TriedPart, TriedParts
from nbdoctor.report import Treatment
from nbdoctor.rules.replacing import EDITS
from nbdoctor.rules.rule import Finding, Where
from nbdoctor.rules.training.cause_by_experiment import cause_by_experiment
from tests.tried import BOTH, OPTIMIZER, OWN_LOOP, PARTS, experiment

INPUTS = Inputs(tensors=(InputTensor(name="x", variable="x"),))
FIT = Fit(data_kind="arrays", epochs=5)
HEAD = Head(outputs=(Output(name="output", layer="dense_1"),))
LABELS = Labels(targets=(Target(name="output", variable="y"),))
REPLACED = Compiled(
    loss="mean_squared_error",
    units=3,
    activation="softmax",
    labels="ids",
    values=(0.0, 255.0),
)


def found(tried: TriedParts) -> Finding:
    (finding,) = cause_by_experiment(tried, INPUTS, FIT, HEAD, LABELS)
    return finding


def test_fires() -> None:
    finding = found(OPTIMIZER)
    assert finding.title == (
        "The model reaches 0.12, and 0.95 with the optimizer and its learning rate replaced"
    )
    assert finding.says == (
        "With the optimizer and its learning rate replaced (Adam with a rate of 0.001, in place of "
        "SGD with a rate of 1e-6) and all else as it is, a copy reaches 0.95; as it is, 0.12. The "
        "fault is in the optimizer and its learning rate (line 9). Scores are of 300 rows held "
        "back from training (0: the best constant prediction, 1: perfect)."
    )
    assert (finding.severity, finding.kind) == ("warning", "proof")
    assert finding.where == Where(call="compile", argument="optimizer", line=9)
    assert finding.measured == {
        "score as it is": 0.12,
        "score with the optimizer and its learning rate replaced": 0.95,
        "score with all parts replaced": 0.98,
    }
    assert finding.expected == {"score as it is": "about 0.98"}


def test_a_loop_is_told_by_what_keras_reaches_with_the_same() -> None:
    finding = found(OWN_LOOP)
    assert finding.says.startswith(
        "With Keras's own `fit`, the same model, optimizer and rows reach 1.00; with your loop "
        "0.07. The fault is in the loop (line 19)."
    )
    assert "took part in none" not in finding.says
    beside = replace(OWN_LOOP, blamed=("inputs",))
    assert found(beside).says.endswith("Your loop took part in none of these runs.")


def test_of_parts_that_cannot_be_copied_nothing_is_said() -> None:
    scores = {"architecture loss optimizer": 0.99, "architecture loss": 0.18}
    parts = {
        **PARTS,
        "architecture": TriedPart("architecture", "the layers themselves", "a small network"),
        "loss": TriedPart("loss", "the loss", "cross-entropy"),
    }
    tried = replace(OPTIMIZER, runs=experiment(scores).runs, parts=parts)
    finding = found(tried)
    assert finding.title == (
        "The model reaches 0.12, a stand-in 0.95 with the optimizer and its learning rate replaced"
    )
    assert "a stand-in for the model reaches 0.95, else 0.18" in finding.says
    assert (
        "has others in place of the layers themselves and the loss, which cannot be copied, so "
        "that nothing is said of these." in finding.says
    )


def test_rows_that_are_paired_wrongly_are_told_by_those_that_are_not() -> None:
    apart = replace(OPTIMIZER, blamed=("pipeline",), control=0.04, recorded=None, reached=0.97)
    assert found(apart).says.startswith(
        "The model reaches 0.04 on the rows as they are prepared and paired; on `x` and `y` 0.97. "
        "Nothing else had to be changed."
    )


def test_two_parts_together_are_told_with_what_each_reaches_alone() -> None:
    finding = found(BOTH)
    assert finding.title == (
        "The model reaches 0.00, and 0.95 with the optimizer and its learning rate and dropout, "
        "noise, augmentation and penalties replaced together"
    )
    assert finding.says.startswith(
        "No part alone: with the optimizer and its learning rate 0.34, with dropout, noise, "
        "augmentation and penalties 0.00, with both 0.95 (as it is: 0.00). Both are needed."
    )
    without = "score without replacing dropout, noise, augmentation and penalties"
    assert finding.measured[without] == 0.34


def test_of_three_parts_it_is_said_that_no_smaller_set_was_found() -> None:
    three = replace(
        BOTH,
        blamed=("optimizer", "inputs", "regularisation"),
        without={"optimizer": 0.0, "inputs": 0.3, "regularisation": 0.4},
    )
    says = found(three).says
    assert "all but the scale of the inputs 0.30" in says
    assert "All 3 are needed: no smaller set was found." in says


def test_where_no_reference_learns_it_is_a_note() -> None:
    finding = found(experiment({"": 0.0, "inputs": 0.01}, outcome="no signal", reference=0.01))
    assert finding.severity == "note"
    assert finding.title == "Neither this program nor any reference finds a signal in these rows"


def test_where_no_set_explains_it_nobody_is_blamed() -> None:
    finding = found(
        experiment({"": 0.3}, outcome="unclear", control=0.3, reference=0.9, loop_stood_aside=True)
    )
    assert finding.says.startswith(
        "All parts replaced reach 0.90, this program 0.30; no part alone explains it, and no "
        "smaller set that was tried does."
    )
    assert (finding.severity, finding.kind) == ("warning", "strong")
    assert not list(cause_by_experiment.treatments(finding, Cell("model.fit(x, y)")))


def test_a_copy_that_learns_as_it_is_points_to_what_it_was_trained_without() -> None:
    finding = found(
        experiment({"": 0.95}, outcome="unclear", control=0.95, recorded=0.1, reference=0.97)
    )
    assert finding.title == (
        "A copy of the model reaches 0.95 as it is, the training of the cell 0.10"
    )
    assert "callbacks, or lines that change the model meanwhile" in finding.says


def test_parts_that_took_part_in_no_run_cannot_be_told_apart() -> None:
    scores = {"inputs loop": 1.0, "inputs loop optimizer": 1.0}
    aside = experiment(scores, outcome="unclear", control=0.07, reference=1.0, why="it is loaded")
    says = found(aside).says
    assert (
        "the scale of the inputs and the training step or loop took part in no run, so which of "
        "them is at fault is not known. The model could not be copied: it is loaded."
    ) in says


@pytest.mark.parametrize(
    ("tried", "held"),
    [
        pytest.param(
            experiment({"": 0.97, "inputs": 0.98}, control=0.97, recorded=0.97, reference=0.98),
            "Training is fine (0.97, the best reference 0.98); look at what follows it",
            id="it has learned",
        ),
        pytest.param(
            experiment({}, recorded=0.99),
            "Training is fine (0.99); look at what follows it",
            id="no reference was needed",
        ),
        pytest.param(
            experiment({"": 0.5, "inputs": 0.55}, control=0.5, reference=0.55),
            "No part that was replaced explains a gap (0.50, the best reference 0.55)",
            id="rows that tell no more",
        ),
    ],
)
def test_stays_silent(tried: TriedParts, held: str) -> None:
    verdict = cause_by_experiment.verdict({TriedParts: tried}, {})
    assert (verdict.findings, verdict.held) == ((), held)


@pytest.mark.parametrize(
    ("tried", "why"),
    [
        pytest.param(
            replace(OPTIMIZER, outcome="out of time"), "4 trainings of copies were made",
            id="out of time",
        ),
        pytest.param(
            TriedParts(outcome="not tried", why="the model is gone"), "the model is gone",
            id="not tried",
        ),
    ],
)  # fmt: skip
def test_what_was_not_finished_is_no_judgement(tried: TriedParts, why: str) -> None:
    with pytest.raises(NotTakenError, match=why):
        list(cause_by_experiment(tried, None, None, None, None))
    verdict = cause_by_experiment.verdict({TriedParts: tried}, {})
    assert verdict.not_run is not None
    assert verdict.not_run.kind == "not measured"


PROGRAM = """import keras
model = keras.Sequential([
    keras.Input((10,)),
    keras.layers.Dense(8, activation="sigmoid", kernel_initializer="zeros"),
    keras.layers.Dropout(0.9),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.layers[0].trainable = False
model.compile(keras.optimizers.SGD(1e-7), "binary_crossentropy")
model.fit(x, y, epochs=5, shuffle=False, class_weight={0: 9.0, 1: 1.0})
"""


def proposed(*names: str, cell: str = PROGRAM, compiled: Compiled = REPLACED) -> list[Treatment]:
    parts = {name: TriedPart(name, f"the {name}", "a usual one") for name in names}
    tried = replace(
        OPTIMIZER,
        outcome="part" if len(names) == 1 else "together",
        blamed=names,
        parts={**PARTS, **parts},
        compiled=compiled,
    )
    return list(cause_by_experiment.treatments(found(tried), Cell(cell)))


@pytest.mark.parametrize(
    ("part", "line"),
    [
        (
            "activations",
            '    keras.layers.Dense(8, activation="relu", kernel_initializer="zeros"),',
        ),
        ("head", '    keras.layers.Dense(3, activation="softmax"),'),
        ("init", '    keras.layers.Dense(8, activation="sigmoid"),'),
        ("inputs", "normalise.adapt(x)"),
        ("labels", "model.fit(x, y / 255, epochs=5"),
        ("length", "epochs=15"),
        ("loss", 'keras.optimizers.SGD(1e-7), "mean_squared_error")'),
        ("optimizer", 'model.compile("adam", "binary_crossentropy")'),
        ("order", "shuffle=True"),
        ("trainable", "model.layers[0].trainable = True"),
        ("weights", "model.fit(x, y, epochs=5, shuffle=False)"),
    ],
)
def test_treatment(part: str, line: str) -> None:
    (treatment,) = proposed(part)
    assert treatment.patched is not None
    assert line in treatment.patched
    assert "Dropout" in treatment.patched


def test_where_no_hidden_layer_has_an_activation_each_gets_one() -> None:
    bare = PROGRAM.replace('activation="sigmoid", kernel', "kernel")
    (treatment,) = proposed("activations", cell=bare, compiled=Compiled(hidden="elu"))
    assert 'Dense(8, kernel_initializer="zeros", activation="elu")' in (treatment.patched or "")


def test_noise_is_left_out() -> None:
    (treatment,) = proposed("regularisation")
    assert treatment.patched == PROGRAM.replace("    keras.layers.Dropout(0.9),\n", "")


def test_every_edit_has_a_treatment() -> None:
    assert all(proposed(part)[0].patched for part in EDITS)


def test_several_parts_are_replaced_by_one_patch() -> None:
    (treatment,) = proposed("optimizer", "regularisation")
    assert treatment.pair is False
    assert treatment.patched is not None
    assert '"adam"' in treatment.patched
    assert "Dropout" not in treatment.patched


@pytest.mark.parametrize(
    ("part", "advice"),
    [
        ("loop", "compare its step with that of Keras"),
        ("pipeline", "Train on a usual one"),
        ("masks", "In place of the masks the copies had a usual one"),
    ],
)
def test_what_a_cell_does_not_show_gets_advice(part: str, advice: str) -> None:
    (treatment,) = proposed(part)
    assert (treatment.patched, treatment.effect) == (None, "advice")
    assert advice in treatment.text


def test_a_part_that_is_made_in_another_cell_gets_advice() -> None:
    (treatment,) = proposed("optimizer", cell="model.fit(x, y)\n")
    assert (treatment.patched, treatment.effect) == (None, "advice")
    (together,) = proposed("optimizer", "masks")
    assert together.patched is None


def test_a_loss_of_the_users_own_is_replaced_where_the_model_is_compiled() -> None:
    (treatment,) = proposed("loss", cell="model.compile('adam', loss=own)\nmodel.fit(x, y)\n")
    assert treatment.patched is not None
    assert treatment.patched.startswith("model.compile('adam', loss=\"mean_squared_error\")")


def test_numbers_are_standardised_and_the_way_back_is_written_beside_them() -> None:
    (treatment,) = proposed("labels", compiled=Compiled(labels="numbers"))
    assert treatment.patched is not None
    assert "y = (y - target_mean) / target_std  # predictions: target_std *" in treatment.patched


@pytest.mark.parametrize(
    ("values", "given"),
    [
        ((0.0, 255.0), "y / 255"),
        ((1.0, 2.0, 3.0), "(y - 1)"),
        ((-1.0, 1.0), "(y + 1) / 2"),
    ],
)
def test_class_numbers_begin_at_0(values: tuple[float, ...], given: str) -> None:
    (treatment,) = proposed("labels", compiled=Compiled(labels="column", values=values))
    assert f"model.fit(x, {given}, epochs=5" in (treatment.patched or "")
    hot = proposed("labels", compiled=Compiled(labels="one-hot", values=values))[0].patched
    assert f"keras.utils.to_categorical({given}, {len(values)})" in (hot or "")


def test_classes_that_are_no_row_of_numbers_get_advice() -> None:
    apart = Compiled(labels="ids", values=(0.0, 1.0, 7.0))
    assert proposed("labels", compiled=apart)[0].patched is None


def test_a_last_layer_takes_flat_rows_where_the_copies_had_such() -> None:
    flat = replace(REPLACED, flat=True)
    (treatment,) = proposed("head", compiled=flat)
    assert "    keras.layers.Flatten(),\n    keras.layers.Dense(3" in (treatment.patched or "")


CELL = """%%diagnose -q -o report {flags}
import keras, numpy as np
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(600, 8)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("int32")
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, "relu"),
                          keras.layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.{optimizer}, "binary_crossentropy")
model.fit(x, y, epochs=30, batch_size=16, validation_split=0.25, verbose=0)
after = model.get_weights()
"""
ONLY = "--only below-simple-models,cause-by-experiment --budget 60"


@pytest.mark.keras
def test_on_a_real_model_whose_other_rules_are_off(shell: InteractiveShell) -> None:
    shell.run_cell(CELL.format(flags=f"{ONLY} --no-experiment", optimizer="SGD(1e-7)"))
    plain, after = shell.user_ns["report"], shell.user_ns["after"]
    assert [one.rule for one in plain.findings] == ["below-simple-models"]
    shell.run_cell(CELL.format(flags=ONLY, optimizer="SGD(1e-7)"))
    report: Any = shell.user_ns["report"]
    assert report.faults == ()
    first, gap = report.findings
    assert (first.rule, first.where.line) == ("cause-by-experiment", 9)
    assert report.readings["TriedParts"].blamed == ("optimizer",)
    assert "Adam with a rate of 0.001, in place of SGD with a rate of 1e-7" in first.says
    assert (gap.rule, gap.because_of) == ("below-simple-models", "cause-by-experiment")
    assert "No check knows the cause" not in gap.says
    assert report.fix.rules[0] == "cause-by-experiment"
    assert 'model.compile("adam", "binary_crossentropy")' in report.fix.treatment.patched
    assert all(
        (one == other).all() for one, other in zip(after, shell.user_ns["after"], strict=True)
    )


@pytest.mark.keras
def test_a_model_that_has_learned_costs_no_training(shell: InteractiveShell) -> None:
    shell.run_cell(CELL.format(flags=ONLY, optimizer="Adam(0.01)"))
    report: Any = shell.user_ns["report"]
    assert "TriedParts" not in report.readings
    shell.run_cell(CELL.format(flags=f"{ONLY} --experiment", optimizer="Adam(0.01)"))
    report = shell.user_ns["report"]
    assert report.readings["TriedParts"].runs == ()
    assert "look at what follows it" in report.held[-1].says
