"""A term of the loss that was met by ignoring the inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.loss_parts import LossPart, LossParts
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    values: int


@rule(
    family="training",
    severity="critical",
    kind="strong",
    holds="No term of the loss has fallen to 0 by making all predictions the same",
    explains=(
        "dominating-loss-term",
        "constant-predictions",
        "baseline-not-beaten",
        "too-few-steps",
        "dead-units",
        "fading-signal",
        "learning-rate-too-low",
        "signal-not-found",
    ),
)
def posterior_collapse(
    parts: LossParts, labels: Labels | None, /, *, share: float = 0.05
) -> Iterator[Finding]:
    """A term of the loss that was met by ignoring the inputs.

    ## What it means
    A variational autoencoder adds a KL term that is 0 where the code tells nothing of the input. If
    it outweighs the reconstruction, that is where training ends: the code is noise, and every
    output is the mean of the data. Often the KL term is a sum and the reconstruction a mean over
    many pixels, so that it is too small by their number.

    ## How it is measured
    The loss of the traced step is taken apart into its terms. One that is made from what layers put
    out before the predictions has fallen to at most `share` (0.05) of its value before training,
    and to less than that share of the loss on the data; and the trained model predicts nearly the
    same for every row: the standard deviation of its predictions is below a quarter of that of what
    they are compared with (a collapsed one had a tenth, the repaired one two thirds).

    ## Example
    ```python
    self.add_loss(-0.5 * ops.mean(ops.sum(1 + lv - mu**2 - ops.exp(lv), axis=1)))
    vae.compile("adam", loss="mse")      # a mean over all pixels
    ```

    ## What the treatment does
    It weighs the loss on the data by the number of values of a row, which makes a mean over them a
    sum, as the KL term is one.

    ## When to ignore it
    In the first epochs of a schedule that lowers the term later.

    ## References
    Kingma and Welling, "Auto-encoding variational Bayes", 2014, appendix B; Bowman et al.,
    "Generating sentences from a continuous space", 2016.
    """
    terms = parts.of("activity")
    if not terms or not parts.after_training:
        message = "the loss has no term of its own layers, or was not measured after training"
        raise DoesNotApplyError(message)
    if parts.is_constant is None:
        message = "the spread of predictions or of targets is not known"
        raise DoesNotApplyError(message)
    data = parts.after("data")
    fallen = [
        one
        for one in terms
        if one.after is not None
        and one.before > 0
        and abs(one.after) <= share * min(one.before, max(data, 0.0))
    ]
    if fallen and parts.is_constant:
        yield _finding(max(fallen, key=_height), parts, labels)


def _height(part: LossPart) -> float:
    return part.before


def _finding(part: LossPart, parts: LossParts, labels: Labels | None) -> Finding:
    written = f" (`{part.text}`)" if part.text else ""
    begins = part.shown[0].upper() + part.shown[1:]
    spread, deviation = parts.spread or 0.0, parts.deviation or 0.0
    target = labels.targets[0] if labels is not None else None
    return Finding(
        title="The model ignores its inputs to keep a term of the loss at 0",
        says=f"{begins}{written} fell from {figure(part.before)} to {figure(part.after or 0.0)} in "
        f"training, and the loss on the data went from {figure(parts.before('data'))} to "
        f"{figure(parts.after('data'))}. The predictions are nearly the same for every row: their "
        f"standard deviation is {figure(spread, 2)}, and that of the targets "
        f"{figure(deviation, 2)}. That term outweighs the loss on the data.",
        where=Where(layer=part.layer, line=part.line),
        measured={
            "the term after training": part.after or 0.0,
            "standard deviation of the predictions": spread,
        },
        expected={
            "the term after training": "above 0",
            "standard deviation of the predictions": f"about {figure(deviation, 2)}",
        },
        facts=_Facts(math.prod(target.shape) if target is not None else 1),
    )


@posterior_collapse.treatment("Weight the data by the number of values in a row", effect="training")
def weigh_the_data(finding: Finding, cell: Cell) -> Cell | str:
    """Multiply the loss on the data by the number of values of a row: a sum in place of a mean."""
    values = facts_of(finding, _Facts).values
    compiled = cell.calls_of("compile")
    plain = len(compiled) == 1 and not compiled[0].argument("loss_weights")
    if values > 1 and plain and compiled[0].argument("loss", 1) is not None:
        return cell.with_argument("compile", "loss_weights", f"[{values}]")
    return (
        f"Multiply the loss on the data by {values:,}, or sum it over the values of a row where it "
        "is a mean now; or give the other term a factor below 1 that grows during training."
    )
