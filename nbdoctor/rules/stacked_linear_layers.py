"""Layers with nothing between them that could bend a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.objective import ACTIVATION_POSITION
from nbdoctor.probes.wiring import WEIGHTED, Step, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

BETWEEN = frozenset({"Dropout", "Flatten", "Identity"})
"""What leaves a linear map linear. A reshape or a permutation makes it one of another kind."""

LINEAR = WEIGHTED | BETWEEN | {"Rescaling", "Normalization", "Reshape", "Activation"}


@rule(
    family="model",
    severity="warning",
    kind="proof",
    holds="No two layers in a row collapse into one linear layer",
    explains=("fails-to-memorise", "baseline-not-beaten"),
)
def stacked_linear_layers(wiring: Wiring, /) -> Iterator[Finding]:
    """Layers in a row without an activation between them.

    ## What it means
    A layer without an activation is a linear map, and linear maps in a row are one linear map:
    the layers together can express nothing that the last one could not express alone. Keras's
    `Dense` and `Conv` layers have no activation unless one is given.

    ## How it is measured
    It follows from the graph: a dense or convolution layer whose `activation` is linear hands its
    result to one other such layer, with nothing but dropout or a flatten between. When the whole
    model up to its output is linear it is a warning (0.854 against 0.939 of a bent model on a
    curved problem); when other layers of the model bend, it is a note. A layer that is narrower
    than both its neighbours is a factorisation and is not reported, and neither are convolutions
    of one pixel or one row.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32),
        keras.layers.Dense(32),
        keras.layers.Dense(3, activation="softmax"),
    ])
    ```

    ## What the treatment does
    The inner layers get `relu`. On a problem that is linear itself this changes little (0.998
    against 1.0).

    ## When to ignore it
    When a linear model is wanted, or the values of the inner layer are used for themselves.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", MIT Press 2016, section 6.1. Accuracies
    measured with Keras 3.15, 512 rows of 10 features.
    """
    if not any(step.kind in WEIGHTED for step in wiring.steps):
        message = "the model has no dense or convolution layer"
        raise DoesNotApplyError(message)
    inner: set[str] = set()
    for step in wiring.steps:
        run = [] if step.name in inner else _run(wiring, step)
        if len(run) > 1:
            inner |= {one.name for one in run[:-1]}
            yield _finding(run, whole=_is_linear(wiring))


def _run(wiring: Wiring, step: Step) -> list[Step]:
    """The layers from `step` on that are one linear map together; the last may bend."""
    run = [step]
    while (following := _partner(wiring, run[-1])) is not None:
        run.append(following)
    return run


def _partner(wiring: Wiring, step: Step) -> Step | None:
    """The only layer that receives the linear result of `step` and could do its work, too."""
    if step.kind not in WEIGHTED or step.activation != "linear" or step.is_output:
        return None
    users = list(wiring.users(step, BETWEEN))
    if len(users) != 1 or users[0].kind not in WEIGHTED or len(users[0].takes) > 1:
        return None
    shared = step.calls > 1 or users[0].calls > 1
    return None if shared or _factorises(step, users[0]) else users[0]


def _factorises(step: Step, user: Step) -> bool:
    """Whether the two stand for something that one layer would need more weights for."""
    if step.kernel or user.kernel:
        return 1 in (*step.kernel, *user.kernel)
    widths = (step.width_in, step.width, user.width)
    if None in widths:
        return True
    before, own, after = (width or 0 for width in widths)
    return own < min(before, after)


def _is_linear(wiring: Wiring) -> bool:
    """Whether nothing in the model bends but its outputs."""
    return all(
        step.is_output or (step.kind in LINEAR and step.activation in ("", "linear"))
        for step in wiring.steps
    )


def _finding(run: Sequence[Step], *, whole: bool) -> Finding:
    first, last, pair = run[0].name, run[-1].name, len(run) == 2  # noqa: PLR2004
    what = f"`{first}` and `{last}`" if pair else f"the {len(run)} layers `{first}` to `{last}`"
    inner = ", ".join(str(step.line) for step in run[:-1] if step.line)
    complete = all(step.line and step.kind in ACTIVATION_POSITION for step in run[:-1])
    model = "The model as a whole is linear: it" if whole else "This part of the model"
    return Finding(
        title=f"{len(run)} layers in a row are one linear layer",
        says=f"No activation stands between {what}, so together they can express no more than "
        f"`{last}` alone. {model} cannot learn a curve or a condition.",
        severity="warning" if whole else "note",
        where=Where(layer=first, call=run[0].kind, line=run[0].line),
        measured={
            "linear layers in a row": len(run),
            "lines": inner if complete else "",
        },
        expected={"linear layers in a row": 1},
    )


@stacked_linear_layers.treatment("Bend the inner layers", effect="model")
def bend_the_inner_layers(finding: Finding, cell: Cell) -> Cell | str:
    """Give each layer of the row but the last `activation="relu"`."""
    lines = str(finding.measured["lines"])
    if not lines:
        return (
            f'Build `{finding.where.layer}` with `activation="relu"`, and so each layer after it '
            "that has no activation, except the output."
        )
    for line in (int(text) for text in lines.split(", ")):
        kinds = [call.name for call in cell.calls if call.line == line and call.name in WEIGHTED]
        if len(kinds) != 1:
            message = f"Line {line} makes {len(kinds)} layers; one is needed to edit it."
            raise CannotEditError(message)
        place = ACTIVATION_POSITION[kinds[0]]
        cell = cell.with_argument(kinds[0], "activation", '"relu"', position=place, line=line)
    return cell
