from __future__ import annotations

from dataclasses import replace

import pytest

from nbdoctor.report import Diagnosis, Treatment, Where
from nbdoctor.session.alike import LIKEWISE, together

FIX = Treatment(title="Drop less", text="Sets it to 0.2.", effect="model", patched="x", diff="d")


def of_layer(number: int, *, because_of: str = "", line: int | None = 4) -> Diagnosis:
    name = f"dropout_{number}"
    return Diagnosis(
        rule="excessive-dropout",
        severity="warning",
        kind="strong",
        title=f"`{name}` drops 95 % of its values",
        says=f"`{name}` keeps 3 of its 64 units.",
        where=Where(layer=name, line=line),
        measured={"kept": 3 + number, "kind": "Dropout", "rate": 0.95},
        because_of=because_of,
        treatments=(FIX,),
    )


def test_layers_of_one_line_with_one_fix_are_one_card() -> None:
    other = replace(of_layer(99), rule="dead-units")
    one, last = together([*map(of_layer, range(12)), other])
    assert one.title == "`dropout_0` drops 95 % of its values (and 11 more layers)"
    assert one.says.endswith(
        "The same was found in 11 more layers: `dropout_1`, `dropout_2`, `dropout_3` and 8 more."
    )
    assert one.where.layers == tuple(f"dropout_{number}" for number in range(12))
    assert one.measured == {"kept": "3 to 14", "kind": "Dropout", "rate": 0.95}
    assert one.treatments == (FIX,)
    assert last is other


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(of_layer(1), severity="note"), id="another severity"),
        pytest.param(of_layer(1, line=5), id="another line"),
        pytest.param(
            replace(of_layer(1), treatments=(replace(FIX, patched="y"),)), id="another fix"
        ),
        pytest.param(replace(of_layer(1), where=Where(line=4)), id="no layer"),
    ],
)
def test_what_differs_stays_apart(other: Diagnosis) -> None:
    assert together([of_layer(0), other]) == (of_layer(0), other)


def test_where_no_line_is_known_two_stay_apart_and_three_are_told_together() -> None:
    two = [replace(of_layer(number, line=None), treatments=()) for number in range(2)]
    assert together(two) == tuple(two)
    assert len(together([*two, replace(two[0], where=Where(layer="dropout_2"))])) == 1


def test_advice_that_differs_only_in_the_name_of_its_layer_is_the_same() -> None:
    def advised(number: int) -> Diagnosis:
        text = f"Create `dropout_{number}` with a rate of 0.2."
        advice = replace(FIX, text=text, patched=None, diff="")
        return replace(of_layer(number, line=None), treatments=(advice,))

    (one,) = together([advised(number) for number in range(6)])
    (advice,) = one.treatments
    assert advice.text == f"Create `dropout_0` with a rate of 0.2. {LIKEWISE}"


def test_equal_consequences_are_told_together() -> None:
    cause = replace(of_layer(99), rule="non-finite-loss", where=Where())
    layers = [of_layer(number, because_of="non-finite-loss", line=number) for number in range(20)]
    assert together([cause, *layers[:2]]) == (cause, *layers[:2]), "two are read at a glance"
    _, first = together([cause, *layers])
    assert first.says.endswith(
        "in 19 more layers: `dropout_1`, `dropout_2`, `dropout_3` and 16 more."
    )
