"""A model that has no weight to train."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.expression import with_expression
from nbdoctor.probes.layers import Layers
from nbdoctor.probes.source import Source
from nbdoctor.probes.trainability import Trainability
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="model",
    severity="critical",
    kind="proof",
    holds="The model has weights that are trained",
    explains=(
        "weights-stand-still",
        "baseline-not-beaten",
        "constant-predictions",
        "fails-to-memorise",
        "majority-class-only",
    ),
)
def frozen_model(
    layers: Layers, trainability: Trainability, source: Source | None, /
) -> Iterator[Finding]:
    """A model whose weights are all frozen.

    ## What it means
    `trainable = False` on a model freezes every layer in it, on a layer all that it holds. When
    nothing is left to train, each step of `fit` computes a loss and changes no weight: the loss
    stays the same to the last digit in every epoch, apart from the order of the batches.

    ## How it is measured
    The model has weights, and none of them is trainable. Weights that were frozen after an
    earlier `fit`, without `compile`, are still trained: that is `stale-freeze`.

    ## Example
    ```python
    base = keras.applications.MobileNetV2(weights=None, include_top=False, pooling="avg")
    model = keras.Sequential([base, keras.layers.Dense(5, activation="softmax")])
    for layer in model.layers:
        layer.trainable = False
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    It sets a model free that was frozen as a whole, leaves the last layer out of the loop that
    freezes, or names the lines that freeze. A change of `trainable` takes effect at the next
    `compile`.

    ## When to ignore it
    When `fit` is called only to compute losses; `evaluate` says so more plainly.

    ## References
    Keras documentation, "Transfer learning and fine-tuning", section on `trainable`.
    """
    if layers.total == 0:
        message = "the model has no weights yet"
        raise DoesNotApplyError(message)
    if layers.trainable == 0 and not trainability.frozen_since:
        name = source.model_name if source is not None else ""
        yield Finding(
            title="Every weight of the model is frozen",
            says=f"None of the {layers.total:,} weights of `{name or layers.model}` is trainable, "
            "so training changes nothing: the predictions stay what they are now.",
            where=Where(variable=name),
            measured={"trainable weights": 0, "weights": layers.total},
            expected={"trainable weights": "1 or more"},
        )


@frozen_model.treatment("Let the last layer be trained", effect="judgement")
def let_the_last_layer_be_trained(finding: Finding, cell: Cell) -> Cell | str:
    """Let the whole model be trained, or its last layer where a loop freezes them all."""
    freezing = list(_freezing(cell))
    loops = [loop for loop in _loops(cell) if ast.unparse(loop.iter) == _layers_of(finding)]
    if len(loops) == len(freezing) == 1:
        return _without_last(cell, loops[0].iter)
    whole = [node for node in ast.walk(_tree(cell)) if _freezes(node, finding.where.variable)]
    if len(whole) == len(freezing) == 1:
        return with_expression(cell, whole[0].value, "True")
    if freezing:
        lines = " and ".join(str(line) for line in freezing)
        place = f"line {lines} freezes" if len(freezing) == 1 else f"lines {lines} freeze"
        return (
            f"Decide what should learn: {place} layers. Set `trainable = True` on the layers that "
            "are to be trained, usually the last, before `compile`."
        )
    return "Set `trainable = True` on the layers that are to be trained, and then `compile` again."


def _layers_of(finding: Finding) -> str:
    return f"{finding.where.variable}.layers"


def _tree(cell: Cell) -> ast.Module:
    try:
        return ast.parse(cell.python)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _is_freezing(node: ast.AST) -> bool:
    """Whether this is `something.trainable = False`."""
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is False
        and all(isinstance(t, ast.Attribute) and t.attr == "trainable" for t in node.targets)
    )


def _freezes(node: ast.AST, model: str) -> TypeGuard[ast.Assign]:
    """Whether this is `model.trainable = False`, of the model itself."""
    return _is_freezing(node) and any(
        isinstance(target, ast.Attribute) and ast.unparse(target.value) == model
        for target in getattr(node, "targets", ())
    )


def _freezing(cell: Cell) -> Iterator[int]:
    found = [node.lineno for node in ast.walk(_tree(cell)) if _is_freezing(node)]  # type: ignore[attr-defined]
    return iter(sorted(found))


def _loops(cell: Cell) -> Iterator[ast.For]:
    """Loops that do nothing but freeze what they go through."""
    for node in ast.walk(_tree(cell)):
        if isinstance(node, ast.For) and len(node.body) == 1 and _is_freezing(node.body[0]):
            yield node


def _without_last(cell: Cell, iterated: ast.expr) -> Cell:
    """`model.layers[:-1]` for `model.layers`."""
    lines = cell.source.split("\n")
    row, end = iterated.lineno - 1, iterated.end_col_offset or 0
    line = lines[row].encode()
    lines[row] = (line[:end] + b"[:-1]" + line[end:]).decode()
    return Cell("\n".join(lines))
