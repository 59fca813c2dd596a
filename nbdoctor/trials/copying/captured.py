"""The rows that the untreated `fit` is given, taken once for all copies of its model."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from nbdoctor import backend
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.evaluation import evaluated
from nbdoctor.trials.copying.fit_call import written_arguments
from nbdoctor.trials.copying.rows import Sample, each_leaf, sample_of
from nbdoctor.trials.refusal import UntriedError


class CapturedRows:
    """Rows in memory, or the first batches of data that is not.

    Parameters
    ----------
    case : Case
    fit : ast.Call
        The untreated one.

    Attributes
    ----------
    sample : Sample or None
        Which rows of data in memory; None until they are asked for.
    """

    def __init__(self, case: Case, fit: ast.Call) -> None:
        self.case, self.fit = case, fit
        self.sample: Sample | None = None
        self._from_batches: tuple[Any, Any] | None = None

    def sampled(self, names: Mapping[str, Any]) -> Sample:
        """Return which rows of data in memory are used.

        Raises
        ------
        UntriedError
            The data is not in memory, or there are too few rows.
        """
        if self.sample is None:
            self.sample = sample_of(self._given("x", names))
        return self.sample

    def inputs_and_labels(self, names: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return the rows that the untreated model is trained on."""
        import keras

        if self.come_in_batches(names):
            if self._from_batches is None:
                unpacked = keras.utils.unpack_x_y_sample_weight(self.joined())
                self._from_batches = unpacked[:2]
            return self._from_batches
        sample = self.sampled(names)

        def rows(value: Any) -> Any:
            return value if value is None else each_leaf(sample, value)

        return rows(self._given("x", names)), rows(self._given("y", names))

    @property
    def are_from_batches(self) -> bool:
        """Whether `inputs_and_labels` has taken them from batches."""
        return self._from_batches is not None

    def joined(self) -> Any:
        """Return all captured batches as one."""
        return backend.current().training.joined(list(self.case.batches))

    def come_in_batches(self, names: Mapping[str, Any]) -> bool:
        """Whether only batches were captured, since the data is not in memory."""
        if not self.case.batches:
            return False
        try:
            self.sampled(names)
        except UntriedError:
            return True
        return False

    def _given(self, name: str, names: Mapping[str, Any]) -> Any:
        """Return an argument of the untreated `fit`."""
        if self.case.arguments is not None:
            return self.case.arguments.get(name)
        written = written_arguments(self.fit).get(name)
        return None if written is None else evaluated(written, names)
