"""Masks with grey values, all of which a threshold takes for the object."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.expression import with_expression
from nbdoctor.readings.mask_files import MaskFiles, MaskFolder
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Values:
    low: float
    high: float


@rule(
    family="labels",
    severity="warning",
    kind="proof",
    holds="Mask files hold two values, or the threshold lies between them",
    explains=("below-simple-models", "baseline-not-beaten"),
)
def grey_values_in_masks(
    masks: MaskFiles, /, *, greys: float = 4, larger: float = 1.1
) -> Iterator[Finding]:
    """Mask files hold grey values, and the targets count all of them as object.

    ## What it means
    Masks that were resized with smoothing, or saved as JPEG, have grey values around each object.
    A threshold of `> 0` takes all of them, and the faintest noise, for the object: the model learns
    objects that are too large.

    ## How it is measured
    Where the targets are masks of two values, a few files of the folders that the cell names are
    read. A folder of masks is one whose values are mostly the darkest and the brightest. The
    finding requires at least `greys` (4) different values between these, that each mask in memory
    is exactly where its file is above the lowest value, and that this makes the object `larger`
    (1.1) times as large as a threshold half way, or more.

    ## Example
    ```python
    masks = load("masks")                         # 0, 255, and greys around the cells
    y = (masks > 0).astype("float32")
    ```

    ## What the treatment does
    It puts the threshold half way between both values.

    ## When to ignore it
    When grey stands for a class of its own, or for an edge that belongs to the object.

    ## References
    github:milesial/Pytorch-UNet#311, github:arahusky/Tensorflow-Segmentation#11.
    """
    if not masks.folders:
        message = "no folder of masks was found"
        raise DoesNotApplyError(message)
    for one in masks.folders:
        times = one.object_above_low / max(one.object_above_half, 1e-9)
        if one.as_object and one.greys >= greys and times >= larger:
            yield _finding(one, times)
            return


def _finding(one: MaskFolder, times: float) -> Finding:
    low, high = figure(one.low), figure(one.high)
    return Finding(
        title="Grey pixels of the masks count as object",
        says=(
            f"Of the pixels in {one.files:,} mask files {figure(100 * one.grey, 2)} % have one of "
            f"{one.greys:,} values between {low} and {high}, and the targets count each of them "
            f"as 1: the object covers {figure(times, 2)} times the area that it has with a "
            f"threshold half way."
        ),
        where=Where(call="fit", argument="y"),
        measured={"share of object": one.object_above_low},
        expected={"share of object": f"about {figure(one.object_above_half, 2)}"},
        facts=_Values(one.low, one.high),
    )


@grey_values_in_masks.treatment(
    "Put the threshold half way between the two values", effect="training"
)
def threshold_half_way(finding: Finding, cell: Cell) -> Cell | str:
    """What is nearer to the object than to the background is object."""
    facts = facts_of(finding, _Values)
    half = (facts.low + facts.high) // 2
    compared = [
        node
        for node in ast.walk(cell.tree)
        if isinstance(node, ast.Compare)
        and len(node.ops) == 1
        and isinstance(node.ops[0], (ast.Gt, ast.NotEq))
        and isinstance(node.comparators[0], ast.Constant)
        and node.comparators[0].value == facts.low
    ]
    if len(compared) != 1:
        return (
            f"Make masks of two values with a threshold half way (`> {half:g}`), and resize masks "
            'with `interpolation="nearest"`.'
        )
    left = ast.unparse(compared[0].left)
    return with_expression(cell, compared[0], f"{left} > {half:g}")
