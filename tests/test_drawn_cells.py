"""Cells that are drawn at random come out as they would without the magic.

harmless/drawn_cells.py says of what they are made. Ten are drawn every time, from the same seeds,
one from each; `pytest tests/test_drawn_cells.py --drawn 500 --drawn-seed 100` draws others. A cell
that comes out otherwise is made smaller, until nothing more can be left out. The name of a test
tells the seed.
"""

from __future__ import annotations

from collections.abc import Callable

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.harmless.comparison import broken
from tests.harmless.drawn_cells import (
    KINDS,
    MODELS,
    PLACES,
    SMALLEST,
    TRAINERS,
    DrawnCell,
    Effect,
    drawn_cells,
    fitting_effects,
)
from tests.harmless.runs import Zygote, left_by

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

ONE = 2
"""Examples of one seed: Hypothesis begins with the smallest cell of all, and then draws one."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "drawn_seed" in metafunc.fixturenames:
        number, first = (metafunc.config.getoption(name) for name in ("drawn", "drawn_seed"))
        metafunc.parametrize("drawn_seed", range(first, first + number), ids="seed {}".format)


def test_a_drawn_cell_comes_out_as_without_the_magic(
    zygote: Zygote, drawn_seed: int, record_property: Callable[[str, object], None]
) -> None:
    @hypothesis.seed(drawn_seed)
    @settings(
        max_examples=ONE,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn_cells())
    def comes_out_alike(cell: DrawnCell) -> None:
        if cell == SMALLEST:
            return
        text = cell.hostile_cell()
        lines = broken(text, zygote)
        assert not lines, "\n".join((repr(cell), text.setup, text.cell, text.after, *lines))

    record_property("drawn cell", drawn_seed)
    comes_out_alike()


def test_no_two_seeds_draw_one_cell_and_each_the_same_again() -> None:
    drawn: list[DrawnCell] = []
    for number in (*range(20), *range(20)):

        @hypothesis.seed(number)
        @settings(max_examples=ONE, database=None, phases=(Phase.generate,))
        @given(drawn_cells())
        def draw(cell: DrawnCell) -> None:
            drawn.append(cell)

        draw()
    cells = [cell for cell in drawn if cell != SMALLEST]
    first, again = cells[: len(cells) // 2], cells[len(cells) // 2 :]
    assert first == again
    assert len(set(first)) == len(first) == 20


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(drawn_cells())
def test_every_drawn_cell_is_a_program(cell: DrawnCell) -> None:
    for text in (cell.hostile_cell().setup, cell.hostile_cell().cell, cell.hostile_cell().after):
        compile(text, "cell", "exec")
    assert cell.effects
    assert all(cell.trainer in PLACES[effect.place] for effect in cell.effects)


def test_a_drawn_cell_trains_wherever_its_effects_stand(zygote: Zygote) -> None:
    """All places in a few cells: each of them is come to."""
    for trainer in ("fit", "own loop"):
        places = [place for place, trainers in PLACES.items() if trainer in trainers]
        places = [place for place in places if not place.startswith("data") or "map" in place]
        cell = DrawnCell(
            trainer=trainer,
            model="dense",
            data="arrays",
            effects=tuple(Effect(place, "list") for place in places),
        )
        found = left_by(cell.hostile_cell(), zygote, plain=True)
        assert found["error"] is None, found
        assert all(found["outcome"]), dict(zip(places, found["outcome"], strict=True))


def test_shrinking_finds_the_smallest_cell() -> None:
    smallest = hypothesis.find(
        drawn_cells(),
        lambda cell: any(effect.kind == "queue" for effect in cell.effects),
        settings=settings(database=None, derandomize=True, max_examples=2000),
    )
    assert len(smallest.effects) == 1
    assert (smallest.trainer, smallest.model) == (next(iter(TRAINERS)), next(iter(MODELS)))
    assert not smallest.eager
    assert not smallest.verbose


def test_every_kind_and_every_place_can_be_drawn() -> None:
    effects = {effect for trainer in TRAINERS for effect in fitting_effects(trainer)}
    assert {effect.kind for effect in effects} == set(KINDS)
    assert {effect.place for effect in effects} == set(PLACES)
