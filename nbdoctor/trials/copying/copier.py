"""Make copies of a model: a `Copier` for each model, a `Recipe` for each treatment."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.names import names_loaded
from nbdoctor.trials.copying.captured import CapturedRows
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.evaluation import evaluated
from nbdoctor.trials.copying.fit_call import DATA, VALIDATION, written_arguments
from nbdoctor.trials.copying.lines.draws import DRAWS, generator
from nbdoctor.trials.copying.lines.plan import plan_of
from nbdoctor.trials.copying.objects.model import copied_model
from nbdoctor.trials.copying.objects.plan import object_plan_of
from nbdoctor.trials.copying.plan import Plan, Request
from nbdoctor.trials.copying.recipe import Recipe
from nbdoctor.trials.copying.remade import require_little, require_same, text_of
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
        self._compared: set[str] = set()
        if by_objects and case.fitted is not None:
            copied_model(case.fitted, (), lambda _: None)  # refuses what cannot be copied

    def recipe(self, cell: Cell) -> Recipe:
        """Return what makes copies after `cell`."""
        plan = self.plain if cell.source == self.case.cell.source else self._plan(cell)
        if plan.whole:
            require_little((plan.statements[at] for at in plan.whole), self.case.namespace)
            self._require_same(plan)
        return Recipe(plan, self.plain, self.captured, unproved=self.unproved)

    def _plan(self, cell: Cell) -> Plan:
        case = self.case
        request = Request(
            cell,
            case.cell,
            case.namespace,
            case.number,
            case.before,
            fitted=case.arguments is not None,
        )
        if not self.by_objects:
            return plan_of(request, unproved=self.unproved)
        if case.fitted is None:
            refuse("the model has parts that cannot be copied")
        return object_plan_of(request, case.fitted)

    def _require_same(self, plan: Plan) -> None:
        """Refuse a plan whose lines, without the treatment, make other data than `fit` was given.

        Raises
        ------
        UntriedError
        """
        text, written = text_of(plan.as_they_were), written_arguments(self.plain.fit)
        given = {
            part: (self.case.arguments or {}).get(part)
            for part in (*DATA, VALIDATION)
            if part in written and names_loaded(written[part]) & plan.altered
        }
        if text + str(sorted(given)) in self._compared:
            return
        if not self.unproved:
            code = (*plan.as_they_were, *(written[part] for part in given))
            check(code, self.case.namespace, plan.given_copies)
        names: dict[str, Any] = {"__builtins__": builtins, **self.case.namespace}
        names |= {name: value.copy() for name, value in plan.restored.items()}
        names |= {name: names[name].copy() for name in plan.owned if name in names}
        names |= {DRAWS: generator()} if plan.draws else {}

        def evaluate(part: str, names: Mapping[str, Any]) -> Any:
            return evaluated(written[part], names)

        require_same(plan.as_they_were, names, given, evaluate)
        self._compared.add(text + str(sorted(given)))
