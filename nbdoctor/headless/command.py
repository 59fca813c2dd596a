"""`nbdoctor check` and `nbdoctor run`: from their words to results and exit status."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from nbdoctor.errors.words import sendable
from nbdoctor.headless import programs, scripts
from nbdoctor.headless.arguments import CELL_SECONDS, Asked, Output, asked
from nbdoctor.headless.baseline import marked, read_baseline, write_baseline
from nbdoctor.headless.configuration import find_configuration
from nbdoctor.headless.kernel import kill_all
from nbdoctor.headless.notebooks import Tell, check_notebook, executed_copy
from nbdoctor.headless.progress import progress
from nbdoctor.headless.reading import CannotReadError
from nbdoctor.headless.selection import UsageError, changed, notebooks
from nbdoctor.headless.watching import shown_path
from nbdoctor.report.checked import Checked
from nbdoctor.view.checks import FORMATS

MOMENT = 0.2
"""Seconds between two looks at whether the kernels have ended."""

NOTHING, FOUND, STOPPED, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses: nothing severe enough, findings, not run to the end, Ctrl-C."""


def check(given: argparse.Namespace) -> int:
    """Check notebooks, write what was found, and return the exit status."""
    try:
        project = find_configuration(Path.cwd())
        wanted = asked(given, project, CELL_SECONDS)
        exclude = [*(given.exclude or ()), *project.values.get("exclude", ())]
        paths = notebooks(given.paths, exclude)
        if given.changed_since:
            paths = changed(paths, given.changed_since)
        _refuse_overwriting(wanted, paths)
        jobs = given.jobs or project.values.get("jobs", 1)
        with progress(len(paths)) as tell:
            checked = list(_checked(paths, wanted, max(1, jobs), tell))
        return _end(checked, wanted)
    except UsageError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted: nothing was written.\n")
        return INTERRUPTED


def run(given: argparse.Namespace) -> int:
    """Run a script, write what was found, and return the exit status."""
    words = given.script if given.module is None else given.module
    if not words:
        return _refuse("Name a script to run, or a module behind `-m`.")
    try:
        wanted = asked(given, find_configuration(Path.cwd()), None)
        program = (
            programs.script(Path(words[0])) if given.module is None else programs.module(words[0])
        )
        ignored = wanted.configuration.ignored(shown_path(Path(program.file)))
        how = replace(wanted.how, ignore=(*wanted.how.ignore, *ignored))
        ended = scripts.run(program, words[1:], how)
        status = _end([ended.checked], wanted)
    except (UsageError, CannotReadError) as error:
        return _refuse(str(error))
    if ended.status == scripts.INTERRUPTED and ended.checked.stop is not None:
        return INTERRUPTED
    if ended.status and ended.checked.stop is None:
        sys.stderr.write(
            f"The script ended with status {ended.status}, so this command does.\n"
            f"By what was found it would end with {status}.\n"
        )
        return ended.status
    return status


def _checked(paths: Sequence[Path], wanted: Asked, jobs: int, tell: Tell) -> Iterator[Checked]:
    def one(path: Path) -> Checked:
        shown = shown_path(path)
        ignored = wanted.configuration.ignored(shown)
        how = replace(wanted.how, ignore=(*wanted.how.ignore, *ignored))
        found = check_notebook(path, shown, how, tell)
        tell(shown, 1, 1)  # whether it was run or not
        return found

    if jobs == 1:  # in this thread, which Ctrl-C interrupts
        yield from map(one, paths)
        return
    with ThreadPoolExecutor(jobs) as pool:
        checks = [pool.submit(one, path) for path in paths]
        try:
            yield from (check.result() for check in checks)
        except KeyboardInterrupt:
            for check in checks:
                check.cancel()
            while not all(check.done() for check in checks):
                kill_all()  # more than once: one may only be starting
                time.sleep(MOMENT)
            raise


def _end(checked: Sequence[Checked], wanted: Asked) -> int:
    """Write the results; the exit status that they give."""
    if wanted.write_baseline and wanted.baseline is not None:
        write_baseline(wanted.baseline, checked)
    if wanted.baseline is not None:
        known = read_baseline(wanted.baseline)
        checked = [marked(one, known) for one in checked]
    for output in wanted.outputs:
        _write(output, checked, wanted)
    if all(output.file is not None for output in wanted.outputs):
        _write(Output(name="text", file=None), checked, wanted)
    return status_of(checked, wanted)


def status_of(checked: Sequence[Checked], wanted: Asked) -> int:
    """The exit status; that something was not run tells more than what was found elsewhere."""
    if any(one.stop is not None and not one.stop.explained for one in checked):
        return STOPPED
    if wanted.require_training and not any(one.trainings for one in checked):
        sys.stderr.write("Nothing was trained, and `--require-training` asks for it.\n")
        return STOPPED
    if wanted.least is not None and any(one.at_least(wanted.least) for one in checked):
        return FOUND
    return NOTHING


def _write(output: Output, checked: Sequence[Checked], wanted: Asked) -> None:
    text = str(sendable(FORMATS[output.name](checked, wanted.least)))
    if output.file is None:
        shown = sys.stdout.encoding or "utf-8"  # a terminal may not know all letters
        sys.stdout.write(text.encode(shown, errors="replace").decode(shown))
        return
    try:
        output.file.parent.mkdir(parents=True, exist_ok=True)
        output.file.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"`{output.file}` cannot be written: {error.strerror or error}."
        raise UsageError(message) from error


def _refuse_overwriting(wanted: Asked, paths: Sequence[Path]) -> None:
    """No result may take the place of a notebook."""
    files = [output.file for output in wanted.outputs if output.file is not None]
    if wanted.how.execute_to is not None:
        files += [executed_copy(shown_path(path), wanted.how.execute_to) for path in paths]
    taken = {path.resolve() for path in paths}
    for file in files:
        if file.resolve() in taken:
            message = f"`{file}` is one of the notebooks, which are never changed. Choose another."
            raise UsageError(message)


def _refuse(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return STOPPED
