"""Pictures that are moved at random while their labels stay."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.mask_offset import MaskOffset, Turned
from nbdoctor.readings.redrawn import RandomChanges
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

MOVING = frozenset(
    {"RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", "RandomShear"}
    | {"RandomPerspective", "RandomElasticTransform"}
)
"""Layers of Keras that move the content of pictures, and of nothing else, when a model holds them.
`RandomCrop` changes the shape, too, so that Keras itself would complain."""

PLACES = 2
"""Axes of the labels of one row from which on there is a label for each place."""


@rule(
    family="pipeline",
    severity="critical",
    kind="proof",
    holds="Labels for each place move with their pictures",
    explains=(
        "signal-not-found",
        "baseline-not-beaten",
        "overfit-to-training",
        "too-few-steps",
        "majority-class-only",
        "constant-predictions",
    ),
)
def augmented_without_labels(  # noqa: PLR0913  (five readings, three thresholds)
    changes: RandomChanges | None,
    layers: Layers | None = None,
    labels: Labels | None = None,
    inputs: Inputs | None = None,
    offset: MaskOffset | None = None,
    /,
    *,
    few_clear: float = 20,
    mixed: float = 0.25,
    alike: float = 0.75,
) -> Iterator[Finding]:
    """Pictures that are moved at random while their labels stay.

    ## What it means
    A mask has a label for each place of its picture. If the picture is flipped, rotated or shifted
    at random and the mask is not, the labels name other places than they belong to, and the model
    learns a blur.

    ## How it is measured
    A random `map` of the training dataset is applied to 8 elements 6 times each, by the trace that
    the dataset holds, on copies of what it keeps. A picture has moved if two draws hold the same
    values at different places (the correlation of means of 2 by 2 pixels is below 0.9; brightness,
    contrast and noise leave it higher). The finding requires pictures that moved and labels of
    the same height and width that never did. Layers such as `RandomFlip` inside of the model are
    reported if the labels are as wide and as high as the pictures.

    Of a generator or a `PyDataset` nothing is drawn a second time. Where three quarters of the
    labels of its batches are exactly those of one row in memory, and would be no row's mirrored or
    rotated, they tell which picture is theirs, and that one is compared. Where the rows are not in
    memory, edges of pictures and masks are: does a picture agree better with its mask as it is or
    mirrored, by a correlation of 0.15 or more? That is a warning where `few_clear` (20) of up to
    120 pictures tell, twice as many as tell with the mask of another picture, where between `mixed`
    (0.25) and three quarters of them fit mirrored, and these at least `alike` (0.75) times as well
    as the others as they are. Of 95 sets of squares of photographs and their bright or dark places
    none was found as it was, nor with the masks of other squares, and 81 were with half of the
    squares flipped.

    ## Example
    ```python
    def augment(image, mask):
        return tf.image.random_flip_left_right(image), mask

    model.fit(data.map(augment).batch(8), epochs=20)
    ```

    ## What the treatment does
    It shows how to change both with the same random numbers.

    ## When to ignore it
    When the labels do not depend on the place.

    ## References
    TensorFlow tutorial, "Image segmentation".
    """
    turned = offset.turned if offset is not None else None
    if changes is None and offset is None and (layers is None or labels is None or inputs is None):
        message = "no random step changes pictures that have labels for each place"
        raise DoesNotApplyError(message)
    if changes is not None and changes.moved and not changes.labels_moved:
        yield _of_batches(changes) if changes.array else _of_stage(changes)
        return
    if layers is not None and labels is not None and inputs is not None:
        moving = [one for one in layers.layers if one.kind in MOVING]
        if moving and _has_places(labels, inputs):
            yield _of_layer(moving[0].name, moving[0].kind)
            return
    if turned is None or turned.clear < max(few_clear, 2 * turned.by_chance):
        return
    in_part = mixed * turned.clear <= turned.turned <= (1 - mixed) * turned.clear
    if in_part and turned.agreement >= alike * turned.straight_agreement:
        yield _of_edges(turned)


def _has_places(labels: Labels, inputs: Inputs) -> bool:
    """Whether there is a label for each place of the pictures."""
    shape, target = inputs.tensors[0].shape if inputs.tensors else (), labels.targets[0].shape
    return len(shape) == PLACES + 1 and len(target) >= PLACES and target[:2] == shape[:2]


def _of_stage(changes: RandomChanges) -> Finding:
    by = f"`{changes.function}`" if changes.function.isidentifier() else "A random `map`"
    line = f" on line {changes.line}" if changes.line else ""
    return Finding(
        title="Pictures are moved at random, their labels are not",
        says=f"{by}{line} was applied several times to {changes.pictures} pictures: the content of "
        f"{changes.moved} was at other places each time, and the labels of all of them stayed "
        "where they were.",
        where=Where(call="map", line=changes.line),
        measured={"pictures that moved": changes.moved, "of these, labels that moved": 0},
        expected={"pictures that moved": "any", "of these, labels that moved": changes.moved},
    )


def _of_batches(changes: RandomChanges) -> Finding:
    return Finding(
        title="Pictures are moved at random, their labels are not",
        says=f"The labels of {changes.pictures} pictures in the first batches are rows of "
        f"`{changes.array}` as they lie in memory. The content of {changes.moved} of these "
        "pictures is at other places than there.",
        where=Where(call="fit", argument="x"),
        measured={"pictures that moved": changes.moved, "of these, labels that moved": 0},
        expected={"pictures that moved": "any", "of these, labels that moved": changes.moved},
    )


def _of_layer(name: str, kind: str) -> Finding:
    return Finding(
        title="Pictures are moved at random, their labels are not",
        says=f"`{name}` ({kind}) moves the pictures inside of the model, while the labels, one for "
        "each place, stay where they are.",
        where=Where(layer=name),
        measured={"random layers that move pictures only": 1},
        expected={"random layers that move pictures only": 0},
    )


def _of_edges(turned: Turned) -> Finding:
    return Finding(
        title=f"A part of the pictures has {turned.mirrored} exchanged, and their masks have not",
        says=f"Of {turned.clear} pictures that tell which way round their mask is, {turned.turned} "
        f"fit it with {turned.mirrored} exchanged, with a correlation of edges of "
        f"{figure(turned.agreement, 2)}. The others fit it as it is, with "
        f"{figure(turned.straight_agreement, 2)}.",
        where=Where(call="fit", argument="x"),
        measured={"pictures that fit their mask mirrored": turned.turned},
        expected={"pictures that fit their mask mirrored": "hardly any"},
        severity="warning",
        kind="strong",
    )


@augmented_without_labels.treatment("Change both with the same random numbers", effect="advice")
def change_both(_finding: Finding, _cell: Cell) -> str:
    """Move pictures and labels together."""
    return (
        "Join both before the change and part them afterwards: "
        "`both = tf.concat([image, mask], axis=-1)`, then flip `both`. Or give two layers of one "
        "kind the same seed and call one on the pictures and one on the masks, in a `map`."
    )
