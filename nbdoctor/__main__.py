"""`nbdoctor` and `python -m nbdoctor`: check notebooks and scripts, read the manual."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbdoctor.headless.arguments import add_check, add_run
from nbdoctor.headless.change.arguments import add_try
from nbdoctor.manual import rules, site

ABOUT = """\
Find out why a Keras model does not learn. In a notebook, run `%load_ext nbdoctor` and put
`%%diagnose` on top of the cell that trains. Here whole notebooks and scripts are checked, for
instance before they are merged."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="nbdoctor",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(
        dest="command", required=True, title="commands", metavar="COMMAND"
    )
    add_check(commands)
    add_run(commands)
    add_try(commands)
    commands.add_parser("mcp", help="serve assistants that speak the Model Context Protocol")
    commands.add_parser("list", help="print every rule in one line")
    explain = commands.add_parser("explain", help="print the page of one rule")
    explain.add_argument("rule", metavar="RULE", help="its name, such as dead-units")
    manual = commands.add_parser("manual", help="build the manual as a site to open in a browser")
    manual.add_argument("folder", metavar="FOLDER", type=Path, help="a new folder for its pages")
    return _done(parser.parse_args(arguments))


def _done(given: argparse.Namespace) -> int:
    """Do what was asked; what takes a while to import is imported for it alone."""
    match given.command:
        case "check" | "run":
            from nbdoctor.headless import command

            return command.check(given) if given.command == "check" else command.run(given)
        case "try":
            from nbdoctor.headless.change.command import run

            return run(given)
        case "mcp":
            return _serve()
    return _read_manual(given)


def _read_manual(given: argparse.Namespace) -> int:
    match given.command:
        case "list":
            return _say("\n".join(_lines()))
        case "explain":
            return _explain(given.rule.replace("_", "-"))
        case _:
            return _build(given.folder)


def _lines() -> Iterator[str]:
    ordered = rules.ordered()
    width = max((len(rule.name) for rule in ordered), default=0)
    for rule in ordered:
        yield f"{rule.name:{width}}  {rule.severity:8}  {rules.summary(rule)}"


def _explain(name: str) -> int:
    known = {rule.name: rule for rule in rules.ordered()}
    if name in known:
        return _say(rules.page(known[name]).rstrip())
    near = difflib.get_close_matches(name, known, 1)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    return _refuse(f"There is no rule `{name}`.{hint} `python -m nbdoctor list` shows them all.")


def _serve() -> int:
    try:
        from nbdoctor.headless.assistant.server import serve
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        return _refuse('This needs the SDK of the protocol: pip install "nbdoctor[mcp]".')
    serve()
    return 0


def _build(folder: Path) -> int:
    try:
        site.build(folder)
    except site.CannotBuildError as error:
        return _refuse(str(error))
    return _say(f"The manual is in {folder / 'index.html'}: open it in a browser.")


def _say(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0


def _refuse(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
