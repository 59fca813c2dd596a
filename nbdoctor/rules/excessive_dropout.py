"""Dropout that leaves next to nothing."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.wiring import Step, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="Dropout leaves enough for the next layer to learn from",
    explains=(
        "baseline-not-beaten",
        "fails-to-memorise",
        "too-few-steps",
    ),
)
def excessive_dropout(
    wiring: Wiring,
    /,
    *,
    rate: float = 0.8,
    kept: float = 8,
) -> Iterator[Finding]:
    """A dropout rate that leaves next to nothing.

    ## What it means
    `rate` is the share of values that dropout sets to zero in training, not the share that it
    keeps. At 0.9 one value in ten is left, multiplied by ten: the noise is three times as large
    as the signal, and the model learns less in training than it shows afterwards (an accuracy of
    0.43 in training, 0.66 in `evaluate`). At 0.99 it learns nothing.

    ## How it is measured
    A hidden dropout layer has a rate of `rate` (0.8) or more and so keeps fewer than `kept` (8)
    units of its layer on average in each row: a warning. With more units left it is a note, since
    a wide layer says the same thing in many units. 0.5 and above is normal and not reported.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dropout(0.9),
        keras.layers.Dense(3, activation="softmax"),
    ])
    ```

    ## What the treatment does
    The rate becomes 0.2, as if the share to keep had been meant by 0.8; 0.2 to 0.5 is usual.

    ## When to ignore it
    When rows are noised on purpose, as in a denoising autoencoder over sparse inputs.

    ## References
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a simple way to prevent
    neural networks from overfitting", JMLR 2014, appendix A. Accuracies measured with Keras 3.15.
    """
    drops = [step for step in wiring.steps if step.rate is not None]
    if not drops:
        message = "the model has no dropout layer"
        raise DoesNotApplyError(message)
    for step in drops:
        if (step.rate or 0.0) >= rate and step.takes and not step.is_output:
            yield _finding(step, rate, kept)


def _units(step: Step) -> int | None:
    """What is dropped or kept as one: a value of a row, or a whole channel."""
    return step.size if step.kind == "Dropout" else step.width


def _finding(step: Step, rate: float, kept: float) -> Finding:
    dropped, units = step.rate or 0.0, _units(step) or 0
    left = units * (1 - dropped)
    known = f"{figure(left)} of its {units:,} units" if units else "few of its units"
    return Finding(
        title=f"`{step.name}` drops {figure(100 * dropped)} % of its values",
        says=f"In training `{step.name}` keeps {known} on average in each row. The rate is the "
        "share that is dropped, not the share that is kept.",
        severity="warning" if units > 0 and left < kept else "note",
        kind="strong" if units > 0 and left < kept else "hint",
        where=Where(layer=step.name, call=step.kind, line=step.line),
        measured={"rate": dropped, "units left": left},
        expected={"rate": f"below {rate:g}"},
    )


@excessive_dropout.treatment("Drop fewer values", effect="model")
def drop_fewer_values(finding: Finding, cell: Cell) -> Cell | str:
    """Set the rate to 0.2."""
    line = finding.where.line
    if line is None:
        return f"Build `{finding.where.layer}` with a rate of 0.2 to 0.5."
    return cell.with_argument(finding.where.call, "rate", "0.2", position=0, line=line)
