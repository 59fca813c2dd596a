"""Seconds and memory of reading 100 MB of data once a cell has ended, by reading.

    python tests/benchmarks/data_cost.py [--most 3]

Every reading of whole rows is taken from a table, from pictures and from ids of 100 MB each, that
hold nothing odd. Those that ask the trained model are left out: `look_cost` times them.
"""

from __future__ import annotations

import argparse
import sys
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nbdoctor.capture.data import Rows
from nbdoctor.capture.sample import Sample, sample_of
from nbdoctor.cell.cell import Cell
from nbdoctor.readings import due
from nbdoctor.readings.given import Namespace, TrainingSample, ValidationSample
from nbdoctor.readings.missing import NotTakenError
from nbdoctor.readings.reading import Moment, Reading

Array = np.ndarray[Any, Any]
MEGABYTE = 1_000_000
LARGEST_COPY = 64 * MEGABYTE


def rows_of(x: Array, y: Array) -> Rows:
    """Rows in memory, as `fit` gets them."""
    some = np.linspace(0, len(x) - 1, 2000).astype(int)
    return Rows(inputs={"x": x[some]}, targets={"y": y}, index=some, total=len(x), whole={"x": x})


def data() -> Iterator[tuple[str, Array]]:
    """Inputs of 100 MB each."""
    rng = np.random.default_rng(0)
    yield "table, 500,000 x 50", rng.normal(size=(500_000, 50)).astype("float32")
    yield "pictures, 8,000 x 64 x 64 x 3", rng.integers(0, 256, (8_000, 64, 64, 3), "uint8")
    yield "ids, 200,000 x 128", rng.integers(0, 5000, (200_000, 128), "int32")


def given_of(x: Array) -> Mapping[Any, Any]:
    """What readings are taken from: four fifths train, and the rest judges."""
    y = np.random.default_rng(1).integers(0, 3, len(x))
    cut = int(0.8 * len(x))
    ours, theirs = rows_of(x[:cut], y[:cut]), rows_of(x[cut:], y[cut:])
    return {
        TrainingSample: ours,
        ValidationSample: theirs,
        Namespace: {"x": x, "y": y},
        Sample: sample_of(ours, theirs),
        Cell: Cell("model.fit(x, y)\n"),
    }


def readings() -> list[Reading[..., Any]]:
    """Those that are taken from whole rows."""
    rows = {TrainingSample, ValidationSample}
    return [one for one in due(Moment.CELL_ENDED) if any(kind in rows for kind, _ in one.needs)]


def cost(one: Reading[..., Any], given: Mapping[Any, Any]) -> tuple[float, int] | None:
    """Seconds and the most bytes that one reading takes; None where it is not taken."""
    arguments = one.arguments(given)
    if arguments is None:
        return None
    try:
        begin = time.perf_counter()
        one(*arguments)
        seconds = time.perf_counter() - begin
        tracemalloc.start()
        one(*arguments)
        most = tracemalloc.get_traced_memory()[1]
    except NotTakenError:
        return None
    finally:
        tracemalloc.stop()
    return seconds, most


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--most", type=int, default=4, help="readings of each that are named")
    named = parser.parse_args().most
    lines = [
        "Reading 100 MB once the cell has ended:",
        "",
        "| data | seconds | most memory of one reading | slowest |",
        "| --- | ---: | ---: | --- |",
    ]
    for name, x in data():
        given = given_of(x)
        costs = {one.part: found for one in readings() if (found := cost(one, given)) is not None}
        slow = sorted(costs, key=lambda part: -costs[part][0])[:named]
        largest = max(costs, key=lambda part: costs[part][1])
        lines.append(
            f"| {name} | {sum(seconds for seconds, _ in costs.values()):.2f} "
            f"| {costs[largest][1] / MEGABYTE:.0f} MB ({largest}) "
            f"| {', '.join(f'{part} {costs[part][0]:.2f}' for part in slow)} |"
        )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
