"""Two classes that simple models cannot tell apart."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.class_names import ClassNames
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.readings.told_apart import Pair, ToldApart
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule

MODEL = 0.9


@rule(
    family="labels",
    severity="warning",
    kind="hint",
    holds="Simple models tell each class from each other one, or few of them",
    explains=("contradicted-labels", "below-simple-models"),
)
def classes_not_told_apart(  # noqa: PLR0913  (three thresholds, each by name)
    told: ToldApart,
    names: ClassNames | None,
    forms: OtherForms | None,
    /,
    *,
    others: float = 0.9,
    usual: float = 0.85,
    fewest: float = 150,
) -> Iterator[Finding]:
    """Nothing tells two classes apart, though they differ from all others.

    ## What it means
    Two classes with the same inputs are one class with two numbers, as a rule: a second spelling, a
    label that two people use differently, a list that was joined twice. No model can tell them
    apart, and half of its answers for them count as wrong.

    ## How it is measured
    A linear model and nearest neighbours predict rows that they were not fitted to. The finding
    requires two classes with at least `fewest` (150) rows together, that the better model puts no
    more of these into the right one of the two than guessing may (three standard errors above one
    half), and that both together are told from all other classes in at least `others` (0.9) of the
    rows. The median pair of classes must be told apart in `usual` (0.85) of the rows. Classes that
    differ a little are told apart better than the pair. Where the trained model has a score above
    0.9 nothing is reported: it sees what simple models do not.

    ## Example
    ```python
    kinds = ["rose", "tulip", "roses"]       # "rose" and "roses" are one
    y = np.array([kinds.index(name) for name in table["kind"]])
    ```

    ## What the treatment does
    It says what to check.

    ## When to ignore it
    When the two classes differ in what simple models do not see, as in details of pictures or the
    order of words.

    ## References
    github:deepchecks/deepchecks#1970.
    """
    if forms is not None and forms.validation >= MODEL:
        return
    spelled = names is not None and any(one.groups for one in names.spellings)
    found = [
        one
        for one in told.pairs
        if one.rows >= fewest and one.apart <= one.by_chance and one.from_others >= others
    ]
    if found and not spelled and told.usual >= usual:
        yield _finding(found[0], told, names)


def _finding(pair: Pair, told: ToldApart, names: ClassNames | None) -> Finding:
    one, other = (_named(label, told, names) for label in (pair.one, pair.other))
    return Finding(
        title=f"Simple models cannot tell class {one} from class {other}",
        says=(
            f"Of {pair.rows:,} rows of both, simple models put {figure(100 * pair.apart, 2)} % "
            "into the right one (50 % is guessing), while they tell "
            f"{figure(100 * pair.from_others, 2)} % of all rows as one of the two or one of the "
            "other classes."
        ),
        where=Where(call="fit", argument="y"),
        measured={"told apart": pair.apart},
        expected={"told apart": f"above {figure(pair.by_chance, 2)}"},
    )


def _named(label: float, told: ToldApart, names: ClassNames | None) -> str:
    known = names.training if names is not None else ()
    at = int(label)
    name = f" ({known[at]!r})" if len(known) == told.classes and 0 <= at < len(known) else ""
    return f"{figure(label)}{name}"


@classes_not_told_apart.treatment("Check whether they are the same class", effect="advice")
def check_whether_they_are_one(_finding: Finding, _cell: Cell) -> str:
    """Compare a few rows of both classes and where their labels come from."""
    return (
        "Compare rows of both classes, their names and who labelled them. If they are one class, "
        "give both one number before the labels are made."
    )
