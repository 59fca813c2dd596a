"""Validation rows that are also training rows."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.overlap import Overlap
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

FEWEST = 3
"""One or two rows that happen to be equal, as in small tables, do not distort a score."""

DEVIATIONS = 3.0
"""Standard deviations above the expected count beyond which chance is no explanation."""


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="No validation rows are also training rows",
    explains=("validation-looks-better",),
)
def leaked_validation_rows(
    overlap: Overlap, /, *, few: float = 0.01, many: float = 0.1
) -> Iterator[Finding]:
    """Validation rows that are also training rows.

    ## What it means
    Validation measures how good a model is on rows that it has not seen. A row that is in both
    parts can be memorised, so it counts as correct even if the model does not generalise. With
    many such rows the validation score measures memorisation.

    ## How it is measured
    The inputs and labels of every validation row are compared with those of every training row,
    byte by byte; for datasets that begin with a list of files, the names of the files are. Rows of
    other datasets are read again where that leaves no trace, at most 6,000 of each. Some rows are
    equal by chance, as in tables with few categories: how many is estimated from the duplicates
    among the training rows. The finding requires more shared rows than that estimate plus three
    standard deviations, by at least `few` (0.01) of the validation rows and three rows. It is
    critical from `many` (0.1) on, and a warning below.

    ## Example
    ```python
    doubled = np.concatenate([inputs, inputs])  # oversampled before the split
    x_train, x_test, y_train, y_test = train_test_split(doubled, np.tile(labels, 2))
    model.fit(x_train, y_train, validation_data=(x_test, y_test))
    ```

    ## What the treatment does
    It says in which order to split and to duplicate rows.

    ## When to ignore it
    When the validation data is the training data on purpose, to monitor the training loss
    without dropout.

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
    files = overlap.split == "files"
    alike = (
        "read from files that training reads, too"
        if files
        else ("identical to a training row, in inputs and labels")
    )
    first = ""
    if overlap.first is not None:
        first = f" The first is validation row {overlap.first[0]}, training row {overlap.first[1]}."
    return Finding(
        title="Validation rows are also training rows",
        says=f"{overlap.shared:,} of {overlap.rows:,} validation rows ({figure(share, 2)} %) are "
        f"{alike}; about {figure(overlap.expected, 2)} "
        f"would be if they repeated as often as training rows do.{first}",
        where=Where(
            call="fit",
            argument="validation_split" if overlap.split == "tail" else "validation_data",
        ),
        measured={"validation rows also in training": overlap.shared},
        expected={"validation rows also in training": f"about {figure(overlap.expected, 2)}"},
        severity="critical" if critical else "warning",
    )


@leaked_validation_rows.treatment("Split before duplicating rows", effect="judgement")
def split_first(_finding: Finding, _cell: Cell) -> str:
    """Keep identical rows, and rows of the same origin, on one side of the split."""
    return (
        "Split first, then duplicate, oversample or augment only the training rows. "
        "`GroupShuffleSplit` of scikit-learn keeps rows that belong together (one patient, one "
        "image) on the same side."
    )
