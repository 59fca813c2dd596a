"""Refuse code that is not proved to only compute.

Every name that is called is looked up, and what it stands for has to be known to only compute
(`proof.known`). Functions and classes of the user's are read in the same way, as far as they call
each other. What code makes itself it may change; what it finds it may only read.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from nbdoctor.trials.proof.replaced import replaced_part
from nbdoctor.trials.proof.scopes import Hold, Scope
from nbdoctor.trials.proof.statements import Reader
from nbdoctor.trials.refusal import UnprovedError


def check(
    statements: Iterable[ast.AST],
    namespace: Mapping[str, Any],
    owned: Iterable[str] = (),
) -> None:
    """Refuse code that is not proved to only compute.

    Parameters
    ----------
    statements : iterable of ast.AST
        They are run in order; what they define may be called.
    namespace : mapping of str
        What other names stand for.
    owned : iterable of str
        Names of data that the code is given copies of.

    Raises
    ------
    UnprovedError
        A part of it may do something else; it says which line, and what stands there.
    """
    code = list(statements)
    if code and (replaced := replaced_part()):
        does = f"builds on `{replaced}`, which other code has replaced"
        raise UnprovedError(getattr(code[0], "lineno", 1), does)
    reader = Reader(namespace)
    scope = Scope(dict.fromkeys(owned, Hold.MADE))
    for node in code:
        if isinstance(node, ast.expr):
            reader.value(node, scope)
        else:
            reader.statement(node, scope)
    reader.read_again()


def check_live(value: Any, unused: Collection[str] = ()) -> None:
    """Refuse a live function or class of the user's that is not proved to only compute.

    Parameters
    ----------
    value : function or type
        Its text has to be known; other names are looked up where it was defined.
    unused : collection of str
        Methods of a class that are not called on its objects.

    Raises
    ------
    UnprovedError
        It may do something else.
    """
    Reader({}, is_live=True).live(value, ast.Pass(lineno=0), unused)
