"""All models of the zoo."""

from __future__ import annotations

from tests.cases.cases import CASES
from tests.zoo import pictures, pipelines, sequences, steps, structures, tables, tasks
from tests.zoo.model import Model

REPAIRED = [
    Model(
        name=f"repaired {case.id}",
        source=case.fixed_cell,
        score=case.fixed_probe or case.probe,
        bar=float("-inf") if case.good is None else case.good,
    )
    for case in {one.fixed_cell: one for one in CASES}.values()
]
"""The repaired programs of the real cases, each once."""

OWN = [
    model
    for part in (tables, pictures, sequences, structures, steps, tasks, pipelines)
    for model in part.MODELS
]
ZOO = [*OWN, *REPAIRED]
