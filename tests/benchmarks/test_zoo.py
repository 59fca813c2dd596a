from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.benchmarks import zoo
from tests.benchmarks.cells import Manner, ran
from tests.benchmarks.said import Cell, Said
from tests.zoo.zoo import OWN, REPAIRED, ZOO

MODEL = OWN[0]
LEARNED = Said(score=MODEL.bar, seconds=1.0)
ALARMED = replace(LEARNED, findings=(("dead-units", "warning", ""),))


def test_the_zoo_is_large_and_every_model_has_its_own_name_and_source() -> None:
    assert len(OWN) >= 120
    assert len(REPAIRED) == 68
    assert max(Counter(model.name for model in ZOO).values()) == 1
    assert max(Counter(model.source for model in ZOO).values()) == 1
    for model in ZOO:
        compile(model.source, model.name, "exec")
        compile(model.score, model.name, "eval")


def test_a_model_has_learned_when_it_reaches_its_bar() -> None:
    assert zoo.learned(MODEL, LEARNED)
    assert not zoo.learned(MODEL, replace(LEARNED, score=MODEL.bar - 0.01))
    assert not zoo.learned(MODEL, replace(LEARNED, score=None))


def test_alarms_count_on_models_that_learned_only() -> None:
    other = OWN[1]
    said = {MODEL.name: ALARMED, other.name: replace(ALARMED, score=None)}
    assert zoo.summary([MODEL, other], said) == (
        f"1 of 2 models learned. False alarms on 1 of them: {MODEL.name}."
    )
    assert "| NO |" in zoo.table([other], said)


@pytest.mark.keras
def test_two_models_from_end_to_end() -> None:
    chosen = [model for model in OWN if model.name in {"from logits", "two outputs"}]
    cells = [Cell(name=model.name, source=model.source, score=model.score) for model in chosen]
    said = ran(cells, Manner())
    assert all(zoo.learned(model, said[model.name]) for model in chosen)
    assert not [said[model.name].alarms for model in chosen if said[model.name].alarms]
