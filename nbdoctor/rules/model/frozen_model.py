"""A model without trainable weights."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.expression import with_expression
from nbdoctor.cell.edits.steps import first_step_of, with_lines_above
from nbdoctor.cell.syntax import unparsed
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.sharing import Sharing
from nbdoctor.readings.source import Source
from nbdoctor.readings.trainability import Trainability
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    """The model whose step it was frozen for, "" without one."""

    joint: str


@rule(
    family="model",
    severity="critical",
    kind="proof",
    holds="The model has trainable weights",
    explains=(
        "weights-stand-still",
        "baseline-not-beaten",
        "constant-predictions",
        "fails-to-memorise",
        "majority-class-only",
    ),
    parts=("trainable",),
)
def frozen_model(
    layers: Layers,
    trainability: Trainability,
    source: Source | None,
    sharing: Sharing | None,
    /,
) -> Iterator[Finding]:
    """A model whose weights are all frozen.

    ## What it means
    `trainable = False` on a model freezes all its layers, and on a layer all its sublayers. If
    nothing is left to train, each step of `fit` computes a loss and changes no weight: the loss is
    the same in every epoch, apart from the order of the batches.

    ## How it is measured
    The model is built and has weights, and none of them is trainable. Weights that were frozen
    after an earlier `fit`, without `compile`, are still trained: that is `stale-freeze`. If the
    model is a part of another one, such as the critic of a joint model, the finding says so: it was
    frozen for the step of that model, and is frozen in its own step, too.

    ## Example
    ```python
    base = keras.applications.MobileNetV2(weights=None, include_top=False, pooling="avg")
    model = keras.Sequential([base, keras.layers.Dense(5, activation="softmax")])
    for layer in model.layers:
        layer.trainable = False
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    If the whole model was frozen, it makes the model trainable. If a loop freezes all layers, it
    leaves the last layer out of that loop. Otherwise it names the lines that freeze layers. A
    change of `trainable` takes effect at the next `compile`. A critic is set free before its own
    step and frozen again before that of the joint model.

    ## When to ignore it
    When `fit` is called only to compute losses; `evaluate` does this more clearly.

    ## References
    Keras documentation, "Transfer learning and fine-tuning", section on `trainable`.
    """
    if layers.total == 0 or not layers.built:
        message = "the model is not built yet, so that not all of its weights are known"
        raise DoesNotApplyError(message)
    if layers.trainable == 0 and not trainability.frozen_since:
        yield _finding(layers, source, sharing)


def _finding(layers: Layers, source: Source | None, sharing: Sharing | None) -> Finding:
    name = (sharing.name if sharing is not None else "") or (source.model_name if source else "")
    joint = sharing.part_of[0] if sharing is not None and sharing.part_of else ""
    what = f"None of the {layers.total:,} weights of `{name or layers.model}` is trainable"
    if joint:
        says = (
            f"{what}, so its own training steps do not change it. `{name or layers.model}` is a "
            f"part of `{joint}`: frozen for the step of `{joint}`, it is frozen in its own step, "
            "too, because Keras reads `trainable` when each model makes its first step."
        )
        title = f"`{name or layers.model}` is frozen in its own training step"
    else:
        says = f"{what}, so training does not change the predictions."
        title = "Every weight of the model is frozen"
    return Finding(
        title=title,
        says=says,
        where=Where(variable=name),
        measured={"trainable weights": 0},
        expected={"trainable weights": "at least 1"},
        facts=_Facts(joint=joint),
    )


@frozen_model.treatment("Unfreeze the last layer", effect="judgement")
def unfreeze_the_last_layer(finding: Finding, cell: Cell) -> Cell | str | None:
    """Make the model trainable, or its last layer where a loop freezes all layers."""
    if facts_of(finding, _Facts).joint:
        return None
    freezing = list(_freezing(cell))
    loops = [loop for loop in _loops(cell) if unparsed(loop.iter) == _layers_of(finding)]
    if len(loops) == len(freezing) == 1:
        return _without_last(cell, loops[0].iter)
    whole = [node for node in ast.walk(cell.tree) if _freezes(node, finding.where.variable)]
    if len(whole) == len(freezing) == 1:
        return with_expression(cell, whole[0].value, "True")
    if freezing:
        lines = " and ".join(str(line) for line in freezing)
        place = f"line {lines} freezes" if len(freezing) == 1 else f"lines {lines} freeze"
        return (
            f"Choose which layers to train: {place} layers. Set `trainable = True` on these "
            "layers, usually the last ones, before `compile`."
        )
    return "Set `trainable = True` on the layers to train, and then call `compile` again."


@frozen_model.treatment("Unfreeze it for its own step only", effect="training")
def toggle_between_the_steps(finding: Finding, cell: Cell) -> Cell | str | None:
    """Set `trainable` to True before its own step, and to False before that of the joint model."""
    joint, model = facts_of(finding, _Facts).joint, finding.where.variable
    if not joint:
        return None
    own, other = first_step_of(cell, model), first_step_of(cell, joint)
    if own is None or other is None or own == other:
        name = model or "this model"
        return (
            f"Put `{name}.trainable = True` before the step of `{name}` and `{name}.trainable = "
            f"False` before that of `{joint}`. Keras reads the flag when each of the two makes its "
            "first step."
        )
    return with_lines_above(
        cell, {own: f"{model}.trainable = True", other: f"{model}.trainable = False"}
    )


def _layers_of(finding: Finding) -> str:
    return f"{finding.where.variable}.layers"


def _is_freezing(node: ast.AST) -> bool:
    """Whether this is `something.trainable = False`."""
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is False
        and all(isinstance(t, ast.Attribute) and t.attr == "trainable" for t in node.targets)
    )


def _freezes(node: ast.AST, model: str) -> TypeGuard[ast.Assign]:
    """Whether this is `model.trainable = False` for this model."""
    return _is_freezing(node) and any(
        isinstance(target, ast.Attribute) and unparsed(target.value) == model
        for target in getattr(node, "targets", ())
    )


def _freezing(cell: Cell) -> Iterator[int]:
    found = [node.lineno for node in ast.walk(cell.tree) if _is_freezing(node)]  # type: ignore[attr-defined]
    return iter(sorted(found))


def _loops(cell: Cell) -> Iterator[ast.For]:
    """Yield the loops that only freeze the layers that they iterate over."""
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.For) and len(node.body) == 1 and _is_freezing(node.body[0]):
            yield node


def _without_last(cell: Cell, iterated: ast.expr) -> Cell:
    """Return the cell with `model.layers[:-1]` in place of `model.layers`."""
    lines = cell.source.split("\n")
    row, end = iterated.lineno - 1, iterated.end_col_offset or 0
    line = lines[row].encode()
    lines[row] = (line[:end] + b"[:-1]" + line[end:]).decode()
    return Cell("\n".join(lines))
