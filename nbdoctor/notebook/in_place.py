"""A cell below another magic: its body is run in place, once."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbdoctor.errors.guard import attempt
from nbdoctor.notebook.statements import first_line
from nbdoctor.notebook.unattended import blank_lines

if TYPE_CHECKING:
    from types import CodeType

    from nbdoctor.notebook.running import CellRun


def run_in_place(run: CellRun, body: str) -> Any:
    """Run `body` inside of another magic, and return the value of its last expression.

    Nothing of the shell is run a second time: errors, the value and `sys.exit` go on to the cell
    that holds the other magic.
    """
    shell: Any = run.shell
    above = lines_above(run.cell.source, body) + blank_lines(body)
    text = "\n" * above + shell.transform_cell(body)
    name = shell.compile.cache(text, shell.execution_count)
    tree = shell.transform_ast(shell.compile.ast_parse(text, filename=name))
    try:
        value = _run(shell, tree, name, run.about_to_run)
    except BaseException as error:
        run.end(error)
        if run.stopped_by(error):
            return None
        raise
    run.end(None)
    return value


def _run(shell: Any, tree: ast.Module, name: str, about_to_run: Callable[[int], None]) -> Any:
    """The statements one after the other, as the shell runs them."""
    value = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    for node in tree.body:
        code: CodeType = shell.compile(ast.Module([node], []), name, "exec")
        attempt(about_to_run, first_line(code))
        exec(code, shell.user_global_ns, shell.user_ns)  # noqa: S102  (the user's cell)
    if not isinstance(value, ast.Expr):
        return None
    code = shell.compile(ast.Expression(value.value), name, "eval")
    attempt(about_to_run, first_line(code))
    return eval(code, shell.user_global_ns, shell.user_ns)  # noqa: S307  (the user's cell)


def lines_above(source: str, body: str) -> int:
    """How many lines of `source` stand above the body that ends it."""
    whole, end = source.rstrip(), body.rstrip()
    return whole[: len(whole) - len(end)].count("\n") if whole.endswith(end) else 1
