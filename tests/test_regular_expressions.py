"""No regular expression of ours goes back without end, whatever a cell, a message or a page says.

All of them are found in the source. Each is looked at as Python parses it: a repetition inside of
another, or two in a row that take the same characters, can share a text in many ways. And each is
run on texts that are made from its own parts and fail at their end.
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import nbdoctor
from nbdoctor.cell.spelling import KERAS_IMPORTS
from nbdoctor.readings.crash import MOST_READ
from nbdoctor.rules.crashes import DICTIONARY
from nbdoctor.view.html_table import ID

if sys.version_info >= (3, 11):
    from re import _parser as parser
else:
    import sre_parse as parser

PACKAGE = Path(nbdoctor.__file__).parent
EXTENSION = Path(__file__).resolve().parents[1] / "labextension" / "src"

MANY = 10
"""A repetition of at most this many takes a bounded time."""

LENGTH = 20_000
SAME_ORDER = 30
"""Times the time in which each character of the text is matched alone: an expression that goes
back from each place of a text of this length takes a thousand times as long."""

IN_MESSAGES = 10 * SAME_ORDER
"""A message is short enough for an expression to begin anew wherever its first words stand."""

ALPHABET = frozenset(map(chr, range(128))) | {"é", "\u2003"}
FUNCTIONS = frozenset(
    {"compile", "match", "search", "sub", "subn", "fullmatch", "split", "findall", "finditer"}
)
ANCHORED = frozenset({"match", "fullmatch"})

ELSEWHERE = {
    ("cell/spelling.py", "pattern"): [pattern for pattern, _ in KERAS_IMPORTS],
    ("rules/crashes/entry.py", "self.pattern"): [one.pattern for one in DICTIONARY],
    ("view/html_table.py", "ID"): [ID],
}
"""Expressions that are handed over in variables, by the file and the text of the argument."""

SHORT = ("readings/columns.py", "readings/crash.py", "look/memory.py", "rules/crashes/entry.py")
"""Files whose expressions read the messages of errors, of which the beginning alone is read."""


@dataclass(frozen=True)
class Expression:
    """A regular expression of ours, and where it stands."""

    file: str
    line: int
    pattern: str
    flags: int = 0
    is_anchored: bool = False

    @property
    def longest(self) -> int:
        return MOST_READ if self.file in SHORT else LENGTH

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.pattern[:40]!r}"


def in_package() -> Iterator[Expression]:
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not re.search(r"\bre\b", text):
            continue
        name = path.relative_to(PACKAGE).as_posix()
        tree = ast.parse(text)
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.ImportFrom) and node.module == "re"), name
            if isinstance(node, ast.Import):
                assert not any(one.name == "re" and one.asname for one in node.names), name
            if isinstance(node, ast.Call) and _is_use(node):
                yield from _expressions(node, tree, name)


def _is_use(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=attr)):
            return attr in FUNCTIONS
        case _:
            return False


def _expressions(call: Any, tree: ast.Module, name: str) -> Iterator[Expression]:
    known = _constants(tree)
    first = (
        1
        if call.func.attr == "compile"
        else {"sub": 4, "subn": 4, "split": 3}.get(call.func.attr, 2)
    )
    given = [*call.args[first:], *(word.value for word in call.keywords if word.arg == "flags")]
    flags = sum(int(eval(ast.unparse(one), {"re": re})) for one in given)  # noqa: S307
    argument = call.args[0]
    patterns = ELSEWHERE.get((name, ast.unparse(argument)))
    for pattern in patterns if patterns is not None else [_text(argument, known, name)]:
        yield Expression(name, call.lineno, pattern, flags, _is_anchored(call, tree))


def _is_anchored(call: Any, tree: ast.Module) -> bool:
    """Whether it is asked only of the beginning of a text."""
    if call.func.attr != "compile":
        return call.func.attr in ANCHORED
    names = {
        target.id
        for one in tree.body
        if isinstance(one, ast.Assign) and one.value is call
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    uses = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in names
    }
    return bool(uses) and uses <= ANCHORED


def is_name(node: object) -> bool:
    return isinstance(node, ast.Name)


def _constants(tree: ast.Module) -> dict[str, str]:
    """Texts that the file gives names at its top."""
    known: dict[str, str] = {}
    for one in tree.body:
        match one:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() | ast.JoinedStr()):
                parts = getattr(one.value, "values", [one.value])
                names = [part.value.id for part in parts if is_name(getattr(part, "value", None))]
                if any(word not in known for word in names):
                    continue  # of another file: no expression, or `_text` says so
                known[name] = "".join(
                    part.value if isinstance(part, ast.Constant) else known[part.value.id]
                    for part in parts
                    if isinstance(getattr(part, "value", None), (str, ast.Name))
                )
    return known


def _text(node: ast.expr, known: dict[str, str], name: str) -> str:
    """The text of an expression; a word stands for what is known only while it runs."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Constant(value=bytes(text)):
            return text.decode()
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, known, name) for part in parts)
        case ast.FormattedValue(value=ast.Name(id=variable)):
            return str(known.get(variable, "word"))
        case _:
            pytest.fail(f"{name}: say in ELSEWHERE what `{ast.unparse(node)}` may be")


FLAGS = {"m": re.MULTILINE, "s": re.DOTALL, "i": re.IGNORECASE}
LITERAL = re.compile(
    r"(?<=[(=,:!?&|\s])/(?![/*])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+)/([a-z]*)"
)


MADE = re.compile(r"new RegExp\(`([^`]*)`, '([a-z]*)'\)")


def in_extension() -> Iterator[Expression]:
    """Expressions of JavaScript: those that are used there mean the same to Python."""
    for path in sorted(EXTENSION.rglob("*.ts")):
        text = path.read_text(encoding="utf-8")
        assert len(MADE.findall(text)) == text.count("RegExp("), f"{path.name}: write a literal"
        for line, code in enumerate(text.split("\n"), start=1):
            if code.strip().startswith(("//", "*", "/*")):
                continue
            made = [(one.replace("\\\\", "\\"), letters) for one, letters in MADE.findall(code)]
            for pattern, letters in [*LITERAL.findall(code), *made]:
                flags = sum(FLAGS.get(one, 0) for one in letters)
                yield Expression(
                    path.relative_to(EXTENSION).as_posix(), line, _for_python(pattern), int(flags)
                )


def _for_python(pattern: str) -> str:
    """Without what Python lacks: a character for a Unicode category, a number for a constant."""
    return re.sub(r"\$\{\w+\}", "60", re.sub(r"\\p\{\w+\}", r"\\u2003", pattern))


EXPRESSIONS = [*in_package(), *in_extension()]


def test_all_expressions_are_found() -> None:
    files = {one.file for one in EXPRESSIONS}
    of_package = {"cell/masking.py", "notebook/magic.py", "rules/crashes/entry.py"}
    assert of_package | {"report/markdown.ts"} <= files
    assert len(EXPRESSIONS) > 100


# -- as it is parsed ---------------------------------------------------------------------------

REPEATS = (parser.MAX_REPEAT, parser.MIN_REPEAT)


@dataclass(frozen=True)
class Part:
    """One item of an expression.

    Attributes
    ----------
    characters : frozenset
        That it can take.
    first : frozenset
        That it can begin with.
    needed : bool
        It takes at least one.
    repeats : bool
        Any number.
    within : frozenset
        Groups around it that may be missing.
    """

    characters: frozenset[str]
    first: frozenset[str]
    needed: bool
    repeats: bool = False
    within: frozenset[int] = frozenset()


def parts_of(items: Any, flags: int) -> list[Part]:
    """Items in a row, groups opened; of alternatives all together."""
    found: list[Part] = []
    for operation, value in items:
        if operation in REPEATS:
            least, most, inner = value
            inside = parts_of(inner, flags)
            if len(inside) == 1 or most > 1:
                taken = frozenset[str]().union(*(one.characters for one in inside))
                needed = least > 0 and any(one.needed and not one.within for one in inside)
                found.append(
                    Part(
                        taken,
                        first_of(inside),
                        needed,
                        most > MANY or any(p.repeats for p in inside),
                    )
                )
            else:
                group = frozenset({id(value)} if least == 0 else ())
                found += [replace(one, within=one.within | group) for one in inside]
        elif operation is parser.SUBPATTERN:
            found += parts_of(value[-1], flags)
        elif operation is parser.BRANCH:
            branches = [parts_of(one, flags) for one in value[1]]
            taken = frozenset[str]().union(*(p.characters for one in branches for p in one))
            needed = all(any(p.needed and not p.within for p in one) for one in branches)
            first = frozenset[str]().union(*map(first_of, branches))
            found.append(
                Part(taken, first, needed, any(p.repeats for one in branches for p in one))
            )
        elif operation is parser.GROUPREF:
            found.append(Part(ALPHABET, ALPHABET, needed=False, repeats=True))
        elif operation not in (parser.AT, parser.ASSERT, parser.ASSERT_NOT):
            taken = characters(operation, value, flags)
            found.append(Part(taken, taken, needed=True))
    return found


def first_of(parts: list[Part]) -> frozenset[str]:
    """The characters that a row of parts can begin with."""
    first = frozenset[str]()
    for part in parts:
        first |= part.first
        if part.needed and not part.within:
            break
    return first


def characters(operation: Any, value: Any, flags: int) -> frozenset[str]:
    if operation is parser.ANY:
        return ALPHABET if flags & re.DOTALL else ALPHABET - {"\n"}
    if operation is parser.NOT_LITERAL:
        return ALPHABET - {chr(value)}
    if operation is parser.LITERAL:
        both = {chr(value).lower(), chr(value).upper()} if flags & re.IGNORECASE else {chr(value)}
        return frozenset(both)
    assert operation is parser.IN
    taken = frozenset[str]().union(*(_of_class(*one) for one in value))
    return ALPHABET - taken if value[0][0] is parser.NEGATE else taken


def _of_class(operation: Any, value: Any) -> frozenset[str]:
    if operation is parser.LITERAL:
        return frozenset({chr(value)})
    if operation is parser.RANGE:
        return frozenset(map(chr, range(value[0], value[1] + 1)))
    if operation is parser.CATEGORY:
        name = str(value).lower().removeprefix("category_")
        letter = {"digit": "d", "space": "s", "word": "w"}[name.removeprefix("not_")]
        kind = re.compile("\\" + (letter.upper() if name.startswith("not_") else letter))
        return frozenset(one for one in ALPHABET if kind.match(one))
    return frozenset()


def nested(items: Any, flags: int) -> Iterator[str]:
    """Repetitions whose body repeats, too, and has nothing that tells where the next one begins."""
    for operation, value in items:
        for inner in _bodies(operation, value):
            yield from nested(inner, flags)
        if operation in REPEATS and value[1] > MANY:
            inside = parts_of(value[2], flags)
            for at, one in enumerate(inside):
                others = [
                    part
                    for place, part in enumerate(inside)
                    if place != at and part.needed and part.within <= one.within
                ]
                if one.repeats and all(part.characters & one.characters for part in others):
                    yield f"{value[2]}"


def _bodies(operation: Any, value: Any) -> Iterator[Any]:
    if operation in REPEATS:
        yield value[2]
    elif operation is parser.SUBPATTERN:
        yield value[-1]
    elif operation is parser.BRANCH:
        yield from value[1]
    elif operation in (parser.ASSERT, parser.ASSERT_NOT):
        yield value[1]


def in_a_row(items: Any, flags: int) -> Iterator[str]:
    """Two repetitions that can take the same text, with nothing between them that tells."""
    parts = parts_of(items, flags)
    for first, last in itertools.combinations(range(len(parts)), 2):
        one, other = parts[first], parts[last]
        if not (one.repeats and other.repeats):
            continue
        shared = one.characters & other.characters
        there = one.within | other.within
        between = [p for p in parts[first + 1 : last] if p.needed and p.within <= there]
        begins = bool(between) or bool(shared & other.first)
        if shared and begins and all(part.characters & shared for part in between):
            yield f"{sorted(shared)[:5]} in parts {first} and {last}"


@pytest.mark.parametrize("one", EXPRESSIONS, ids=str)
def test_no_repetition_shares_its_text_with_another(one: Expression) -> None:
    parsed = parser.parse(one.pattern, one.flags)
    flags = parsed.state.flags
    assert not list(nested(parsed, flags))
    if one.file not in SHORT:
        assert not list(in_a_row(parsed, flags))


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(?:\w*\s?)*!",
        r"(a|a+)*c",
        r"(?:-[ab]\s+\S+\s+|-\w+\s+(?:\d+\s+)?)*x",
        r"^\s*(?:x|(.+),)$",
    ],
)
def test_the_check_finds_what_goes_back_without_end(pattern: str) -> None:
    parsed = parser.parse(pattern)
    assert [*nested(parsed, 0), *in_a_row(parsed, 0)]


# -- as it runs --------------------------------------------------------------------------------


def samples(items: Any, flags: int) -> list[str]:
    """One text for each part in a row, that it can take."""
    usual = "a1 x\t\n.=,"
    return [
        next((one for one in usual if one in part.characters), min(part.characters, default=""))
        for part in parts_of(items, flags)
    ]


def hostile(one: Expression) -> Iterator[str]:
    """Texts that begin as the expression wants, go on for long, and fail at their end."""
    parsed = parser.parse(one.pattern, one.flags)
    flags, length = parsed.state.flags, one.longest
    parts, texts = parts_of(parsed, flags), samples(parsed, flags)
    for at, part in enumerate(parts):
        before = "".join(texts[:at])
        if part.repeats:
            for pumped in {texts[at], *(" \t\na1.x" if len(part.characters) > 1 else "")}:
                if pumped in part.characters:
                    yield before + pumped * length + "\x00"
                    yield (before + pumped) * (length // max(1, len(before) + 1)) + "\x00"
                    yield (before + pumped * 9 + "\n") * (length // (len(before) + 10))
    whole = "".join(texts)
    yield whole * (length // max(1, len(whole)))


def seconds(expression: re.Pattern[str], text: str, *, is_anchored: bool = False) -> float:
    began = time.perf_counter()
    if is_anchored:
        expression.match(text)
        expression.fullmatch(text)
    else:
        for _ in expression.finditer(text):
            pass
    return time.perf_counter() - began


@pytest.mark.parametrize("one", EXPRESSIONS, ids=str)
def test_no_text_takes_much_longer_than_one_pass(one: Expression) -> None:
    expression, letters = re.compile(one.pattern, one.flags), re.compile("(?s).")
    for text in hostile(one):
        once = seconds(letters, text)
        taken = min(seconds(expression, text, is_anchored=one.is_anchored) for _ in range(2))
        most = IN_MESSAGES if one.file in SHORT else SAME_ORDER
        assert taken < most * once, (text[:60], taken, once)
