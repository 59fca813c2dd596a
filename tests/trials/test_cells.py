"""A patch of several cells is shown as one of the cell that it changes."""

from dataclasses import replace

from nbdoctor.cell.program import Part, Program
from nbdoctor.rules.treatment import Treatment
from nbdoctor.trials.cells import to_cell, to_program

PROGRAM = Program((Part(2, "model = S([D(1)])"), Part(3, "model.compile('sgd')")), "model.fit(x)")


def made(patched: str | None) -> Treatment:
    return Treatment(title="Do", text="It does.", effect="model", patched=patched, diff="old")


def test_a_patch_of_another_cell_names_it() -> None:
    whole = PROGRAM.cell.with_argument("compile", "optimizer", "'adam'", position=0)
    found = to_cell(made(whole.source), PROGRAM)
    assert (found.patched, found.cell) == ("model.compile('adam')", "model.compile('sgd')")
    assert found.cell_number == 3
    assert found.diff == "@@ -1 +1 @@\n-model.compile('sgd')\n+model.compile('adam')"
    assert to_program(found, PROGRAM).patched == whole.source


def test_a_patch_of_the_cell_itself_is_as_ever() -> None:
    whole = PROGRAM.cell.with_argument("fit", "epochs", "9")
    found = to_cell(made(whole.source), PROGRAM)
    assert (found.patched, found.cell, found.cell_number) == ("model.fit(x, epochs=9)", "", None)
    assert to_program(found, PROGRAM).patched == whole.source


def test_what_changes_two_cells_cannot_be_applied_at_once() -> None:
    whole = PROGRAM.cell.with_argument("fit", "epochs", "9").with_argument("D", "units", "2")
    found = to_cell(made(whole.source), PROGRAM)
    assert found.patched is None
    assert found.text == "It does. The change is in cell [2] and this cell."
    assert "+model = S([D(1, units=2)])" in found.diff
    assert "+model.fit(x, epochs=9)" in found.diff


def test_rows_as_they_are_used_are_those_of_the_whole() -> None:
    found = replace(made("model.fit(x, epochs=9)"), as_used="x = x[::-1]\nmodel.fit(x)")
    whole = to_program(found, PROGRAM).as_used
    assert [new for _, new in PROGRAM.changed(whole)] == [found.as_used]
    assert to_program(made("model.fit(x, epochs=9)"), PROGRAM).as_used == ""


def test_advice_stays_advice() -> None:
    assert to_cell(made(None), PROGRAM) == to_program(made(None), PROGRAM) == made(None)
