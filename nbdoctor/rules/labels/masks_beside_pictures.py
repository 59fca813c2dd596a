"""Masks that do not lie where the edges of their pictures are."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.rows import rows_of_fit, with_numpy
from nbdoctor.readings.mask_offset import MIRRORS, MaskOffset
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, facts_of, rule


@rule(
    family="labels",
    severity="warning",
    kind="strong",
    holds="The borders of the masks agree best with the pictures where they are",
    explains=("below-simple-models", "baseline-not-beaten", "overfit-to-training"),
)
def masks_beside_pictures(
    offset: MaskOffset, /, *, part: float = 0.75, least: float = 0.08, errors: float = 5
) -> Iterator[Finding]:
    """The masks lie beside what they mark, or the other way round.

    ## What it means
    A crop, a padding or a resize that pictures and masks did not share moves one against the other;
    a flip that one of them did not get turns it round. A network learns the step as well as it can,
    and marks every new picture beside the object.

    ## How it is measured
    Of up to 120 pictures and their masks the edges are taken: where a pixel differs from the next
    one, and where the class does. The masks are moved by up to six pixels (of pictures thinned to
    64), and mirrored. Half of the pictures choose the place where both agree best, the others judge
    it. The finding requires a place two pixels away or more, or a mirrored one, an agreement there
    of at least `least` (0.08, a correlation), at most `part` (0.75) of it where the masks are, and
    a difference of `errors` (5) standard errors. Objects that look the same both ways round agree
    alike, and are silent.

    ## Example
    ```python
    pictures = pad(pictures, 8)[:, :128, :128]     # the masks were not padded
    model.fit(pictures, masks)
    ```

    ## What the treatment does
    It moves or mirrors the masks back before `fit`, where they are arrays of the cell. It is better
    done where only one of both was changed.

    ## When to ignore it
    When the mask is of another moment than the picture, as in a forecast of where things will be.

    ## References
    None: both places are measured alike.
    """
    away = max(abs(offset.down), abs(offset.right)) > 1 or bool(offset.mirrored)
    clear = offset.best >= least and offset.as_given <= part * offset.best
    if away and clear and offset.errors >= errors:
        yield _finding(offset)


def _finding(offset: MaskOffset) -> Finding:
    if offset.mirrored:
        title = f"The masks fit the pictures with {offset.mirrored} exchanged"
        place = f"with {offset.mirrored} exchanged"
    else:
        place = " and ".join(
            f"{abs(many)} pixels {way[0] if many > 0 else way[1]}"
            for many, way in ((-offset.down, ("lower", "higher")), (-offset.right, RIGHT))
            if many
        )
        title = f"The masks fit the pictures best {place}"
    return Finding(
        title=title,
        says=(
            f"On {offset.pictures:,} pictures that did not choose the place, borders of the masks "
            f"and edges of the pictures have a correlation of {figure(offset.as_given, 2)} as they "
            f"are, and of {figure(offset.best, 2)} with the masks {place}."
        ),
        where=Where(call="fit", argument="y"),
        measured={"agreement of edges": offset.as_given},
        expected={"agreement of edges": f"about {figure(offset.best, 2)}"},
        facts=offset,
    )


RIGHT = ("to the right", "to the left")


@masks_beside_pictures.treatment("Treat pictures and masks alike", effect="training")
def treat_both_alike(finding: Finding, cell: Cell) -> Cell | str:
    """The masks are put back where they fit; find the crop, padding or flip that only one got."""
    offset = facts_of(finding, MaskOffset)
    try:
        lines = "\n".join(
            f"{masks} = {_put_back(masks, offset)}"
            for masks in rows_of_fit(cell, inputs=False).targets
        )
        return cell.with_lines_before("fit", with_numpy(cell, lines))
    except CannotEditError:
        return (
            "Draw a few pictures with their masks on top. Give both the same crop, padding, resize "
            "and flip; random ones need the same draw for both."
        )


def _put_back(masks: str, offset: MaskOffset) -> str:
    mirror = {"": "", MIRRORS[1]: "[:, :, ::-1]", MIRRORS[2]: "[:, ::-1]"}[offset.mirrored]
    if not (offset.down or offset.right):
        return f"{masks}{mirror}"
    return f"np.roll({masks}{mirror}, ({-offset.down}, {-offset.right}), axis=(1, 2))"
