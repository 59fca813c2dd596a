"""Every message in `known_crash.json` was raised by Keras 3.15; only file paths were shortened."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.columns import OddColumn
from nbdoctor.readings.crash import Crash
from nbdoctor.readings.source import Source
from nbdoctor.rules.crashes import DICTIONARY
from nbdoctor.rules.crashes.naming import column_facts, column_sentences
from nbdoctor.rules.notebook.known_crash import known_crash
from nbdoctor.rules.rule import DoesNotApplyError, Finding

RECORDED = json.loads(Path(__file__).with_suffix("").with_name("known_crash.json").read_text())
CELL = Cell("y = to_categorical(labels)\nmodel.fit(x, y, class_weight=weights)")


def explain(
    message: str,
    kind: str = "ValueError",
    phase: str = "fitting",
    columns: tuple[OddColumn, ...] = (),
) -> Finding:
    crash = Crash(type=kind, message=message, phase=phase, line=7, columns=columns)
    (finding,) = known_crash(crash, Source(calls=CELL.calls))
    return finding


def columns_of(recorded: dict[str, Any]) -> tuple[OddColumn, ...]:
    columns = recorded.get("columns", ())
    return tuple(OddColumn(**{**one, "examples": tuple(one["examples"])}) for one in columns)


def advice(finding: Finding) -> str:
    (offer,) = known_crash.treatments(finding, CELL)
    assert (offer.effect, offer.patched) == ("advice", None)
    return offer.text


@pytest.mark.parametrize("recorded", [pytest.param(r, id=r["case"]) for r in RECORDED])
def test_fires(recorded: dict[str, Any]) -> None:
    finding = explain(recorded["message"], recorded["type"], columns=columns_of(recorded))
    assert finding.facts.entry == recorded["entry"]
    assert finding.where.line == 7
    assert finding.measured["exception"] == recorded["type"]
    for text in (finding.says, advice(finding)):
        assert text.endswith(".")
        assert not re.search(r"(?<!`)\{\w+\}", text), "a fact was not filled in"


def test_every_entry_was_raised_for_real() -> None:
    assert {entry.name for entry in DICTIONARY} == {recorded["entry"] for recorded in RECORDED}


def test_no_two_entries_share_a_name_or_a_title() -> None:
    assert len({entry.name for entry in DICTIONARY}) == len(DICTIONARY)
    assert len({entry.title for entry in DICTIONARY}) == len(DICTIONARY)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        pytest.param("class numbers, binary cross-entropy", "has 3 outputs", id="outputs"),
        pytest.param(
            "a recurrent layer with return_sequences", "each of 12 time steps", id="steps"
        ),
        pytest.param("to_categorical of 1 to 3", "have 4 columns", id="columns"),
        pytest.param(
            "classes 1 to 3", "contain class 3, but the output layer has 3 units", id="class"
        ),
        pytest.param(
            "64 rows and 50 labels", "The inputs have 64 rows and the labels 50.", id="rows"
        ),
        pytest.param("an LSTM on a table", "got (32, 10)", id="a shape"),
        pytest.param("predict with eight columns", "10 features, but got (32, 8)", id="features"),
        pytest.param("a token beyond the vocabulary", "id 10 (at [0,4]", id="a token"),
        pytest.param("a generator function", "`gen`", id="a function"),
        pytest.param(
            "a table with a column of text",
            "In `x` this column is not numeric: `city` (text such as 'Oslo' or 'Rome').",
            id="a column",
        ),
        pytest.param(
            "a table with a question mark among numbers", "In `x` this is `hp` (with '?').", id="?"
        ),
        pytest.param(
            "labels of a nullable type",
            "`y` has this dtype; 1 of its 32 values is missing",
            id="NA",
        ),
        pytest.param("an array beyond all memory", "takes 7.28 TiB", id="memory"),
    ],
)
def test_says_it_with_the_numbers_of_this_crash(case: str, words: str) -> None:
    recorded = next(recorded for recorded in RECORDED if recorded["case"] == case)
    assert words in explain(recorded["message"], columns=columns_of(recorded)).says


@pytest.mark.parametrize(
    ("case", "words"),
    [
        pytest.param("a misspelt loss", "Write `sparse_categorical_crossentropy`.", id="loss"),
        pytest.param("a misspelt metric", "Write `accuracy`.", id="metric"),
        pytest.param("a misspelt optimizer", "Write `adam`.", id="optimizer"),
        pytest.param("a misspelt activation", "Write `softmax`.", id="activation"),
        pytest.param("class numbers, binary cross-entropy", "sparse_categorical", id="labels"),
        pytest.param(
            "flat labels, the metric of binary cross-entropy", "`y[..., None]`", id="a column"
        ),
        pytest.param("metrics in a bare string", '`metrics=["accuracy"]`', id="metrics"),
        pytest.param("compile(clipvalue=1.0)", "Adam(clipvalue=...)", id="clipping"),
        pytest.param(
            "a table with a category of texts", 'get_dummies(x, columns=["city"]', id="a category"
        ),
        pytest.param("a table with dates", '(x["when"] - x["when"].min())', id="dates"),
    ],
)
def test_treatment(case: str, words: str) -> None:
    recorded = next(recorded for recorded in RECORDED if recorded["case"] == case)
    assert words in advice(explain(recorded["message"], columns=columns_of(recorded)))


def test_a_text_that_no_column_holds_is_not_blamed_on_the_data() -> None:
    """Any `float(...)` of the user's own says the same."""
    recorded = next(one for one in RECORDED if one["case"] == "a table with a column of text")
    columns = columns_of(recorded)
    elsewhere = tuple(replace(column, quoted=False) for column in columns)
    for given in ((), elsewhere):
        with pytest.raises(DoesNotApplyError, match="not in the list"):
            explain(recorded["message"], columns=given)


def test_many_columns_are_counted_and_other_tables_get_their_own_sentence() -> None:
    texts = [
        OddColumn(table="`x`", name=f"c{n}", kind="text", dtype="str", in_frame=True, quoted=True)
        for n in range(7)
    ]
    dates = OddColumn(table="the labels", name="", kind="category", dtype="category")
    cells = OddColumn(table="`z`", name="2", kind="text", dtype="object")
    maybe = OddColumn(
        table="`t`", name="k", kind="nullable", dtype="Int64", in_frame=True, missing=2, rows=9
    )
    first, second, third, fourth = column_sentences([*texts, dates, cells, maybe])
    assert fourth == "In `t` this is `k` (Int64, 2 of its 9 values are missing)."
    assert first.endswith("`c4` (text) and 2 more.")
    assert second == "The labels contain categories."
    assert third == "In `z` this column is not numeric: column 2, counted from 0 (text)."
    assert column_facts(texts)["columns"].count(",") == 6
    assert column_facts([dates, cells]) == {}


def test_a_name_like_no_other_gets_no_suggestion() -> None:
    assert advice(explain("Could not interpret loss identifier: qqqq")) == "Correct the name."


def test_colour_codes_do_not_hide_a_message() -> None:
    assert explain("\x1b[1mNone values not supported.\x1b[0m").facts.entry == "none-in-loss"


@pytest.mark.parametrize(
    ("message", "phase", "source"),
    [
        pytest.param("division by zero", "running", "1 / 0", id="not of Keras"),
        pytest.param("", "running", "", id="no message"),
        pytest.param("My layer wants target.shape=(32,)", "fitting", "", id="the user's own"),
        pytest.param(
            "'str' object has no attribute 'get'",
            "fitting",
            "model.fit(x, y)",
            id="no class weights given",
        ),
        pytest.param(
            "'str' object has no attribute 'get'",
            "running",
            "model.fit(x, y, class_weight=w)",
            id="the same words before fit",
        ),
        pytest.param(
            "index 3 is out of bounds for axis 1 with size 3",
            "running",
            "table[:, 3]",
            id="an index of the user's own",
        ),
        pytest.param(
            "'float' object cannot be interpreted as an integer",
            "running",
            "range(2.0)",
            id="a float outside of fit",
        ),
        pytest.param("None values not supported.", "building", "", id="None outside of fit"),
        pytest.param("Invalid dtype: float8", "fitting", "", id="a type that is a number"),
        pytest.param(
            "Unrecognized data type: x=<map> (of type <class 'map'>)",
            "fitting",
            "",
            id="a type of data that is not in the list",
        ),
        pytest.param(
            "Layer 'dense' expected 2 variables, but received 1 variables during loading.",
            "running",
            "model.load_weights(path)",
            id="a message of Keras that is not in the list",
        ),
    ],
)
def test_stays_silent(message: str, phase: str, source: str) -> None:
    crash = Crash(type="ValueError", message=message, phase=phase)
    with pytest.raises(DoesNotApplyError, match="not in the list"):
        list(known_crash(crash, Source(calls=Cell(source).calls)))


def test_it_can_do_without_the_source() -> None:
    crash = Crash(type="ValueError", message="No gradients provided for any variable.", phase="")
    assert list(known_crash(crash, None))


@pytest.mark.keras
@pytest.mark.parametrize(
    ("source", "entry"),
    [
        pytest.param(
            "compiled('categorical_crossentropy').fit(x, ids, verbose=0)",
            "class-ids-not-one-hot",
            id="class numbers",
        ),
        pytest.param(
            "compiled('sparse_categorical_crossentropy').fit(x, np.eye(3)[ids], verbose=0)",
            "one-hot-not-class-ids",
            id="one-hot labels",
        ),
        pytest.param(
            "compiled('mse').fit(x, ids, verbose=0)",
            "one-target-several-outputs",
            id="squared error",
        ),
        pytest.param(
            "compiled('mse').fit(x, ids[:5], verbose=0)",
            "different-lengths",
            id="lengths",
        ),
        pytest.param("compiled('mse').predict_classes(x)", "removed-method", id="method"),
        pytest.param("compiled('msee').fit(x, ids, verbose=0)", "unknown-name", id="name"),
        pytest.param("keras.layers.Dropout(20)", "dropout-in-percent", id="dropout"),
    ],
)
def test_keras_still_says_so(source: str, entry: str) -> None:
    import keras
    import numpy as np

    def compiled(loss: str) -> keras.Model:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
        model.compile("adam", loss)
        return model

    names = {"compiled": compiled, "keras": keras, "np": np, "x": np.zeros((9, 10))}
    with pytest.raises(Exception) as raised:  # noqa: PT011  (each case raises another type)
        eval(source, names | {"ids": np.arange(9) % 3})  # noqa: S307
    assert explain(str(raised.value), raised.type.__name__).facts.entry == entry


@pytest.mark.keras
@pytest.mark.parametrize(("rows", "fires"), [(7, True), (8, False)])
def test_on_a_real_model(shell: InteractiveShell, rows: int, *, fires: bool) -> None:
    shell.run_cell(
        "%%diagnose -q --no-trials -o report\n"
        "import keras, numpy as np\n"
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n"
        "model.compile('adam', 'mse')\n"
        f"model.fit(np.zeros((8, 4)), np.zeros({rows}), verbose=0)",
    )
    found = {finding.rule for finding in shell.user_ns["report"].findings}
    assert ("known-crash" in found) == fires
