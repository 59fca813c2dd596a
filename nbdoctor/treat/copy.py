"""A copy of the model of a cell and of its rows, made by running again what builds it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.capture.cell import Cell
from nbdoctor.capture.names import names_loaded, names_stored
from nbdoctor.treat.allowed import check
from nbdoctor.treat.foreign import copied
from nbdoctor.treat.plan import Plan, plan_of
from nbdoctor.treat.rows import Sample, sample_of, tensors
from nbdoctor.treat.untried import UntriedError, refuse

ARGUMENTS = ("x", "y", "batch_size", "epochs")
"""Names of the first arguments of `fit`, where they are given without."""

READ = frozenset(
    [
        "x",
        "y",
        "sample_weight",
        "class_weight",
        "batch_size",
        "epochs",
        "validation_split",
        "shuffle",
        "steps_per_epoch",
    ]
)
"""Arguments of `fit` that a copy is trained with."""

DATA = ("x", "y", "sample_weight")
USUAL_BATCH = 32


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is known of a `fit`, to make copies of its model.

    Attributes
    ----------
    cell : Cell
    namespace : mapping of str
        The variables when training was about to begin.
    number : int
        Which `fit` of the cell, from 0.
    arguments : mapping of str or None
        As `fit` received them; None where the cell stopped before.
    batches : sequence
        The first ones, for data that is not in memory.
    model : keras.Model or None
        The user's own.
    before : mapping of int to mapping of str
        What the data was before lines of the cell that change it (`capture.changes`).
    """

    cell: Cell
    namespace: Mapping[str, Any]
    number: int = 0
    arguments: Mapping[str, Any] | None = None
    batches: Sequence[Any] = ()
    model: Any = None
    before: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A copy, compiled, with the rows it is trained on and judged by.

    Attributes
    ----------
    model : keras.Model
    data : tuple
        All rows as `fit` would hand them to a step.
    x, y : Any
        The same as the user's code has them.
    labels : array or None
        The labels of all rows, before any loss or class weight sees them.
    arguments : mapping of str
        Of `fit`.
    """

    model: Any
    data: Any
    x: Any
    y: Any
    labels: Any
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def batch_size(self) -> int:
        """Rows of a step."""
        return int(self.arguments.get("batch_size") or USUAL_BATCH)


class Workshop:
    """Makes copies of one model, untreated or after a patched cell."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.plain = self._plan(case.cell)
        self.sample: Sample | None = None
        self._rows: tuple[Any, Any] | None = None

    def maker(self, cell: Cell) -> Maker:
        """What makes copies after `cell`."""
        plan = self.plain if cell.source == self.case.cell.source else self._plan(cell)
        return Maker(self, plan)

    def _plan(self, cell: Cell) -> Plan:
        case = self.case
        return plan_of(cell, case.cell, case.namespace, case.number, case.before)


class Maker:
    """Makes copies after one plan."""

    def __init__(self, workshop: Workshop, plan: Plan) -> None:
        self.shop, self.plan = workshop, plan
        self.code = [
            compile(ast.Module(body=[one], type_ignores=[]), "<copy>", "exec")
            for one in plan.statements
        ]
        given, plain = _written(plan.fit), _written(workshop.plain.fit)
        self.differs = {name for name in READ if _text(given.get(name)) != _text(plain.get(name))}
        self.given = given
        check([given[name] for name in self.differs if name in given], self.case.namespace)
        made = {name for at in plan.on_rows for name in names_stored(plan.statements[at])}
        used = {name for part in DATA if part in given for name in names_loaded(given[part])}
        made |= plan.restored.keys()
        self.changes_data = bool(made & used) or bool(self.differs & {"x", "y", "sample_weight"})
        if self.changes_data or self.case.arguments is None:
            check([given[part] for part in DATA if part in given], self.case.namespace)

    def differs_from(self, other: Maker) -> set[str]:
        """Arguments of `fit` that are not the same; "" where model or data are made otherwise."""
        statements = [[ast.dump(one) for one in of.plan.statements] for of in (self, other)]
        names = {
            name for name in READ if _text(self.given.get(name)) != _text(other.given.get(name))
        }
        restored = [{n: id(v) for n, v in of.plan.restored.items()} for of in (self, other)]
        alike = statements[0] == statements[1] and restored[0] == restored[1]
        return names if alike else {"", *names}

    @property
    def restores_labels(self) -> bool:
        """Whether a line is left out that has changed the labels."""
        labels = names_loaded(self.given["y"]) if "y" in self.given else set()
        return bool(labels & self.plan.restored.keys())

    @property
    def epochs(self) -> int:
        """Of `fit`, as far as the text or the call says."""
        written = self.given.get("epochs")
        if "epochs" in self.differs and isinstance(written, ast.Constant):
            return int(str(written.value))
        given = (self.case.arguments or {}).get("epochs")
        if given is None and isinstance(written, ast.Constant):
            given = written.value
        return int(str(given or 1))

    @property
    def case(self) -> Case:
        """What is copied."""
        return self.shop.case

    def make(self) -> Made:
        """Build the model anew, with whatever random state there is.

        Raises
        ------
        UntriedError
            The rows or a part from another cell cannot be copied.
        Exception
            Whatever the user's code raises.
        """
        names, done = self._run()
        model = names[self.plan.model]
        x, y, arguments = self._data(names, done)
        return Made(
            model=model,
            data=self._tensors(x, y, arguments),
            x=x,
            y=y,
            labels=_labels(y),
            arguments=arguments,
        )

    def build(self) -> Any:
        """The model alone, with whatever random state there is."""
        return self._run()[0][self.plan.model]

    def _run(self) -> tuple[dict[str, Any], set[str]]:
        """Run the statements of the plan: all names after it, and those that hold rows."""
        names: dict[str, Any] = {"__builtins__": builtins, **self.case.namespace}
        names["__name__"] = "__main__"
        names |= {name: value.copy() for name, value in self.plan.restored.items()}
        for name in self.plan.copied:
            names[name] = copied(names[name], name)
        done: set[str] = set()
        for position, code in enumerate(self.code):
            if position in self.plan.on_rows:
                statement = self.plan.statements[position]
                self._on_rows(code, names, names_loaded(statement) - done, names_stored(statement))
                done |= names_stored(statement)
            else:
                exec(code, names)  # noqa: S102  (checked: it builds, and does nothing else)
        self._require_compiled(names[self.plan.model])
        return names, done

    def _on_rows(self, code: Any, names: dict[str, Any], used: set[str], made: set[str]) -> None:
        """Run a statement that works on the data, on the captured rows alone."""
        sample = self._sample(names)
        whole = {name: names[name] for name in used if name in names and sample.fits(names[name])}
        names.update({name: sample.of(value) for name, value in whole.items()})
        exec(code, names)  # noqa: S102  (checked: it computes, and does nothing else)
        names.update({name: value for name, value in whole.items() if name not in made})

    def _sample(self, names: Mapping[str, Any]) -> Sample:
        if self.shop.sample is None:
            x = self._given("x", names)
            self.shop.sample = sample_of(x)
        return self.shop.sample

    def _given(self, name: str, names: Mapping[str, Any]) -> Any:
        """An argument of the untreated `fit`."""
        if self.case.arguments is not None:
            return self.case.arguments.get(name)
        written = _written(self.shop.plain.fit).get(name)
        return None if written is None else _evaluated(written, names)

    def _data(self, names: Mapping[str, Any], done: set[str]) -> tuple[Any, Any, dict[str, Any]]:
        arguments = dict(self.case.arguments or {})
        if self.case.arguments is None:
            arguments = {
                name: _evaluated(self.given[name], names)
                for name in READ - {"x", "y", "sample_weight"}
                if name in self.given and _is_simple(self.given[name], self.case.namespace)
            }
        for name in self.differs - set(DATA):
            if name in self.given:
                arguments[name] = _evaluated(self.given[name], names)
        if not self.changes_data:
            return *self._captured(names), arguments
        if self._in_batches(names):
            refuse("the data comes in batches, and the treatment changes it")
        sample = self._sample(names)
        loaded = {
            name for part in DATA if part in self.given for name in names_loaded(self.given[part])
        }
        rows = {name: sample.of(names[name]) for name in loaded - done if name in names}
        here = {**names, **rows}
        x, y = (_evaluated(self.given[part], here) for part in ("x", "y"))
        if "sample_weight" in self.given:
            arguments["sample_weight"] = _evaluated(self.given["sample_weight"], here)
        return x, y, arguments

    def _captured(self, names: Mapping[str, Any]) -> tuple[Any, Any]:
        """The rows that the untreated model is trained on."""
        import keras

        if self._in_batches(names):
            if self.shop._rows is None:  # noqa: SLF001
                joined = backend.training().joined(list(self.case.batches))
                self.shop._rows = keras.utils.unpack_x_y_sample_weight(joined)[:2]  # noqa: SLF001
            return self.shop._rows  # noqa: SLF001
        sample = self._sample(names)

        def rows(value: Any) -> Any:
            return value if value is None else _each(sample, value)

        return rows(self._given("x", names)), rows(self._given("y", names))

    def _in_batches(self, names: Mapping[str, Any]) -> bool:
        if not self.case.batches:
            return False
        try:
            self._sample(names)
        except UntriedError:
            return True
        return False

    def _tensors(self, x: Any, y: Any, arguments: dict[str, Any]) -> Any:
        if self.case.batches and self.shop._rows is not None and not self.changes_data:  # noqa: SLF001
            return backend.training().joined(list(self.case.batches))
        weights = arguments.get("sample_weight")
        if weights is not None and self.shop.sample is not None and not self.changes_data:
            weights = self.shop.sample.of(weights)
        rows = _count(x)
        return tensors(x, y, weights, arguments.get("class_weight"), rows)

    def _require_compiled(self, model: Any) -> None:
        import keras

        if not isinstance(model, keras.Model):
            refuse(f"`{self.plan.model}` is no Keras model when it is built again")
        if not model.compiled:
            refuse(f"the cell does not compile `{self.plan.model}`")


def _each(sample: Sample, value: Any) -> Any:
    """The rows of every leaf of a structure."""
    import keras

    if isinstance(value, (list, tuple)) and not any(hasattr(one, "shape") for one in value):
        return sample.of(value)
    return keras.tree.map_structure(sample.of, value)


def _count(x: Any) -> int:
    import keras

    return int(keras.tree.flatten(x)[0].shape[0]) if not isinstance(x, list) else len(x)


def _labels(y: Any) -> Any:
    """Labels of one output as an array, None where there are none or several outputs."""
    import keras

    if y is None:
        return None
    leaves = [y] if not isinstance(y, (dict, list, tuple)) else keras.tree.flatten(y)
    if len(leaves) != 1:
        return None
    leaf = leaves[0]
    if hasattr(leaf, "to_numpy"):
        return leaf.to_numpy()
    return np.asarray(leaf)


def _written(fit: ast.Call) -> dict[str, ast.expr]:
    """The arguments of `fit` as they are written, by name."""
    named = {word.arg: word.value for word in fit.keywords if word.arg}
    return {**dict(zip(ARGUMENTS, fit.args, strict=False)), **named}


def _text(node: ast.expr | None) -> str:
    return "" if node is None else ast.dump(node)


def _evaluated(node: ast.expr, names: Mapping[str, Any]) -> Any:
    code = compile(ast.Expression(body=node), "<copy>", "eval")
    return eval(code, {**names})  # noqa: S307  (checked: it computes, and does nothing else)


def _is_simple(node: ast.expr, namespace: Mapping[str, Any]) -> bool:
    try:
        check([node], namespace)
    except UntriedError:
        return False
    return True
