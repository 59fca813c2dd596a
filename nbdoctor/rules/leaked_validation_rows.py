"""Validation rows that are training rows as well."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.overlap import Overlap
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

FEWEST = 3
"""A row or two that happen to be equal, as in small tables, bend no score."""

DEVIATIONS = 3.0
"""Standard deviations of a count of rare rows above which chance is no explanation."""


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="Validation rows are no training rows",
    explains=("validation-looks-better",),
)
def leaked_validation_rows(
    overlap: Overlap, /, *, few: float = 0.01, many: float = 0.1
) -> Iterator[Finding]:
    """Validation rows that are training rows as well.

    ## What it means
    Validation tells how good a model is on rows it has not seen. A row that is in both parts was
    learned by heart, so it counts as right however little the model understands. With many of
    them the validation score measures memory.

    ## How it is measured
    Inputs and labels of every validation row are compared with those of every training row, byte
    by byte. Equal rows that are as common inside the training rows are expected by chance, as in
    tables of few categories: the finding needs `few` (0.01) of the validation rows more than
    that, and more than chance and three rows. It is critical from `many` (0.1) on, a warning below.

    ## Example
    ```python
    doubled = np.concatenate([inputs, inputs])  # oversampled before the split
    x_train, x_test, y_train, y_test = train_test_split(doubled, np.tile(labels, 2))
    model.fit(x_train, y_train, validation_data=(x_test, y_test))
    ```

    ## What the treatment does
    It says in which order to split and to repeat rows.

    ## When to ignore it
    When the validation data are the training data on purpose, to watch the training loss without
    dropout.

    ## References
    Kaufman, Rosset and Perlich, "Leakage in data mining", KDD 2011.
    """
    if not overlap.rows:
        message = "there are no validation rows"
        raise DoesNotApplyError(message)
    beyond = overlap.shared - overlap.expected - DEVIATIONS * math.sqrt(overlap.expected)
    if beyond > max(few * overlap.rows, FEWEST):
        yield _finding(overlap, critical=beyond >= many * overlap.rows)


def _finding(overlap: Overlap, *, critical: bool) -> Finding:
    share = 100 * overlap.shared / overlap.rows
    first = ""
    if overlap.first is not None:
        first = f" The first is validation row {overlap.first[0]}, training row {overlap.first[1]}."
    return Finding(
        title="Validation rows are among the training rows",
        says=f"{overlap.shared:,} of {overlap.rows:,} validation rows ({figure(share, 2)} %) are "
        f"equal to a training row in inputs and labels; {figure(overlap.expected, 2)} would be "
        f"as usual inside the training rows.{first}",
        where=Where(
            call="fit",
            argument="validation_split" if overlap.split == "tail" else "validation_data",
        ),
        measured={"shared rows": overlap.shared, "validation rows": overlap.rows},
        expected={"shared rows": f"about {figure(overlap.expected, 2)}"},
        severity="critical" if critical else "warning",
    )


@leaked_validation_rows.treatment("Split before rows are repeated", effect="judgement")
def split_first(_finding: Finding, _cell: Cell) -> str:
    """Keep equal rows, and rows of one origin, on one side of the split."""
    return (
        "Split first, and repeat, oversample or augment rows of the training part only. Rows that "
        "belong together (one patient, one picture) stay together with `GroupShuffleSplit`."
    )
