"""Does a treatment that does nothing come out as "helps" or "worse" on healthy models?

    python -m tests.benchmarks.placebo [--every 3]

Copies of a model of the zoo are compared with copies of the same model from other seeds, by the
rule by which trials judge and stop. What comes out as "helps" or "worse" is chance that the rule
takes for an effect.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from nbdoctor.cell.cell import Cell
from nbdoctor.trials.comparison import MOST_SEEDS, Comparison, outcome
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.copier import Copier
from nbdoctor.trials.isolation import isolated
from nbdoctor.trials.refusal import UntriedError
from nbdoctor.trials.score import judged_rows, metric_of, row_scores
from nbdoctor.trials.training import Arm
from tests.zoo.model import Model
from tests.zoo.zoo import OWN

LONGEST = 120.0
"""Seconds for the copies of one model."""


def compared(model: Model) -> tuple[str, float]:
    """The outcome of a placebo, and the gain that chance made."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(model.source, "<cell>", "exec"), names)  # noqa: S102  (a cell of the zoo)
    cell = Cell(model.source)
    case = Case(cell=cell, namespace=names, model=names.get("model"))
    with isolated():
        arm = Arm(Copier(case).recipe(cell), time.perf_counter() + LONGEST)
        arm.prepare()
        labels = judged_rows(arm)
        by = metric_of(labels, arm)
        before: list[Any] = []
        after: list[Any] = []
        for seed in range(0, 2 * MOST_SEEDS, 2):
            before.append(row_scores(by, labels, arm, arm.run(seed))[-1])
            after.append(row_scores(by, labels, arm, arm.run(seed + 1))[-1])
            of = Comparison(np.stack(before), np.stack(after))
            if of.is_decided():
                break
    return outcome(of, by.constant)[0], of.gain


def results(every: int) -> Iterator[tuple[str, str, float]]:
    """Each model with its outcome, or why there is none."""
    import keras

    for model in OWN[::every]:
        keras.backend.clear_session()
        keras.config.set_dtype_policy("float32")
        keras.utils.set_random_seed(0)
        try:
            yield model.name, *compared(model)
        except UntriedError as reason:
            yield model.name, f"not tried: {reason}", 0.0


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=3, help="take every third model, and so on")
    words = []
    for name, word, gain in results(parser.parse_args().every):
        words.append(word)
        sys.stdout.write(f"{name}: {word} ({gain:+.3f})\n")
        sys.stdout.flush()
    tried = [word for word in words if not word.startswith("not tried")]
    said = ", ".join(f'{tried.count(word)} as "{word}"' for word in dict.fromkeys(sorted(tried)))
    sys.stdout.write(f"\nOf {len(tried)} placebos came out {said}.\n")


if __name__ == "__main__":
    main()
