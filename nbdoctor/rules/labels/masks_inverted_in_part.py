"""Masks of which some mark the object, and some the background."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.inverted_masks import InvertedMasks
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, facts_of, rule

FEWEST = 4


@rule(
    family="labels",
    severity="warning",
    kind="strong",
    holds="All masks mark the same of the two, the object or the background",
    explains=(
        "below-simple-models",
        "baseline-not-beaten",
        "overfit-to-training",
        "too-few-steps",
        "majority-class-only",
        "constant-predictions",
        "masks-beside-pictures",
    ),
)
def masks_inverted_in_part(
    masks: InvertedMasks, /, *, share: float = 0.03, agreed: float = 0.5, told: float = 0.7
) -> Iterator[Finding]:
    """Some masks mark the object, and others the background.

    ## What it means
    Masks that two people or two tools made may be white on black and black on white. For the
    network the same pixel is object in one picture and background in the next, and it learns a
    compromise: near 0.5 everywhere, or the way of the majority.

    ## How it is measured
    The trained model predicts up to 200 pictures that it was trained on, and the correlation of
    each mask with its prediction is taken. The finding requires that at least `told` (0.7) of the
    masks have one of 0.3 or more of either sign, that at least `share` (0.03) of these, and four
    pictures, have the other sign than most, and that the medians of both signs are `agreed` (0.5)
    or more. A model may miss an object, but it does not mark all that is none.

    ## Example
    ```python
    masks = np.stack([load(file) > 127 for file in files])     # some are black on white
    model.fit(pictures, masks)
    ```

    ## What the treatment does
    It names pictures to look at, and says how to turn their masks.

    ## When to ignore it
    When some pictures are themselves negatives of the others on purpose.

    ## References
    github:BioHit/TongeImageDataset#1.
    """
    least = min(masks.agreement * masks.inverted_agreement, 0.0)
    both = min(abs(masks.agreement), abs(masks.inverted_agreement))
    many = masks.inverted >= max(FEWEST, share * masks.clear)
    if least < 0 and both >= agreed and many and masks.clear >= told * masks.pictures:
        yield _finding(masks)


def _finding(masks: InvertedMasks) -> Finding:
    part = figure(100 * masks.inverted / masks.clear, 2)
    rows = ", ".join(f"{row:,}" for row in masks.first)
    return Finding(
        title=f"{part} % of the masks are the other way round",
        says=(
            f"Of {masks.clear:,} masks that have a clear relation to what the trained model "
            f"predicts for their pictures, {masks.clear - masks.inverted:,} have a correlation of "
            f"{figure(masks.agreement, 2)} with it (median) and {masks.inverted:,} one of "
            f"{figure(masks.inverted_agreement, 2)}: they mark what is background in the others. "
            f"The first are those of pictures {rows}."
        ),
        where=Where(call="fit", argument="y"),
        measured={"masks of the other sign": masks.inverted},
        expected={"masks of the other sign": 0},
        facts=masks,
    )


@masks_inverted_in_part.treatment("Turn these masks round", effect="advice")
def turn_them(finding: Finding, _cell: Cell) -> str:
    """Give all masks the same meaning before they are stacked."""
    rows = ", ".join(f"{row:,}" for row in facts_of(finding, InvertedMasks).first)
    return (
        f"Look at the masks {rows} beside a few others, decide what 1 means, and turn the rest "
        "(`1 - mask`) where the files are read: by who made them, or by the value at the corners "
        "where the object never reaches these."
    )
