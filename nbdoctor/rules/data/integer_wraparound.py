"""Values that went round in a cast to a small integer type."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.casts import Casts
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="data",
    severity="warning",
    kind="proof",
    holds="No array went round in a cast to a small integer type",
    explains=(
        "contradicted-labels",
        "below-simple-models",
        "baseline-not-beaten",
        "validation-rows-differ",
    ),
)
def integer_wraparound(casts: Casts, /, *, share: float = 0.001) -> Iterator[Finding]:
    """Values beyond the range of an integer type went round.

    ## What it means
    A `uint8` counts from 0 to 255. A cast of 256 gives 0, of -1 gives 255, without a word: the
    brightest pixels become black, a picture in 16 bits becomes noise.

    ## How it is measured
    Arrays of yours with one shape that reach `fit` are compared in up to 50,000 places. The finding
    requires that each value of the smaller type is what a cast leaves of the other one's, and that
    at least `share` (0.001) of these were beyond its range.

    ## Example
    ```python
    brighter = pictures.astype("int32") + 60
    model.fit(brighter.astype("uint8"), labels)       # 200 + 60 is 4
    ```

    ## What the treatment does
    It says how to cast.

    ## When to ignore it
    When only the last digits are wanted.

    ## References
    NumPy user guide, "Overflow errors".
    """
    for one in casts.wrapped:
        if one.share >= share:
            yield Finding(
                title=f"Values of `{one.source}` went round in `{one.variable}`",
                says=(
                    f"`{one.source}` lies between {figure(one.low)} and {figure(one.high)}. In "
                    f"`{one.variable}` ({one.kind}) {figure(100 * one.share, 2)} % of its values "
                    "have become others: what is beyond the type begins again at its other end."
                ),
                where=Where(variable=one.variable),
                measured={"share of values beyond the type": one.share},
                expected={"share of values beyond the type": 0},
            )


@integer_wraparound.treatment("Clip or scale before the cast", effect="advice")
def clip_or_scale(finding: Finding, _cell: Cell) -> str:
    """What does not fit has to be scaled or cut off before."""
    return (
        f"Scale to the range of the type before `{finding.where.variable}` is made, or use "
        "`np.clip` first; a model takes `float32` as well."
    )
