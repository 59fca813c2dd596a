"""Make copies of a model and of its rows after one plan."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from nbdoctor.cell.names import names_changed, names_loaded, names_stored
from nbdoctor.cell.syntax import dumped
from nbdoctor.trials.copying.captured import CapturedRows
from nbdoctor.trials.copying.case import Judging, ModelCopy
from nbdoctor.trials.copying.evaluation import evaluated, is_proved
from nbdoctor.trials.copying.fit_call import DATA, READ, VALIDATION, written_arguments
from nbdoctor.trials.copying.given import with_values
from nbdoctor.trials.copying.lines.draws import DRAWS, generator
from nbdoctor.trials.copying.objects.model import copied_model
from nbdoctor.trials.copying.objects.other_cells import copied
from nbdoctor.trials.copying.plan import Plan
from nbdoctor.trials.copying.remade import RemadeData
from nbdoctor.trials.copying.rows import (
    each_leaf,
    labels_of,
    row_count,
    sample_of,
    tensors,
    validation_rows,
)
from nbdoctor.trials.proof.check import check
from nbdoctor.trials.refusal import UnprovedError, refuse


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
    written, given : dict of str to ast.expr
        The arguments of `fit` as they are written, and with names for what is known as a value.
    values : dict of str
        What these names stand for.
    differs : set of str
        Those that the untreated `fit` is given otherwise.
    changes_data, changes_validation : bool
        Whether the rows are others than those of the untreated `fit`: those that it trains on, and
        those in memory that it validates on.
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
        written, before = written_arguments(plan.fit), written_arguments(plain.fit)
        self.written, self.differs = written, _differing(written, before)
        self.given, self.values = with_values(
            written, before, self.case.arguments or {}, set(plan.altered | plan.restored.keys())
        )
        differing = [self.given[name] for name in self.differs if name in self.given]
        self._check([one for one in differing if one is not self.given.get(VALIDATION)])
        self.remade = RemadeData([plan.statements[at] for at in sorted(plan.whole)])
        self.changes_data = self._changes(*DATA)
        self.changes_validation = self._changes(VALIDATION) and self._can_validate()
        if self.changes_data or self.case.arguments is None:
            self._check([self.given[part] for part in DATA if part in self.given])

    def _changes(self, *parts: str) -> bool:
        """Whether these arguments are given other data than those of the untreated `fit`."""
        given = self.given
        used = {name for part in parts if part in given for name in names_loaded(given[part])}
        altered = self.plan.altered | self.plan.restored.keys()
        return bool(altered & used) or bool(self.differs & set(parts))

    def _can_validate(self) -> bool:
        """Whether validation rows in memory can judge; else rows held back do, if those changed.

        Raises
        ------
        UntriedError
            They cannot, and nothing else is changed.
        """
        if VALIDATION not in self.given or self.given_validation() is None:
            return False
        try:
            self._check([self.given[VALIDATION]])
        except UnprovedError:
            if not self.changes_data:
                raise
            return False
        return True

    @property
    def by_objects(self) -> bool:
        """Whether the live model is copied, and none of the lines that make it is run."""
        return self.plan.edits is not None

    def _check(self, values: Sequence[ast.expr]) -> None:
        """Refuse arguments of `fit` that are not proved to only compute."""
        if values and not self.unproved:
            names = {**self.case.namespace, **self.values}
            check((*self.plan.statements, *values), names, self.plan.given_copies)

    def differs_from(self, other: Recipe) -> set[str]:
        """Return arguments of `fit` that are not the same; "" for another model or other data."""
        names = _differing(self.written, other.written)
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
            judging=self._judging(names),
        )

    def given_validation(self) -> Judging | None:
        """Return rows in memory that the untreated `fit` validates on; None without any."""
        return validation_rows((self.case.arguments or {}).get(VALIDATION))

    def _judging(self, names: Mapping[str, Any]) -> Judging | None:
        """Return the validation rows, where they are others than those of the untreated `fit`."""
        if not self.changes_validation:
            return None
        return validation_rows(evaluated(self.given[VALIDATION], names))

    def build(self) -> Any:
        """Build the model alone, with whatever random state there is."""
        return self._run()[0][self.plan.model]

    def _run(self) -> tuple[dict[str, Any], set[str]]:
        """Run the statements of the plan; return all names then, and those that hold rows."""
        names: dict[str, Any] = {"__builtins__": builtins, **self.case.namespace}
        names |= {**self.values, "__name__": "__main__"}
        names |= {name: value.copy() for name, value in self.plan.restored.items()}
        names |= {name: names[name].copy() for name in self.plan.owned if name in names}
        names |= {DRAWS: generator()} if self.plan.draws else {}
        for name in self.plan.copied:
            names[name] = copied(names[name], name)
        done: set[str] = set()
        for position, code in enumerate(self.code):
            statement = self.plan.statements[position]
            if position in self.plan.whole:
                self.remade.run(statement, code, names)
            elif position in self.plan.on_rows and not self._numbers_rows(statement, done):
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
                for name in READ - {*DATA, VALIDATION}
                if name in self.given and is_proved(self.given[name], self.case.namespace)
            }
        for name in self.differs - {*DATA, VALIDATION}:
            if name in self.given:
                arguments[name] = evaluated(self.given[name], names)
        if not self.changes_data:
            return *self.captured.inputs_and_labels(names), arguments
        if self.captured.come_in_batches(names):
            refuse("the data comes in batches, which the fix would change")
        if self.plan.whole:
            return *self._chosen(names, arguments), arguments
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

    def _chosen(self, names: Mapping[str, Any], arguments: dict[str, Any]) -> tuple[Any, Any]:
        """Return some rows of data that was made anew: the captured ones, if there are as many."""
        given = {part: evaluated(self.given[part], names) for part in DATA if part in self.given}
        sample, captured = sample_of(given["x"]), self.captured.sampled(names)
        sample = captured if captured.total == sample.total else sample
        rows = {part: each_leaf(sample, value) for part, value in given.items()}
        arguments.update({part: rows[part] for part in rows.keys() & {"sample_weight"}})
        return rows["x"], rows.get("y")

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
