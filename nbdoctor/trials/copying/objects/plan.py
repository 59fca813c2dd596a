"""Tell what is to be changed of a copy of the live model, and which lines work on its data."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from nbdoctor.cell.names import names_loaded, names_stored
from nbdoctor.trials.copying.data_lines import (
    is_data,
    made_from,
    only_for_callbacks,
    owned_data,
    restored_data,
)
from nbdoctor.trials.copying.lines.draws import DRAWS
from nbdoctor.trials.copying.lines.slicing import LOADS
from nbdoctor.trials.copying.objects.changes import change_of
from nbdoctor.trials.copying.objects.edits import values_of
from nbdoctor.trials.copying.objects.fitted import AsFitted
from nbdoctor.trials.copying.plan import Plan, Request
from nbdoctor.trials.copying.remaking import Reach, with_data
from nbdoctor.trials.copying.texts import kept_statements, texts_of
from nbdoctor.trials.proof.check import check
from nbdoctor.trials.refusal import refuse


def object_plan_of(request: Request, fitted: AsFitted) -> Plan:
    """Tell what is changed of a copy of the live model, and which lines work on its data.

    Parameters
    ----------
    request : Request
    fitted : AsFitted
        The model.

    Raises
    ------
    UntriedError
        The treatment has no such form.
    """
    texts, namespace = texts_of(request), request.namespace
    refuse_given_weights(texts.old)
    change = change_of(texts.old, texts.new, namespace, fitted.layers)
    changed = set(change.added)
    changed -= only_for_callbacks(texts.new, changed, texts.fit)
    gone = [texts.old[at] for at in change.gone]
    restored = restored_data(gone, [texts.new[at] for at in changed], texts.fit, request)
    kept_from = kept_statements(texts.new, texts.old)
    first = min(change.gone, default=None)
    behind = [at for at, place in kept_from.items() if first is not None and place > first]
    changed |= made_from(set(restored), texts.new, behind)
    reach = with_data(Reach(changed, restored), texts, request)
    changed |= reach.lines
    imports = {
        at
        for at, one in enumerate(texts.new)
        if isinstance(one, (ast.Import, ast.ImportFrom)) and at not in kept_from
    }
    chosen = [texts.new[at] for at in sorted(changed | imports)]
    working = {at for at, one in enumerate(chosen) if not _is_import(one)}
    owned = owned_data(chosen, namespace) | restored.keys()
    values = [one for edit in change.edits for one in values_of(edit)]
    run: list[ast.AST] = [*chosen, *values]
    drawing = (*run, *reach.as_they_were)
    draws = {DRAWS} & set().union(*(names_loaded(one) for one in drawing), set())
    check(run, namespace, owned | draws)
    check(reach.as_they_were, namespace, owned | draws)
    made = set().union(*(names_stored(one) for one in chosen), set())
    used = set().union(*(names_loaded(one) for one in run), set())
    return Plan(
        statements=tuple(chosen),
        on_rows=frozenset(() if reach.lines else working),
        model=texts.model,
        fit=texts.fit,
        copied=frozenset(n for n in used - made if n in namespace and not is_data(namespace[n])),
        restored=restored,
        owned=frozenset(owned - restored.keys()),
        altered=reach.altered,
        whole=frozenset(working if reach.lines else ()),
        as_they_were=reach.as_they_were,
        draws=bool(draws),
        edits=change.edits,
    )


def refuse_given_weights(statements: Sequence[ast.stmt]) -> None:
    """Refuse a model that was given weights: they are not those of its initializers.

    Raises
    ------
    UntriedError
        One of the statements may give it some.
    """
    for part in (part for one in statements for part in ast.walk(one)):
        if not isinstance(part, ast.Call):
            continue
        called = part.func.attr if isinstance(part.func, ast.Attribute) else ""
        named = called or (part.func.id if isinstance(part.func, ast.Name) else "")
        given = any(word.arg == "weights" and _is_list(word.value) for word in part.keywords)
        if named in {*LOADS, "load_model"} or given:
            refuse(f"line {part.lineno} gives the model weights that are no longer known")


def _is_list(node: ast.expr) -> bool:
    return isinstance(node, (ast.List, ast.Tuple))


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom))
