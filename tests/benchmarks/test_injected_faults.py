from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice

import pytest

from tests.benchmarks import injected_faults
from tests.benchmarks.cells import Manner, ran
from tests.benchmarks.injected_faults import MUTATIONS, Trial
from tests.benchmarks.mutations import Mutation, before_fit, before_head, head_with, sorted_rows
from tests.benchmarks.program_faults import PROGRAM_FAULTS, in_turns, own_layer
from tests.benchmarks.said import CASES, Said
from tests.zoo.zoo import OWN

ENOUGH = 8
"""Models to put a fault into: most can be put into half of the zoo."""

CELL = """
model = keras.Sequential([
    layers.Dense(8, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=3)
"""


def fault(name: str) -> Mutation:
    [found] = [mutation for mutation in MUTATIONS if mutation.name == name]
    return found


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_fault_can_be_put_into_some_model_and_the_cell_still_reads(
    mutation: Mutation,
) -> None:
    edited = ((mutation.edit(model.source), model.source) for model in OWN)
    changed = list(islice((new for new, source in edited if new != source), ENOUGH))
    assert len(changed) >= (2 if mutation in PROGRAM_FAULTS else 4)
    for source in changed:
        compile(source, mutation.name, "exec")


def test_every_rule_that_may_speak_is_spelt_as_it_is() -> None:
    ailments = json.loads((CASES / "ailments.json").read_text(encoding="utf-8"))
    known = {rule for rules in ailments.values() for rule in rules}
    for mutation in MUTATIONS:
        assert mutation.named_by | mutation.followed_by <= known


def test_every_fault_is_pinned_to_models_that_it_applies_to() -> None:
    known = injected_faults.pinned()
    assert list(known) == [each.name for each in MUTATIONS]
    sources = {model.name: model.source for model in OWN}
    for each in MUTATIONS:
        assert len(known[each.name]) >= 2
        for name in known[each.name]:
            assert each.edit(sources[name]) != sources[name]


def test_models_are_chosen_from_all_that_a_fault_applies_to() -> None:
    name = "the labels of the next rows"
    found = injected_faults.chosen_models(fault(name), OWN)
    fitting = [one.name for one in OWN if fault(name).edit(one.source) != one.source]
    assert len(found) == len(set(found)) == injected_faults.MOST_PINNED
    assert found[:2] == fitting[:: len(fitting) // 2][:2]


def test_edits_change_the_fault_alone() -> None:
    assert 'Dense(1, activation="softmax")' in head_with("softmax", now="sigmoid")(CELL)
    assert 'Dense(8, activation="relu")' in head_with("softmax", now="sigmoid")(CELL)
    assert "x = x * 0\nmodel.fit(x, y" in before_fit("x = x * 0")(CELL)
    assert "    layers.Dropout(0.95),\n    layers.Dense(1" in before_head("layers.Dropout(0.95)")(
        CELL
    )
    assert "shuffle=False" in sorted_rows(CELL)


def edited(name: str) -> str:
    return fault(name).edit(CELL.replace('"adam", ', '"adam", loss='))


def test_a_fit_becomes_a_loop_or_a_pipeline_with_the_fault_in_it() -> None:
    loop = edited("a loss of the wrong sign in a loop")
    assert "loss = -loss_fn(labels.reshape(len(labels), -1), guess)" in loop
    assert "model.fit" not in loop
    data = edited("rows and labels shuffled before they are zipped")
    assert "data = tf.data.Dataset.zip((rows, labels)).batch(32)\nmodel.fit(data," in data
    assert "Mixed(8)," in own_layer(CELL)
    assert "layers.Dense(1" in own_layer(CELL)
    assert "for turn in range(3):\n    model = keras" in in_turns(CELL)


def test_every_fault_has_its_own_name() -> None:
    assert len(PROGRAM_FAULTS) >= 15
    assert len({each.name for each in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize(
    "source",
    [
        CELL.replace("model.fit(x, y,", "model.fit(data,"),
        CELL.replace("model.fit(x, y,", "model.fit(x, x,"),
        CELL.replace("model.fit(x, y,", "model.fit([a, b], y,"),
    ],
    ids=["a dataset", "an autoencoder", "two inputs"],
)
def test_cells_without_arrays_of_their_own_are_left_alone(source: str) -> None:
    assert before_fit("x = x * 0")(source) == source
    assert sorted_rows(source) == source


def test_consequences_and_symptoms_are_not_wrong_and_others_are() -> None:
    said = Said(
        findings=(
            ("constant-inputs", "critical", ""),
            ("constant-predictions", "critical", ""),
            ("dead-units", "warning", "constant-inputs"),
            ("learning-rate-too-high", "critical", ""),
        )
    )
    trial = Trial(mutation=fault("constant inputs"), model="a", said=said)
    assert trial.found
    assert trial.wrong == ("learning-rate-too-high",)
    missed = Trial(mutation=fault("constant inputs"), model="b", said=Said())
    assert "| constant inputs | 1 of 2 | b | learning-rate-too-high (a) |" in injected_faults.table(
        [trial.mutation], [trial, missed]
    )


def test_of_what_is_not_named_it_is_told_how_the_model_does() -> None:
    noted = Said(findings=(("constant-inputs", "note", ""),), attained=0.94, ceiling=0.9)
    trial = Trial(mutation=fault("constant inputs"), model="a", said=noted)
    assert not trial.found
    assert "| a (a note; 0.94, simple models 0.90) |" in injected_faults.table(
        [trial.mutation], [trial]
    )


@pytest.mark.keras
def test_two_faults_from_end_to_end() -> None:
    chosen = [fault("softmax on one unit"), fault("NaN in the inputs")]
    faulty = [cell for each in chosen for cell in injected_faults.cells(each, OWN, 1)]
    cells = [replace(cell, options=f"{cell.options} --no-experiment") for cell in faulty]
    trials = injected_faults.trials(chosen, 1, ran(cells, Manner()))
    assert [trial.found for trial in trials] == [True, True]
