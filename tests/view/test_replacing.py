from dataclasses import replace

import pytest

from nbdoctor.readings.tried_parts import TriedParts
from nbdoctor.report import Report
from nbdoctor.view.blocks import Chart, Muted, Table
from nbdoctor.view.markdown import as_markdown
from nbdoctor.view.replacing import chart, named, replaced, so_far
from nbdoctor.view.text import as_text
from tests.tried import BOTH, OPTIMIZER, OWN_LOOP, experiment, run


def report(tried: TriedParts) -> Report:
    return Report(headline="A cause", verdict="warning", readings={"TriedParts": tried})


def test_every_training_is_a_row() -> None:
    table, drawn, how = replaced(report(OPTIMIZER))
    assert isinstance(table, Table)
    assert table.caption.endswith("4 trainings in 6.2 s")
    assert table.rows == (
        ("nothing: your own training", "", "0.10", "", ""),
        ("the network", "simple models", "0.90", "", ""),
        ("nothing: the program as it is", "", "0.12", "400", "0.5 s"),
        ("all parts", "", "0.98", "400", "0.5 s"),
        (
            "the scale of the inputs (line 3)",
            "mean 0 and spread 1 per column",
            "0.13",
            "400",
            "0.5 s",
        ),
        (
            "the optimizer and its learning rate (line 9)",
            "Adam with a rate of 0.001",
            "0.95",
            "400",
            "0.5 s",
        ),
    )
    assert isinstance(drawn, Chart)
    assert isinstance(how, Muted)
    assert "300 rows that were held back from training" in how.text


def test_seeds_stand_in_one_row_and_errors_are_told() -> None:
    tried = replace(
        OPTIMIZER, runs=(run("", 0.1), run("", 0.2, seed=1), run("inputs", 0.0, error="ValueError"))
    )
    table, *_ = replaced(report(tried))
    assert isinstance(table, Table)
    assert [row[2] for row in table.rows[2:]] == ["0.10 and 0.20", "0.00 (ValueError)"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        pytest.param("", "nothing: the program as it is", id="as it is"),
        pytest.param("inputs optimizer regularisation", "all parts", id="all"),
        pytest.param(
            "optimizer regularisation",
            "the optimizer and its learning rate and dropout, noise, augmentation and penalties",
            id="two",
        ),
    ],
)  # fmt: skip
def test_sets_are_told_in_words(names: str, words: str) -> None:
    assert named(frozenset(names.split()), BOTH) == words


def test_of_many_parts_those_are_named_that_stay() -> None:
    alone = experiment({"": 0.1, "inputs": 0.9})
    assert named(frozenset({"inputs"}), alone) == "the scale of the inputs (line 3)"
    many = experiment({"a b c d": 0.9})
    assert named(frozenset("abc"), many) == "all but d"


def test_a_loop_that_stood_aside_is_told_once() -> None:
    table, *_, how = replaced(report(OWN_LOOP))
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows[2:]] == [
        "the scale of the inputs (line 3)",
        "nothing else",
    ]
    assert isinstance(how, Muted)
    assert "your loop took part in none of these trainings" in how.text


def test_curves_are_those_that_tell_most() -> None:
    drawn = chart(OPTIMIZER)
    assert drawn is not None
    names = [part.split(":")[0] for part in drawn.description.split("; ")]
    assert names == ["optimizer", "as it is", "all parts", "inputs"]
    assert drawn.description.startswith("optimizer: 0.24, 0.47, 0.71, 0.95;")
    assert "400 steps" in drawn.svg


def test_without_trainings_there_is_nothing() -> None:
    nothing = experiment({}, outcome="not tried")
    assert list(replaced(report(nothing))) == []
    assert chart(nothing) is None
    assert (so_far(report(nothing)), so_far(report(BOTH))) == ("", " (6 trainings so far)")


def test_every_view_shows_it() -> None:
    for text in (as_text(report(OPTIMIZER)), as_markdown(report(OPTIMIZER))):
        assert "What was replaced" in text
        assert "Adam with a rate" in text
    page = report(OPTIMIZER).to_html()
    assert "What was replaced" in page
    assert "Scores of the copies along their training" in page


def test_the_reader_is_told_while_it_goes_on() -> None:
    running = replace(report(OPTIMIZER), stage="experimenting")
    assert running.is_over
    assert "parts of the program are replaced on copies" in as_text(running)
