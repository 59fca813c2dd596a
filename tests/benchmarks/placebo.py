"""Does a treatment that does nothing come out as "no effect" on healthy models?

    python -m tests.benchmarks.placebo [--every 3]

Copies of a model of the zoo are compared with copies of the same model from other seeds, by the
rule by which trials judge and stop. Whatever is not "no effect" is chance that the rule takes for
a treatment.
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

from nbdoctor.capture.cell import Cell
from nbdoctor.treat.comparison import Comparison, outcome
from nbdoctor.treat.copy import Case, Workshop
from nbdoctor.treat.isolation import isolated
from nbdoctor.treat.judging import judged_rows, row_scores, yardstick_of
from nbdoctor.treat.training import Arm
from nbdoctor.treat.trial import MOST_SEEDS
from nbdoctor.treat.untried import UntriedError
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
        arm = Arm(Workshop(case).maker(cell), time.perf_counter() + LONGEST)
        arm.prepare()
        labels = judged_rows(arm)
        by = yardstick_of(labels, arm)
        before: list[Any] = []
        after: list[Any] = []
        for seed in range(0, 2 * MOST_SEEDS, 2):
            before.append(row_scores(by, labels, arm, arm.run(seed))[-1])
            after.append(row_scores(by, labels, arm, arm.run(seed + 1))[-1])
            of = Comparison(np.stack(before), np.stack(after))
            if of.is_plain():
                break
    return outcome(of, by.constant)[0], float(of.differences.mean())


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
    right = tried.count("no effect")
    sys.stdout.write(f'\n{right} of {len(tried)} placebos came out as "no effect".\n')


if __name__ == "__main__":
    main()
