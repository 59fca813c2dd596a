"""Which treatments are proposed, in which order, and how one is found again."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.report import Diagnosis, Treatment, Where
from nbdoctor.rules import catalogue
from nbdoctor.rules.rule import Finding, rule
from nbdoctor.rules.treatment import Role, TrainingLength
from nbdoctor.trials import proposals
from nbdoctor.trials.proposals import (
    any_patch,
    explained_by,
    proposed,
    proposed_for,
    treatment_on,
    without_role,
)

CELL = Cell("""\
import keras
model.compile(keras.optimizers.SGD(0.01), "mse")
model.fit(x, y, epochs=10)
""")


def treatment(patched: str | None, *, pair: bool = False, role: Role = "") -> Treatment:
    effect = "training" if patched else "advice"
    title = patched or "Ask"
    return Treatment(
        title=title, text="", effect=effect, patched=patched, pair=pair, role=role, name=title
    )


def finding(*treatments: Treatment, rule: str = "a-rule", line: int | None = None) -> Diagnosis:
    return Diagnosis(
        rule=rule,
        severity="critical",
        kind="strong",
        title="",
        says="",
        where=Where(line=line),
        treatments=treatments,
    )


def test_single_patches_come_before_pairs_and_advice_is_no_patch() -> None:
    both = [
        finding(treatment("a"), treatment("ab", pair=True), treatment(None)),
        finding(treatment("c")),
    ]
    assert [one.patched for _, one in proposed(both)] == ["a", "c", "ab"]
    assert any_patch(both)
    assert not any_patch([finding(treatment(None))])


def test_treatments_of_a_role_can_be_left_out() -> None:
    of = finding(treatment("a"), treatment("b", role="train longer"), treatment("c"))
    (kept,) = without_role([of], "train longer")
    assert [one.patched for one in kept.treatments] == ["a", "c"]
    assert without_role([of], "take longer steps") == (of,)


def test_every_role_has_one_rule() -> None:
    for role in ("train longer", "take longer steps"):
        assert sum(role in one.roles for one in catalogue()) == 1


@pytest.mark.parametrize(
    ("role", "length", "patched"),
    [
        ("train longer", TrainingLength(epochs=10), ("epochs=10", "epochs=50")),
        (
            "take longer steps",
            TrainingLength(epochs=10, optimizer="SGD", rate=0.01),
            ("SGD(0.01)", "SGD(0.1)"),
        ),
    ],
)
def test_a_role_is_enough_to_find_a_treatment(
    role: Role, length: TrainingLength, patched: tuple[str, str]
) -> None:
    proposal = proposed_for(role, CELL, length)
    assert proposal is not None
    name, found = proposal
    assert (name, found.role) == ("too-few-steps", role)
    assert found.patched == CELL.source.replace(*patched)


def test_where_the_rate_is_not_known_no_longer_steps_are_proposed() -> None:
    assert proposed_for("take longer steps", CELL, TrainingLength(epochs=10)) is None


def test_a_rule_explains_itself_and_its_consequences() -> None:
    cause = next(one for one in catalogue() if one.explains)
    assert explained_by(cause.name) == {cause.name, *cause.explains}
    assert explained_by("no-such-rule") == {"no-such-rule"}


@rule(family="model", severity="note", kind="hint", holds="")
def odd() -> Iterator[Finding]:
    """Nothing."""
    yield from ()


@odd.treatment("Leave it out", effect="model")
def left_out(finding: Finding, cell: Cell) -> Cell | None:
    """Leave the line out."""
    return cell.without_statement(finding.where.line or 0)


def test_a_treatment_is_made_again_on_a_cell_that_others_have_edited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = Cell("a = 1\nb = 2\nc = 3\n")
    edited = Cell("first = 0\na = 1\nb = 2\nc = 3\n")
    (made,) = odd.treatments(Finding(title="", says="", where=Where(line=2)), original)
    assert (made.name, made.patched) == ("left_out", "a = 1\nc = 3\n")
    cause = finding(made, rule="odd", line=2)
    assert treatment_on(cause, original, edited) is None  # no rule of the catalogue
    monkeypatch.setattr(proposals, "catalogue", lambda: (odd,))
    again = treatment_on(cause, original, edited)
    assert again is not None
    assert again.patched == "first = 0\na = 1\nc = 3\n"
    renamed = replace(cause, treatments=(replace(made, title="Another title"),))
    assert treatment_on(renamed, original, edited) == again
