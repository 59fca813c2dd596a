"""How copies are made: by lines, from the live model, or not at all; nothing is copied here."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.trials.copying import ways
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.ways import WayOfCopying
from nbdoctor.trials.refusal import UnprovedError, UntriedError

NOT_PROVED = UnprovedError(3, "calls `f`")
PLAN = SimpleNamespace(model="model", copied=frozenset())


class Copier:
    """Refuses by lines, by objects or a recipe, as it is told."""

    refusals: dict[str, UntriedError] = {}  # noqa: RUF012  (each test sets its own)

    def __init__(self, _case: Case, *, unproved: bool = False, by_objects: bool = False) -> None:
        self.unproved, self.by_objects, self.plain = unproved, by_objects, PLAN
        if (reason := self.refusals.get("objects" if by_objects else "lines")) is not None:
            raise reason

    def recipe(self, cell: Cell) -> str:
        if (reason := self.refusals.get("recipe")) is not None:
            raise reason
        return f"{'objects' if self.by_objects else 'lines'}: {cell.source}"


Make = Callable[..., WayOfCopying]


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.setattr(ways, "Copier", Copier)
    monkeypatch.setattr(ways, "replaced_methods", lambda _model: [])
    monkeypatch.setattr(Copier, "refusals", {})

    def made(*, unproved: bool = False, fitted: Any = "noted", **refusals: Any) -> WayOfCopying:
        Copier.refusals.update(refusals)
        return WayOfCopying(Case(cell=Cell(""), namespace={}, fitted=fitted), unproved)

    return made


def test_lines_come_first_and_the_copier_is_made_once(way: Make) -> None:
    of = way()
    assert of.recipe(Cell("a")) == "lines: a"
    assert of.copier() is of.copier()
    assert not of.by_objects
    assert of.why_not_lines is None


def test_what_is_not_proved_is_copied_from_the_live_model(way: Make) -> None:
    of = way(lines=NOT_PROVED)
    assert of.recipe(Cell("a")) == "objects: a"
    assert of.by_objects
    assert of.why_not_lines is NOT_PROVED
    assert of.refused is None


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"objects": UntriedError("no parts")}, id="it has other parts"),
        pytest.param({"fitted": None}, id="it was not noted"),
        pytest.param({"unproved": True}, id="the user asks for the lines"),
    ],
)
def test_where_neither_way_is_open_the_lines_are_named(way: Make, options: dict[str, Any]) -> None:
    of = way(lines=NOT_PROVED, **options)
    for _ in range(2):  # the second time nothing is tried again
        with pytest.raises(UnprovedError) as found:
            of.copier()
        assert found.value is NOT_PROVED
    assert of.refused is NOT_PROVED


def test_a_fix_without_a_recipe_names_lines_that_a_button_can_run(way: Make) -> None:
    of = way(lines=NOT_PROVED, recipe=UntriedError("no such form"))
    with pytest.raises(UnprovedError) as found:
        of.recipe(Cell("a"))
    assert found.value is NOT_PROVED


def test_else_it_says_why_it_has_none(way: Make) -> None:
    of = way(recipe=UntriedError("no such form"))
    with pytest.raises(UntriedError, match="no such form"):
        of.recipe(Cell("a"))


def test_methods_that_others_have_replaced_are_not_called(
    way: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "replaced_methods", lambda _model: ["Layer.__call__"])
    of = way()
    with pytest.raises(UntriedError, match=r"`Layer.__call__` was replaced by other code"):
        of.copier()
    assert way(unproved=True).recipe(Cell("a")) == "lines: a"


def test_copies_start_elsewhere_than_a_model_that_was_trained_or_comes_from_another_cell(
    way: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = way()
    of.copier()
    assert not of.starts_anew
    monkeypatch.setattr(PLAN, "copied", frozenset({"model"}))
    assert of.starts_anew
    monkeypatch.setattr(PLAN, "copied", frozenset())
    of.case = Case(cell=Cell(""), namespace={}, trained_before=True)
    assert of.starts_anew
