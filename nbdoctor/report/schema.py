"""The JSON Schema of a report: made of its data classes, and shipped as a file.

    python -m nbdoctor.report.schema > nbdoctor/report/report.schema.json

A test holds the file against this. Fields may be added within a version, so readers have to pass
over what they do not know; a field that goes, or means something else, makes a new version.
"""

from __future__ import annotations

import json
import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from nbdoctor.readings import kinds
from nbdoctor.report import VERSION, Report

FILE = Path(__file__).with_name("report.schema.json")

DRAFT = "https://json-schema.org/draft/2020-12/schema"

ADDRESS = f"urn:nbdoctor:report:{VERSION}"

NUMBER: Mapping[str, Any] = {
    "anyOf": [{"type": "number"}, {"enum": ["nan", "inf", "-inf"]}],
    "description": "JSON has no NaN and no infinity: these are text.",
}

PLAIN: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: NUMBER,
    type(None): {"type": "null"},
}


def schema() -> dict[str, Any]:
    """The schema of the reports that this version of nbdoctor writes."""
    made = _Definitions()
    root = made.of_class(Report)
    readings = {name: made.of(kind) for name, kind in sorted(kinds().items())}
    root["properties"]["readings"] = {
        "type": "object",
        "description": "By class name; more may come within a version.",
        "properties": readings,
    }
    root["properties"]["version"] = {"const": VERSION}
    return {
        "$schema": DRAFT,
        "$id": ADDRESS,
        "title": "A report of nbdoctor",
        **root,
        "$defs": dict(sorted(made.found.items())),
    }


def shipped() -> dict[str, Any]:
    """The schema as it lies in the package."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


class _Definitions:
    """Schemas of data classes, each made once."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, Any]] = {}

    def of_class(self, kind: type[Any]) -> dict[str, Any]:
        """An object with the fields that are stored; those without a default are required."""
        hints = typing.get_type_hints(kind)
        stored = [one for one in fields(kind) if one.metadata.get("stored", True)]
        required = [
            one.name for one in stored if one.default is MISSING and one.default_factory is MISSING
        ]
        made: dict[str, Any] = {
            "type": "object",
            "properties": {one.name: self.of(hints[one.name]) for one in stored},
        }
        return {**made, "required": required} if required else made

    def of(self, kind: Any) -> Mapping[str, Any]:
        """What a value of this type becomes in JSON."""
        if kind in PLAIN:
            return PLAIN[kind]
        if is_dataclass(kind) and isinstance(kind, type):
            return self._reference(kind)
        return self._of_several(get_origin(kind), get_args(kind))

    def _of_several(self, origin: Any, parts: tuple[Any, ...]) -> Mapping[str, Any]:
        """The same of a type that is made of others; what may be anything has no schema."""
        if origin is Literal:
            return {"enum": list(parts)}
        if origin in {Union, types.UnionType}:
            return {"anyOf": [self.of(part) for part in parts]}
        if not isinstance(origin, type) or not parts:
            return {}
        if issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(parts[1])}
        return self._list(parts)

    def _list(self, parts: tuple[Any, ...]) -> Mapping[str, Any]:
        if len(parts) == 1 or parts[-1] is Ellipsis:
            return {"type": "array", "items": self.of(parts[0])}
        items = [self.of(part) for part in parts]
        return {"type": "array", "prefixItems": items, "minItems": len(items)}

    def _reference(self, kind: type[Any]) -> Mapping[str, Any]:
        name = kind.__name__
        if name not in self.found:
            self.found[name] = {}  # it may hold others of its own kind
            self.found[name] = self.of_class(kind)
        return {"$ref": f"#/$defs/{name}"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=1, ensure_ascii=False) + "\n")
