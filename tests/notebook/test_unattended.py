"""Cells that are examined unasked. tests/headless runs whole notebooks this way."""

from __future__ import annotations

import pytest

from nbdoctor.notebook.magic import asked_by
from nbdoctor.notebook.unattended import Unattended, below_a_magic, blank_lines

CALL = "get_ipython().run_cell_magic("


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        (f"{CALL}'time', '', 'a = 1\\n')\n", f"{CALL}'time', '', '%%diagnose\\na = 1\\n')\n"),
        (
            f"{CALL}'capture', 'out', '\\n\"é\"')\n",
            f"{CALL}'capture', 'out', '%%diagnose\\n\\n\"é\"')\n",
        ),
        (f"{CALL}'time', '', '%%diagnose -q\\na')\n", None),
        (f"{CALL}'timeit', '', 'a = 1\\n')\n", None),
        (f"{CALL}'bash', '', 'true\\n')\n", None),
        (f"{CALL}'time', '', broken", None),
        ("a = 1\n", None),
    ],
)
def test_a_cell_below_a_magic_is_examined(text: str, becomes: str | None) -> None:
    assert below_a_magic(text, "%%diagnose") == (becomes or text)


@pytest.mark.parametrize(("source", "blank"), [("a", 0), ("\n \n\na\n", 3), ("", 0), ("\n", 0)])
def test_blank_lines_are_counted(source: str, blank: int) -> None:
    assert blank_lines(source) == blank


def unattended(line: str) -> Unattended:
    arguments, asked = asked_by(line)
    return Unattended(arguments=arguments, asked=asked)


def test_a_cell_with_the_magic_keeps_what_it_asks_for() -> None:
    mine = unattended("--no-trials --ignore dead-units --set dead-units.rows=9")
    arguments, asked = mine.adapted(
        *asked_by(
            "-o report --json a.json --dry-run --experiment --batches 3 --only constant-inputs "
            "--ignore unscaled-inputs --set dead-units.rows=5"
        )
    )
    assert (arguments.output, arguments.json, arguments.quiet) == ("report", None, True)
    assert (asked.batches, asked.dry_run, asked.trials, asked.experiment) == (
        3,
        True,
        False,
        "never",
    )
    assert asked.choice.only == ("constant-inputs",)
    assert asked.choice.ignore == ("unscaled-inputs", "dead-units")
    assert asked.choice.settings == {("dead-units", "rows"): 5.0}


def test_a_look_is_one_at_every_cell() -> None:
    _, asked = unattended("--dry-run").adapted(*asked_by("--no-trials --no-experiment"))
    assert (asked.dry_run, asked.trials, asked.experiment) == (True, False, "never")
