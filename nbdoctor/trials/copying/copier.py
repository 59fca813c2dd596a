"""Make copies of a model: a `Copier` for each model, a `Recipe` for each treatment."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.names import names_changed, names_loaded, names_stored
from nbdoctor.cell.syntax import dumped
from nbdoctor.trials.copying.captured import CapturedRows
from nbdoctor.trials.copying.case import Case, ModelCopy
from nbdoctor.trials.copying.evaluation import evaluated, is_proved
from nbdoctor.trials.copying.fit_call import DATA, READ, written_arguments
from nbdoctor.trials.copying.lines.draws import DRAWS, generator
from nbdoctor.trials.copying.lines.plan import plan_of
from nbdoctor.trials.copying.objects.model import copied_model
from nbdoctor.trials.copying.objects.other_cells import copied
from nbdoctor.trials.copying.objects.plan import object_plan_of
from nbdoctor.trials.copying.plan import Plan, Request
from nbdoctor.trials.copying.rows import labels_of, row_count, tensors
from nbdoctor.trials.proof.check import check
from nbdoctor.trials.proof.replaced import replaced_part
from nbdoctor.trials.refusal import refuse


class Copier:
    """Makes copies of one model, untreated or after a patched cell.

    Parameters
    ----------
    case : Case
    unproved : bool
        Whether the cell's lines are run again although they are not proved to only compute.
    by_objects : bool
        Whether the live model is copied, and none of the lines that make it is run.

    Attributes
    ----------
    plain : Plan
        Of the untreated model.
    captured : CapturedRows

    Raises
    ------
    UntriedError
        The untreated model cannot be copied so.
    """

    def __init__(self, case: Case, *, unproved: bool = False, by_objects: bool = False) -> None:
        if not unproved and (replaced := replaced_part()):
            refuse(f"other code has replaced `{replaced}` of Keras, and would run again")
        self.case, self.unproved, self.by_objects = case, unproved, by_objects
        self.plain = self._plan(case.cell)
        self.captured = CapturedRows(case, self.plain.fit)
        if by_objects and case.fitted is not None:
            copied_model(case.fitted, (), lambda _: None)  # refuses what cannot be copied

    def recipe(self, cell: Cell) -> Recipe:
        """Return what makes copies after `cell`."""
        plan = self.plain if cell.source == self.case.cell.source else self._plan(cell)
        return Recipe(plan, self.plain, self.captured, unproved=self.unproved)

    def _plan(self, cell: Cell) -> Plan:
        case = self.case
        request = Request(cell, case.cell, case.namespace, case.number, case.before)
        if not self.by_objects:
            return plan_of(request, unproved=self.unproved)
        if case.fitted is None:
            refuse("the model has parts that cannot be copied")
        return object_plan_of(request, case.fitted)


class Recipe:
    """Makes copies after one plan.

    Parameters
    ----------
    plan : Plan
    plain : Plan
        Of the untreated model.
    captured : CapturedRows
    unproved : bool
        See `Copier`.

    Attributes
    ----------
    given : dict of str to ast.expr
        The arguments of `fit` as they are written.
    differs : set of str
        Those that the untreated `fit` is given otherwise.
    changes_data : bool
        Whether the rows are others than those of the untreated `fit`.
    """

    def __init__(
        self, plan: Plan, plain: Plan, captured: CapturedRows, *, unproved: bool = False
    ) -> None:
        self.plan, self.captured, self.case = plan, captured, captured.case
        self.unproved = unproved
        self.code = [
            compile(ast.Module(body=[one], type_ignores=[]), "<copy>", "exec")
            for one in plan.statements
        ]
        self.given = written_arguments(plan.fit)
        self.differs = _differing(self.given, written_arguments(plain.fit))
        self._check([self.given[name] for name in self.differs if name in self.given])
        self.changes_data = self._changes_data()
        if self.changes_data or self.case.arguments is None:
            self._check([self.given[part] for part in DATA if part in self.given])

    def _changes_data(self) -> bool:
        """Whether the rows are others than those of the untreated `fit`."""
        given = self.given
        used = {name for part in DATA if part in given for name in names_loaded(given[part])}
        altered = self.plan.altered | self.plan.restored.keys()
        return bool(altered & used) or bool(self.differs & set(DATA))

    @property
    def by_objects(self) -> bool:
        """Whether the live model is copied, and none of the lines that make it is run."""
        return self.plan.edits is not None

    def _check(self, values: Sequence[ast.expr]) -> None:
        """Refuse arguments of `fit` that are not proved to only compute."""
        names = self.case.namespace
        made = set().union(*(names_stored(one) for one in self.plan.statements), set())
        if not self.unproved:
            check(values, names, made | self.plan.restored.keys() | self.plan.owned)

    def differs_from(self, other: Recipe) -> set[str]:
        """Return arguments of `fit` that are not the same; "" for another model or other data."""
        names = _differing(self.given, other.given)
        return {"", *names} if self.plan.differs_from(other.plan) else names

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

    def make(self) -> ModelCopy:
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
        return ModelCopy(
            model=model,
            data=self._tensors(x, y, arguments),
            x=x,
            y=y,
            labels=labels_of(y),
            arguments=arguments,
        )

    def build(self) -> Any:
        """Build the model alone, with whatever random state there is."""
        return self._run()[0][self.plan.model]

    def _run(self) -> tuple[dict[str, Any], set[str]]:
        """Run the statements of the plan; return all names then, and those that hold rows."""
        names: dict[str, Any] = {"__builtins__": builtins, **self.case.namespace}
        names["__name__"] = "__main__"
        names |= {name: value.copy() for name, value in self.plan.restored.items()}
        names |= {name: names[name].copy() for name in self.plan.owned if name in names}
        names |= {DRAWS: generator()} if self.plan.draws else {}
        for name in self.plan.copied:
            names[name] = copied(names[name], name)
        done: set[str] = set()
        for position, code in enumerate(self.code):
            statement = self.plan.statements[position]
            if position in self.plan.on_rows and not self._numbers_rows(statement, done):
                self._on_rows(code, names, names_loaded(statement) - done, names_changed(statement))
                done |= names_changed(statement)
            else:
                exec(code, names)  # noqa: S102  (checked: it builds, and does nothing else)
        if self.plan.edits is not None and self.case.fitted is not None:
            names[self.plan.model] = copied_model(
                self.case.fitted, self.plan.edits, partial(self._value, names, done)
            )
        self._require_compiled(names[self.plan.model])
        return names, done

    def _numbers_rows(self, statement: ast.stmt, done: set[str]) -> bool:
        """Whether a statement changes a part of data that is its own: the rows have other numbers.

        It is run on all rows then, of which some are chosen afterwards.
        """
        in_place = names_changed(statement) - names_stored(statement)
        own = self.plan.owned | self.plan.restored.keys()
        return bool(in_place) and in_place <= own and not names_loaded(statement) & done

    def _value(self, names: dict[str, Any], done: set[str], node: ast.expr) -> Any:
        """Evaluate an expression of a patch, on the captured rows where it uses data."""
        used = names_loaded(node) - done
        sample = self.captured.sampled(names) if used else None
        here = {name: sample.of(names[name]) for name in used if name in names and sample}
        return evaluated(node, {**names, **here})

    def _on_rows(self, code: Any, names: dict[str, Any], used: set[str], changed: set[str]) -> None:
        """Run a statement that works on the data, on the captured rows alone."""
        sample = self.captured.sampled(names)
        whole = {name: names[name] for name in used if name in names and sample.fits(names[name])}
        names.update({name: sample.of(value) for name, value in whole.items()})
        exec(code, names)  # noqa: S102  (checked: it computes, and does nothing else)
        names.update({name: value for name, value in whole.items() if name not in changed})

    def _data(self, names: Mapping[str, Any], done: set[str]) -> tuple[Any, Any, dict[str, Any]]:
        arguments = dict(self.case.arguments or {})
        if self.case.arguments is None:
            arguments = {
                name: evaluated(self.given[name], names)
                for name in READ - {"x", "y", "sample_weight"}
                if name in self.given and is_proved(self.given[name], self.case.namespace)
            }
        for name in self.differs - set(DATA):
            if name in self.given:
                arguments[name] = evaluated(self.given[name], names)
        if not self.changes_data:
            return *self.captured.inputs_and_labels(names), arguments
        if self.captured.come_in_batches(names):
            refuse("the data comes in batches, which the fix would change")
        sample = self.captured.sampled(names)
        loaded = {
            name for part in DATA if part in self.given for name in names_loaded(self.given[part])
        }
        rows = {name: sample.of(names[name]) for name in loaded - done if name in names}
        here = {**names, **rows}
        x, y = (evaluated(self.given[part], here) for part in ("x", "y"))
        if "sample_weight" in self.given:
            arguments["sample_weight"] = evaluated(self.given["sample_weight"], here)
        return x, y, arguments

    def _tensors(self, x: Any, y: Any, arguments: dict[str, Any]) -> Any:
        captured = self.captured
        if captured.are_from_batches and not self.changes_data:
            return captured.joined()
        weights = arguments.get("sample_weight")
        if weights is not None and captured.sample is not None and not self.changes_data:
            weights = captured.sample.of(weights)
        return tensors(x, y, weights, arguments.get("class_weight"), row_count(x))

    def _require_compiled(self, model: Any) -> None:
        import keras

        if not isinstance(model, keras.Model):
            refuse(f"`{self.plan.model}` is not a Keras model when the cell's lines are run again")
        if not model.compiled:
            refuse(f"the cell does not compile `{self.plan.model}`")


def _differing(given: Mapping[str, ast.expr], other: Mapping[str, ast.expr]) -> set[str]:
    """Return the arguments of two calls of `fit` that are not written alike."""
    return {name for name in READ if _text(given.get(name)) != _text(other.get(name))}


def _text(node: ast.expr | None) -> str:
    return "" if node is None else dumped(node)
