"""Less is measured where memory is short, at last on the CPU, and the report says so."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from nbdoctor import backend
from nbdoctor.backend.memory_limit import FOR_A_TRACE
from nbdoctor.look import memory
from nbdoctor.look.memory import (
    MemoryBudget,
    TooLittleMemoryError,
    ran_out_of_memory,
    refuse_if_short,
    step_bytes,
)


@dataclass
class Devices:
    """A machine with a GPU that holds `rows` rows, and a CPU that holds any number."""

    rows: int = 0
    free: int | None = None
    gpu: bool = True
    here: str = "GPU"
    tried: list[tuple[str, int]] = field(default_factory=list)

    def has_gpu(self) -> bool:
        return self.gpu

    def free_memory(self) -> int | None:
        return self.free

    @contextlib.contextmanager
    def on_cpu(self) -> Iterator[None]:
        self.here = "CPU"
        yield
        self.here = "GPU"

    def step(self, budget: MemoryBudget) -> str:
        self.tried.append((self.here, budget.rows))
        if self.here == "GPU" and budget.rows > self.rows:
            message = "OOM when allocating tensor with shape[64,4]"
            raise RuntimeError(message)
        return self.here


def machine(monkeypatch: pytest.MonkeyPatch, **has: Any) -> Devices:
    found = Devices(**has)
    engine = replace(backend.current(), device=found)
    monkeypatch.setattr(backend, "current", lambda: engine)
    return found


def measured(machine: Devices, **options: Any) -> tuple[MemoryBudget, str]:
    budget = MemoryBudget(**{"whole": 32, "rows": 32, "divisible": True, **options})
    return budget, budget.measure(lambda: machine.step(budget), budget.halve)


def test_what_fits_is_measured_at_once_and_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    here = machine(monkeypatch, rows=32)
    budget, where = measured(here)
    assert (where, budget.remark, here.tried) == ("GPU", "", [("GPU", 32)])


def test_rows_are_halved_until_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    here = machine(monkeypatch, rows=10)
    budget, where = measured(here)
    assert where == "GPU"
    assert here.tried == [("GPU", 32), ("GPU", 16), ("GPU", 8)]
    assert budget.remark == "Measured on 8 of 32 rows of the first batch because memory ran out."


def test_at_last_the_cpu_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    here = machine(monkeypatch, rows=1)
    budget, where = measured(here)
    assert where == "CPU"
    assert here.tried[-2:] == [("GPU", 2), ("CPU", 2)]
    assert budget.remark == (
        "Measured on the CPU, on 2 of 32 rows of the first batch, because memory ran out."
    )
    assert not budget.is_whole


def test_a_batch_of_fixed_size_goes_to_the_cpu_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    here = machine(monkeypatch, rows=1)
    budget, where = measured(here, divisible=False)
    assert (where, here.tried) == ("CPU", [("GPU", 32), ("CPU", 32)])
    assert "on 32 of 32 rows" in budget.remark


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "even with 2 of 32 rows"),
        ({"deadline": 0.0}, "with 32 of 32 rows"),
    ],
    ids=["nothing smaller is left", "training has waited long enough"],
)
def test_giving_up_is_told(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, float], said: str
) -> None:
    here = machine(monkeypatch, rows=0, gpu=False)
    budget = MemoryBudget(whole=32, rows=32, divisible=True, **options)
    with pytest.raises(RuntimeError, match="OOM"):
        budget.measure(lambda: here.step(budget), budget.halve)
    assert budget.empty
    assert budget.remark == (
        f"The step could not be measured: memory ran out, {said} of the first batch."
    )
    assert len(here.tried) == (1 if options else 5)


def test_other_errors_are_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    budget = MemoryBudget(whole=32, rows=32, divisible=True, deadline=time.perf_counter() + 60)

    def fails() -> None:
        message = "shapes do not match"
        raise ValueError(message)

    with pytest.raises(ValueError, match="shapes"):
        budget.measure(fails, budget.halve)
    assert budget.rows == 32
    assert not budget.empty


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), True),
        (RuntimeError("RESOURCE_EXHAUSTED: failed to allocate 8.00GiB"), True),
        (ValueError("the room is full"), False),
    ],
)
def test_which_errors_tell_of_memory(error: Exception, expected: bool) -> None:
    assert ran_out_of_memory(error) is expected


def small() -> Any:
    import keras

    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(10, "relu"), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    return model


BATCH = (np.zeros((32, 4), "float32"), np.zeros((32, 1), "float32"))


@pytest.mark.keras
def test_a_step_is_estimated_from_outputs_and_weights() -> None:
    outputs, weights = 10 + 1, 4 * 10 + 10 + 10 * 1 + 1
    assert step_bytes(small(), BATCH) == (2 * outputs * 4, 4 * weights * 4)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("free", "rows"),
    [(None, 32), (10**9, 32), (4 * 61 * 4 + 88 * 20, 16), (10, 2)],
    ids=["unknown", "plenty", "half a batch", "nothing"],
)
def test_a_large_allocation_is_estimated_before_it_is_made(
    monkeypatch: pytest.MonkeyPatch, free: int | None, rows: int
) -> None:
    machine(monkeypatch, free=free)
    budget = MemoryBudget(whole=32, rows=32, divisible=True)
    budget.fit_to(small(), BATCH)
    assert budget.rows == rows
    assert bool(budget.remark) is (rows < 32)
    if rows < 32:
        assert budget.remark == (
            f"Measured on {rows} of 32 rows of the first batch because it might not all fit into "
            "memory."
        )


@pytest.mark.keras
@pytest.mark.parametrize("step", [0, 10**8])
def test_the_look_stays_away_where_its_copies_might_not_fit(
    monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    import keras

    model = keras.Sequential([keras.Input((249,)), keras.layers.Dense(1000)])
    model.compile("sgd", "mse")
    weights = 250 * 1000 * 4
    needed, counters = FOR_A_TRACE + 3 * weights + step, 100
    monkeypatch.setattr(memory, "available_memory", lambda: needed + counters)
    refuse_if_short(model, step)
    monkeypatch.setattr(memory, "available_memory", lambda: needed)
    with pytest.raises(
        TooLittleMemoryError, match=r"^about \d+ MB of memory is available, and the step"
    ):
        refuse_if_short(model, step)


def test_the_look_does_not_ask_what_nobody_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    refuse_if_short(object(), 10**12)
