"""The reports of a cell that trains more than once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from nbdoctor.report import FitSummary, Report
from nbdoctor.report.merging import merged


class Reports(tuple[Report, ...]):  # noqa: SLOT001  (a tuple can have no slots of its own)
    """The reports of the trainings of one cell, in their order.

    Parameters
    ----------
    reports : iterable of Report
        At least two.
    fits : sequence of FitSummary
        All trainings of the cell, also those that were not examined.
    """

    merged: Report
    """All of them as one: what was found in several fits is told once."""

    def __new__(  # noqa: PYI034  (Python 3.10 has no `Self`)
        cls, reports: Iterable[Report], fits: Sequence[FitSummary]
    ) -> Reports:
        """Hold the reports, and merge them."""
        made = super().__new__(cls, reports)
        made.merged = merged(made, fits)
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        """What a copy is made from."""
        return tuple(self), self.merged.fits

    def __repr__(self) -> str:
        """One line: that of a tuple would be thousands."""
        return f"<Reports of {len(self)} fits: {self.merged.headline}>"

    def __str__(self) -> str:
        """Plain text, 80 columns: what was found in all fits, then each of them."""
        from nbdoctor.view.text import several_as_text

        return several_as_text(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """JSON text, strict (no NaN): the merged report, with the single ones as `reports`."""
        data = {**self.merged.as_dict(), "reports": [one.as_dict() for one in self]}
        return json.dumps(data, indent=indent, ensure_ascii=False, allow_nan=False)

    def to_markdown(self) -> str:
        """Markdown for an issue or a chat."""
        from nbdoctor.view.markdown import several_as_markdown

        return several_as_markdown(self)

    def to_html(self) -> str:
        """A complete HTML page without script, readable offline."""
        from nbdoctor.view.html_page import several_as_page

        return several_as_page(self)
