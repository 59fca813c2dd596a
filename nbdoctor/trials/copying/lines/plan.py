"""Choose the statements of a cell that make its model, so that they alone are run again."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from nbdoctor.cell.names import is_code_of_a_cell, names_loaded, names_stored
from nbdoctor.trials.copying.data_lines import is_data, owned_data, unknown_data
from nbdoctor.trials.copying.lines.draws import DRAWS, with_own_draws
from nbdoctor.trials.copying.lines.slicing import Slicer
from nbdoctor.trials.copying.plan import Plan, Request
from nbdoctor.trials.copying.remaking import reach_of
from nbdoctor.trials.copying.texts import texts_of
from nbdoctor.trials.proof.check import check
from nbdoctor.trials.proof.sources import sources_of
from nbdoctor.trials.refusal import UnprovedError, refuse


def plan_of(request: Request, *, unproved: bool = False) -> Plan:
    """Choose the statements that make the model that a cell trains.

    Parameters
    ----------
    request : Request
    unproved : bool
        Whether statements are taken that are not proved to only compute: the user asks for that.

    Raises
    ------
    UntriedError
        It cannot be told, or not be run again without side effects.
    """
    texts, namespace = texts_of(request), request.namespace
    statements, model = texts.new, texts.model
    reach = reach_of(texts, request)
    slicer = Slicer(statements, namespace, set(reach.affected), reach.of_data)
    kept = slicer.needed_for({model, *unknown_data(texts.fit, namespace)})
    reach = reach.with_lines_for(kept)
    at_work = sorted(kept | reach.changed | reach.remade)
    chosen = [statements[index] for index in at_work]
    run = _with_code(chosen, namespace)
    as_they_were = _with_code(reach.as_they_were, namespace)
    owned = owned_data(chosen, namespace) | reach.restored.keys()
    with_own_draws(chosen, namespace)
    drawing = (*run, *reach.as_they_were)
    draws = {DRAWS} & set().union(*(names_loaded(one) for one in drawing), set())
    if not unproved:
        _prove(run, namespace, owned | draws, chosen)
        _prove(as_they_were, namespace, owned | draws, ())
    places = dict(zip(at_work, range(len(run) - len(at_work), len(run)), strict=True))
    whole = {places[at] for at in reach.remade if at in reach.lines or at not in kept}
    rows = {at for at, statement in enumerate(run) if _adapts(statement)}
    rows |= {places[at] for at in reach.changed - kept}
    made = set().union(*(names_stored(one) for one in run)) if run else set()
    used = set().union(*(names_loaded(one) for one in run), {model}) if run else {model}
    outside = frozenset(n for n in used - made if n in namespace and not is_data(namespace[n]))
    return Plan(
        statements=run,
        on_rows=frozenset(rows - whole),
        model=model,
        fit=texts.fit,
        copied=outside,
        restored=reach.restored,
        owned=frozenset(owned - reach.restored.keys()),
        altered=reach.altered,
        whole=frozenset(whole),
        as_they_were=as_they_were,
        draws=bool(draws),
    )


def _with_code(chosen: Sequence[ast.stmt], namespace: Mapping[str, Any]) -> tuple[ast.stmt, ...]:
    """Return statements behind the functions and classes of other cells that they use."""
    return (*_foreign(chosen, namespace), *chosen)


def _prove(
    run: Sequence[ast.stmt],
    namespace: Mapping[str, Any],
    owned: set[str],
    chosen: Sequence[ast.stmt],
) -> None:
    """Refuse statements that may do more than compute, with the lines that would run."""
    try:
        check(run, namespace, owned)
    except UnprovedError as error:
        if chosen:
            error.runs = (chosen[0].lineno, max(one.end_lineno or one.lineno for one in chosen))
        raise


def _foreign(chosen: Sequence[ast.stmt], namespace: Mapping[str, Any]) -> tuple[ast.stmt, ...]:
    """Return functions and classes of other cells that the statements use, and theirs."""
    found: dict[str, ast.stmt] = {}
    made = set().union(*(names_stored(one) for one in chosen)) if chosen else set()
    waiting = [name for one in chosen for name in names_loaded(one)]
    while waiting:
        name = waiting.pop()
        value = namespace.get(name)
        if name in made or name in found or not is_code_of_a_cell(value):
            continue
        found[name] = _source_of(name, value)
        waiting += names_loaded(found[name])
    return tuple(reversed(list(found.values())))


def _source_of(name: str, value: Any) -> ast.stmt:
    node = sources_of(value)[-1]
    if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        refuse(f"the source of `{name}`, which another cell defines, is not known")
    for part in ast.walk(node):
        vars(part)["of"] = name  # its lines are those of another cell
    return node


def _adapts(statement: ast.stmt) -> bool:
    calls = (part.func for part in ast.walk(statement) if isinstance(part, ast.Call))
    return any(isinstance(func, ast.Attribute) and func.attr == "adapt" for func in calls)
