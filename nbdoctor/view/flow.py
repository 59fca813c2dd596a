"""How the gradient of each layer compares with its weights: the numbers behind chart and table."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.report import Report, Severity
from nbdoctor.view.grouping import grouped
from nbdoctor.view.limits import limit

CLOSE = "close/"
"""Begins the names of charts of one layer."""

MOST_CLOSE = 1
"""Layers whose histograms are stored with a report: each takes about 7 kB of the notebook."""

ORDER: tuple[Severity, ...] = ("critical", "warning", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One row of the gradient flow.

    Attributes
    ----------
    label : str
        The layer, or the block of layers.
    members : tuple of str
        The layers of the row.
    low, median, high : float or None
        Gradient norm over weight norm, over batches (and layers); None when there is none.
    remark : str
        Why there is none, or "".
    severity : str or None
        The worst finding about gradients that names one of the layers.
    """

    label: str
    members: tuple[str, ...]
    low: float | None = None
    median: float | None = None
    high: float | None = None
    remark: str = ""
    severity: Severity | None = None


def flows(report: Report) -> tuple[Flow, ...]:
    """The rows from input to output, at most 50."""
    gradients: Gradients | None = report.readings.get("Gradients")
    if gradients is None:
        return ()
    layers: dict[str, list[WeightGradient]] = {}
    for weight in gradients.weights:
        if weight.is_kernel:
            layers.setdefault(weight.layer, []).append(weight)
    rows = grouped(tuple(layers))
    found = tuple(
        _flow(row.label, row.members, [layers[name] for name in row.members], report)
        for row in rows
    )
    return tuple(_with_its_neighbours(found, report))


def _with_its_neighbours(rows: tuple[Flow, ...], report: Report) -> Iterator[Flow]:
    """Where the gradient vanishes, the rows beyond the rule's limit share the finding."""
    vanishing = [one for one in report.findings if one.rule == "vanishing-gradient"]
    least = healthy_from(rows)
    for row in rows:
        beyond = least is not None and row.median is not None and row.median < least
        shares = vanishing and beyond and row.severity is None
        yield replace(row, severity=vanishing[0].severity) if shares else row


def layers_to_choose(report: Report) -> tuple[str, ...]:
    """Layers with anything to show from close by, from input to output."""
    weights, gradients = report.readings.get("Weights"), report.readings.get("Gradients")
    held = [*(gradients.weights if gradients else ()), *(weights.weights if weights else ())]
    return tuple(dict.fromkeys(one.layer for one in held if one.histogram is not None))


def layers_to_draw(report: Report) -> tuple[str, ...]:
    """Those of them that are drawn unasked: the worst findings are about them."""
    known = layers_to_choose(report)
    named = [name for finding in report.findings for name in finding.where.layers]
    return tuple(dict.fromkeys(name for name in named if name in known))[:MOST_CLOSE]


def healthy_from(rows: tuple[Flow, ...]) -> float | None:
    """Where the region begins that the rule `vanishing-gradient` leaves alone.

    It is that rule's threshold times the median of the last row.
    """
    least = limit("vanishing-gradient", "gradient")
    last = rows[-1].median if rows else None
    return None if least is None or last is None else least * last


def ratios(kernels: list[WeightGradient]) -> tuple[float, ...]:
    """Gradient norm over weight norm of one layer's kernels together, one per batch."""
    weight_norm = math.hypot(*(kernel.weight_norm for kernel in kernels))
    batches = zip(*(kernel.norms for kernel in kernels if kernel.norms), strict=False)
    norms = [math.hypot(*batch) for batch in batches]
    if not weight_norm or not math.isfinite(weight_norm):
        return ()
    return tuple(norm / weight_norm for norm in norms if math.isfinite(norm))


def _flow(
    label: str,
    members: tuple[str, ...],
    layers: list[list[WeightGradient]],
    report: Report,
) -> Flow:
    measured = [ratio for kernels in layers for ratio in ratios(kernels)]
    kernels = [kernel for layer in layers for kernel in layer]
    judged = _severity(members, report)
    if not any(measured):
        remark = _remark(kernels, measured=bool(measured))
        return Flow(label=label, members=members, remark=remark, severity=judged)
    return Flow(
        label=label,
        members=members,
        low=min(measured),
        median=statistics.median(measured),
        high=max(measured),
        remark="NaN or infinite in some batches" if any(k.non_finite for k in kernels) else "",
        severity=judged,
    )


def _remark(kernels: list[WeightGradient], *, measured: bool) -> str:
    if all(kernel.missing for kernel in kernels):
        return "no gradient arrives"
    if any(kernel.non_finite for kernel in kernels):
        return "NaN or infinite"
    return "exactly 0 in every batch" if measured else "its weights are all 0"


def _severity(members: tuple[str, ...], report: Report) -> Severity | None:
    """The worst finding about gradients that names one of these layers."""
    return min(_severities(members, report), key=ORDER.index, default=None)


def _severities(members: tuple[str, ...], report: Report) -> Iterator[Severity]:
    for finding in report.findings:
        if "gradient" in finding.rule and set(finding.where.layers) & set(members):
            yield finding.severity
