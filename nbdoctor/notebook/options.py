"""The words behind `%%diagnose` become options."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbdoctor.rules import catalogue
from nbdoctor.session.budget import WHOLE
from nbdoctor.session.experimenting import Wanted
from nbdoctor.session.judge import Choice
from nbdoctor.session.options import Options

if TYPE_CHECKING:
    from argparse import Namespace


def options(arguments: Namespace) -> Options:
    """What the arguments of the magic ask for.

    Raises
    ------
    ValueError
        An unknown rule or threshold, or a number that makes no sense; the message is for the user.
    """
    chosen = choice(arguments.only, arguments.ignore, arguments.set, " The cell was not run.")
    budget = WHOLE if arguments.budget is None else arguments.budget
    seconds = (budget, arguments.data_budget)
    if arguments.batches < 1 or not all(one > 0 for one in seconds):
        message = (
            "`--batches`, `--budget` and `--data-budget` must be above 0. The cell was not run."
        )
        raise ValueError(message)
    return Options(
        budget=budget,
        grows=arguments.budget is None,
        data_budget=arguments.data_budget,
        batches=arguments.batches,
        dry_run=arguments.dry_run,
        samples=arguments.include_samples,
        trials=not arguments.no_trials,
        experiment=_experiment(arguments),
        choice=chosen,
    )


def choice(only: str, ignore: str, settings: str, ran: str = "") -> Choice:
    """Which rules judge, and with which thresholds.

    Parameters
    ----------
    only, ignore : str
        Names of rules, separated by commas.
    settings : str
        As "RULE.NAME=VALUE", separated by commas.
    ran : str
        What to say of the cell where a name is wrong.

    Raises
    ------
    ValueError
        An unknown rule or threshold; the message is for the user.
    """
    known = {rule.name: rule for rule in catalogue()}
    names = _rule_names(only, known, ran), _rule_names(ignore, known, ran)
    values = {}
    for text in filter(None, settings.split(",")):
        name, _, value = text.partition("=")
        rule, _, threshold = name.partition(".")
        _rule_names(rule, known, ran)
        if threshold not in known[rule].thresholds:
            has = ", ".join(known[rule].thresholds) or "none"
            message = f"`{rule}` has no threshold `{threshold}` (it has: {has})."
            raise ValueError(message)
        try:
            values[rule, threshold] = float(value)
        except ValueError:
            message = f"`--set {text}` needs a number, as in `{name}=0.6`."
            raise ValueError(message) from None
    return Choice(only=names[0], ignore=names[1], settings=values)


def _experiment(arguments: Namespace) -> Wanted:
    if arguments.experiment and arguments.no_experiment:
        message = "`--experiment` and `--no-experiment` exclude each other. The cell was not run."
        raise ValueError(message)
    if arguments.experiment:
        return "always"
    return "never" if arguments.no_experiment else "where needed"


def _rule_names(text: str, known: Mapping[str, Any], ran: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, list(known), 1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            message = (
                f"There is no rule `{name}`.{hint}{ran} `python -m nbdoctor list` shows all rules."
            )
            raise ValueError(message)
    return names
