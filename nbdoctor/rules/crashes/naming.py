"""Describe the user's columns in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from nbdoctor.readings.columns import OddColumn

MOST_NAMED = 5
"""Columns that are named; the others are counted."""

HOLDS = {
    "text": "text",
    "strings": "text",
    "category": "categories",
    "dates": "dates",
    "lists": "lists",
    "objects": "Python objects",
}


def column_sentences(columns: Sequence[OddColumn]) -> Iterator[str]:
    """Yield one sentence for each table or array."""
    for table, of_table in groupby(columns, key=lambda column: column.table):
        part = list(of_table)
        if part[0].kind == "nullable" and not part[0].in_frame:
            verb = "have" if table.endswith("s") else "has"
            yield f"{_capital(table)} {verb} this dtype; {_missing(part[0])}."
            continue
        if not part[0].name:
            verb = "contain" if table.endswith("s") else "contains"
            yield f"{_capital(table)} {verb} {_held(part[0])}."
            continue
        named = [f"{_called(one)} ({_held(one)})" for one in part[:MOST_NAMED]]
        if len(part) > MOST_NAMED:
            named.append(f"{len(part) - MOST_NAMED} more")
        yield f"In {table} {_verb(part)} {_listed(named)}."


def column_facts(columns: Sequence[OddColumn]) -> dict[str, str]:
    """Return the columns of the first `DataFrame`, as source code for `Entry.fix`."""
    frames = [column for column in columns if column.in_frame]
    of_first = [column for column in frames if column.table == frames[0].table]
    if not of_first:
        return {}
    return {
        "table": of_first[0].table.strip("`") if "`" in of_first[0].table else "table",
        "column": of_first[0].name,
        "columns": ", ".join(f'"{column.name}"' for column in of_first),
    }


def _verb(columns: Sequence[OddColumn]) -> str:
    many = len(columns) > 1
    if all(column.kind in {"numbers as text", "nullable"} for column in columns):
        return "these are" if many else "this is"
    return "these columns are not numeric:" if many else "this column is not numeric:"


def _called(column: OddColumn) -> str:
    return f"`{column.name}`" if column.in_frame else f"column {column.name}, counted from 0"


def _held(column: OddColumn) -> str:
    if column.kind == "nullable":
        return f"{column.dtype}, {_missing(column)}"
    examples = " or ".join(f"'{one}'" for one in column.examples)
    if column.kind == "numbers as text":
        return f"with {examples}" if examples else "as text"
    return f"{HOLDS[column.kind]} such as {examples}" if examples else HOLDS[column.kind]


def _missing(column: OddColumn) -> str:
    if not column.missing:
        return f"none of its {column.rows} values are missing"
    verb = "is" if column.missing == 1 else "are"
    return f"{column.missing} of its {column.rows} values {verb} missing"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(text: str) -> str:
    return text if text.startswith("`") else text[:1].upper() + text[1:]
