"""Read values that were there before the code: whose they are, and whether they may be used."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from typing import Any

from nbdoctor.trials.proof import known, values
from nbdoctor.trials.proof.names import Missing, looked_up
from nbdoctor.trials.proof.nodes import leave_out
from nbdoctor.trials.proof.reading import UNKNOWN, Reading
from nbdoctor.trials.proof.scopes import Hold, Scope
from nbdoctor.trials.proof.sources import is_user_code, names_of, sources_of
from nbdoctor.trials.refusal import UnprovedError, UntriedError


class FoundReading(Reading):
    """Reads captured values, and functions and classes that are there already."""

    def _resolved(self, root: str, path: Sequence[str]) -> tuple[Any, Sequence[str]]:
        return looked_up(self.namespace, root, path)

    def _found(self, node: ast.expr, found: Any) -> Hold:
        """Return whose a captured value is, if it may be used at all."""
        text = ast.unparse(node)
        if found is Missing:
            self.refuse(node, f"uses `{text}`, which has no value yet")
        if known.computes(found) or known.is_scaling(found) or known.is_application(found):
            return Hold.FOUND
        if values.is_plain_data(found):
            for word in values.words_in(found):
                self._require_pure_word(word, node)
            return Hold.OWN if values.is_plain(found) else Hold.FOUND
        if is_user_code(found):
            self.live(found, node)
            return Hold.FOUND
        if self._is_keras_object(found):
            return Hold.FOUND if self.is_live else Hold.OWN  # copied before it is used
        return self.refuse(node, f"uses `{text}`, {UNKNOWN}")

    def _is_keras_object(self, found: Any) -> bool:
        if type(found) in {list, tuple}:
            return len(found) <= values.MOST_HELD and all(
                self._is_keras_object(one) or values.is_plain_data(one) for one in found
            )
        return values.is_of_keras(found)

    def live(self, value: Any, node: ast.AST, unused: Collection[str] = ()) -> None:
        """Read a function or class that is there already, without methods that nobody calls."""
        if id(value) in self.proved or known.computes(value):
            return
        text = getattr(value, "__name__", type(value).__name__)
        if not is_user_code(value):
            self.refuse(node, f"uses `{text}`, {UNKNOWN}")
        self.proved.add(id(value))
        inner = type(self)(names_of(value), is_live=True)
        inner.proved, inner.read = self.proved, self.read
        scope = Scope()
        try:
            for code in sources_of(value):
                leave_out(unused, code)
                if isinstance(code, ast.Lambda):
                    inner.value(code, scope)
                else:
                    inner.statement(code, scope)
                    inner.value(ast.copy_location(ast.Name(id=code.name), code), scope)
            inner.read_again()
        except UnprovedError as error:
            self.proved.discard(id(value))
            line, of = getattr(node, "lineno", 0), getattr(node, "of", "")
            raise UnprovedError(line, f"uses `{text}`, which {error.does}", of) from None
        except UntriedError:
            self.proved.discard(id(value))
            self.refuse(node, f"uses `{text}`, whose source is not known")

    def _require_pure_word(self, word: str, node: ast.AST) -> None:
        """Read what a word stands for: Keras looks it up among what is registered."""
        if (code := known.registered(word)) is not None:
            self.live(code, node)
