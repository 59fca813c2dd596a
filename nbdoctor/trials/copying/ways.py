"""Choose how copies of a model are made: by its lines, or from the live model instead."""

from __future__ import annotations

from dataclasses import dataclass

from nbdoctor.capture.replaced import replaced_methods
from nbdoctor.cell.cell import Cell
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.copier import Copier
from nbdoctor.trials.copying.recipe import Recipe
from nbdoctor.trials.refusal import UnprovedError, UntriedError


@dataclass
class WayOfCopying:
    """The copier that is in use, and why others are not.

    Attributes
    ----------
    case : Case
    unproved : bool
        The user asks to run lines that are not proved to only compute.
    current : Copier or None
        None until one is asked for.
    why_not_lines : UntriedError or None
        Why the lines of the cell are not run, where the live model is copied instead.
    refused : UntriedError or None
        Why no copies are made at all.
    """

    case: Case
    unproved: bool = False
    current: Copier | None = None
    why_not_lines: UntriedError | None = None
    refused: UntriedError | None = None

    @property
    def by_objects(self) -> bool:
        """Whether the live model is copied."""
        return self.current is not None and self.current.by_objects

    @property
    def starts_anew(self) -> bool:
        """Whether copies start with other weights than the model had before this cell."""
        plan = self.current.plain if self.current is not None else None
        return self.case.trained_before or (plan is not None and plan.model in plan.copied)

    def copier(self) -> Copier:
        """Return what makes copies.

        Raises
        ------
        UntriedError
            Neither way is open.
        """
        if self.refused is not None:
            raise self.refused
        if self.current is None:
            self._refuse_replaced()
            try:
                self.current = Copier(self.case, unproved=self.unproved)
            except UntriedError as reason:
                return self.copy_live_model(reason)
        return self.current

    def recipe(self, cell: Cell) -> Recipe:
        """Return what makes copies after `cell`.

        Raises
        ------
        UntriedError
            There are none: why the lines are not run, where the user can ask for that.
        """
        try:
            return self.copier().recipe(cell)
        except UntriedError as reason:
            if isinstance(self.why_not_lines, UnprovedError):
                raise self.why_not_lines from reason  # there, a button can help
            raise

    def copy_live_model(self, why_not_lines: UntriedError) -> Copier:
        """Copy the live model from now on, or make no copies at all.

        Raises
        ------
        UntriedError
            `why_not_lines`, where the live model cannot be copied either.
        """
        self.refused = why_not_lines
        if self.unproved or self.case.fitted is None:
            raise why_not_lines
        try:
            self.current = Copier(self.case, by_objects=True)
        except UntriedError as reason:
            raise why_not_lines from reason
        self.why_not_lines, self.refused = why_not_lines, None
        return self.current

    def _refuse_replaced(self) -> None:
        """Refuse either way: copies are trained by the methods of Keras."""
        names = [] if self.unproved else replaced_methods(self.case.model)
        if names:
            self.refused = UntriedError(
                f"`{names[0]}` was replaced by other code, which a trial would call"
            )
            raise self.refused
