"""The models that a function of the user can reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nbdoctor import backend
from nbdoctor.cell.namespace import is_model


def _reachable(namespace: Mapping[str, Any], function: Callable[..., Any]) -> list[Any]:
    """What a function of the user can reach by a name or an attribute of its own."""
    around = (cell.cell_contents for cell in _closure_cells(function))
    owner = getattr(function, "__self__", None)
    held = [] if owner is None else [owner, *vars(owner).values()]
    return [*namespace.values(), *around, *held]


def _closure_cells(function: Callable[..., Any]) -> list[Any]:
    """Cells of the closure that hold something."""
    cells = getattr(backend.current().loops.as_written(function), "__closure__", None) or ()
    return [cell for cell in cells if _is_filled(cell)]


def _is_filled(cell: Any) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def models_of(namespace: Mapping[str, Any], function: Callable[..., Any]) -> list[Any]:
    """Return the models among them, each once."""
    models = {id(one): one for one in _reachable(namespace, function) if is_model(one)}
    return list(models.values())
