"""One output whose loss outweighs that of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.loss_at_init import CROSSENTROPIES
from nbdoctor.readings.loss_parts import LossPart, LossParts
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    weights: tuple[tuple[str, float], ...]


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="No output outweighs another one in the loss",
    explains=(
        "unscaled-targets",
        "learning-rate-too-high",
        "baseline-not-beaten",
        "too-few-steps",
        "dead-units",
    ),
)
def dominating_output(
    parts: LossParts,
    head: Head,
    labels: Labels,
    /,
    *,
    times: float = 100.0,
    share: float = 0.95,
) -> Iterator[Finding]:
    """One output whose loss outweighs that of another.

    ## What it means
    Outputs that share layers share their gradient as well. If the loss of one is a million times
    that of another, because its targets are in the thousands, say, the shared layers learn for the
    one only.

    ## How it is measured
    The loss of the traced step is taken apart. After training, the gradient of one output on the
    layers that both share is at least `times` (100) times that of another; and the other has
    learned nothing: its loss is still at least `share` (0.95) of that of the best constant
    prediction.

    ## Example
    ```python
    model.compile("adam", loss={"price": "mse", "kind": "binary_crossentropy"})
    model.fit(x, {"price": prices, "kind": kinds})    # prices in the thousands
    ```

    ## What the treatment does
    It weighs each output by the inverse of its loss before training, with `loss_weights`.

    ## When to ignore it
    When the other output is only there to be watched.

    ## References
    Kendall, Gal and Cipolla, "Multi-task learning using uncertainty to weigh losses", 2018.
    """
    known = [one for one in parts.of("data") if one.output and one.slope is not None]
    if len(known) < 2:  # noqa: PLR2004  (one output and another)
        message = "the loss is not that of several outputs that share layers"
        raise DoesNotApplyError(message)
    largest = max(known, key=_slope)
    for part in known:
        output = next((one for one in head.outputs if one.name == part.output), None)
        target = labels.of(part.output)
        if output is None or target is None or part is largest:
            continue
        baseline = _baseline(output, target)
        drowned = _slope(largest) >= times * _slope(part)
        if drowned and baseline and (part.after or 0.0) >= share * baseline:
            yield _finding(largest, part, baseline, known)


def _slope(part: LossPart) -> float:
    return part.slope or 0.0


def _baseline(output: Output, target: Target) -> float | None:
    """The loss of the best constant prediction."""
    if output.loss in CROSSENTROPIES:
        return target.entropy
    if output.loss == "mean_absolute_error":
        return target.deviation
    return target.variance if output.loss == "mean_squared_error" else None


def _finding(largest: LossPart, part: LossPart, baseline: float, known: list[LossPart]) -> Finding:
    ratio = _slope(largest) / max(_slope(part), 1e-30)
    return Finding(
        title=f"The loss of `{largest.output}` outweighs that of `{part.output}`",
        says=f"On the layers that both share, the gradient of `{largest.output}` is "
        f"{figure(ratio)} times that of `{part.output}`. After training the loss of "
        f"`{part.output}` is {figure(part.after or 0.0)}; a constant prediction has "
        f"{figure(baseline)}. Before training the two were {figure(largest.before)} and "
        f"{figure(part.before)}.",
        where=Where(call="compile", argument="loss_weights"),
        measured={"gradient of one output over that of the other": ratio},
        expected={"gradient of one output over that of the other": "about 1, at most 100"},
        facts=_Facts(tuple((one.output, 1 / one.before) for one in known if one.before > 0)),
    )


@dominating_output.treatment("Weight the losses of the outputs", effect="training")
def weigh_the_outputs(finding: Finding, cell: Cell) -> Cell | str:
    """Weigh each output by the inverse of its loss before training."""
    weights = facts_of(finding, _Facts).weights
    text = ", ".join(f'"{name}": {weight:.3g}' for name, weight in weights)
    try:
        compiled = cell.calls_of("compile")
        if len(compiled) == 1 and not compiled[0].argument("loss_weights"):
            return cell.with_argument("compile", "loss_weights", f"{{{text}}}")
    except CannotEditError:
        pass
    return f"Compile with `loss_weights={{{text}}}`, or scale the targets."
