from dataclasses import replace

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.data_changes import DataChange, DataChanges
from nbdoctor.readings.earlier_signal import EarlierSignal
from nbdoctor.readings.signal import Signal
from nbdoctor.rules.data.rows_shuffled_apart import rows_shuffled_apart
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.changing import changed

CHANGE = changed(
    line=7,
    text="rng.shuffle(y)",
    variable="y",
    argument="y",
    rows=1200,
    distinct_before=3,
    distinct=3,
    reordered=True,
)
NONE = Signal(
    task="classification",
    score="score",
    rows=400,
    features=4,
    input_kind="table",
    linear=0.31,
    neighbours=0.35,
    permuted=0.33,
    permuted_high=0.38,
    p_linear=0.6,
    p_neighbours=0.3,
    permutations=200,
)
FOUND = replace(NONE, linear=0.96, neighbours=0.92, p_linear=0.005, p_neighbours=0.005)


def findings(
    before: Signal = FOUND, now: Signal = NONE, change: DataChange = CHANGE
) -> list[Finding]:
    changes = DataChanges(changes=(change,), apart=(change,))
    return list(rows_shuffled_apart(changes, EarlierSignal(change=change, signal=before), now))


def test_fires_with_both_scores() -> None:
    (finding,) = findings()
    assert finding.title == "`y` is reordered, but the inputs are not"
    assert finding.says.startswith("Line 7, `rng.shuffle(y)`, reorders the 1,200 rows of `y`")
    assert "a linear model had a score of 0.96 before that line and 0.31" in finding.says
    assert finding.where.line == 7
    assert finding.measured["rows"] == 1200


@pytest.mark.parametrize(
    ("before", "now", "change", "words"),
    [
        pytest.param(
            replace(FOUND, linear=0.3, p_linear=0.7), NONE, CHANGE, "neighbours had a score",
            id="only neighbours saw it",
        ),
        pytest.param(
            FOUND, NONE, replace(CHANGE, argument="x", variable="rows"), "the labels keep",
            id="the inputs were reordered",
        ),
    ],
)  # fmt: skip
def test_fires(before: Signal, now: Signal, change: DataChange, words: str) -> None:
    (finding,) = findings(before, now, change)
    assert words in finding.says


def test_fires_where_what_is_left_looks_like_a_weak_relation() -> None:
    left = replace(NONE, linear=0.09, neighbours=0.03, p_linear=0.0497)
    (finding,) = findings(now=left)
    assert "0.96 before that line and 0.09 after it." in finding.says


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(FOUND, id="the relation is still there"),
        pytest.param(replace(NONE, p_neighbours=0.02), id="neighbours still see it"),
    ],
)
def test_stays_silent(now: Signal) -> None:
    assert not findings(now=now)


def test_does_not_apply() -> None:
    with pytest.raises(DoesNotApplyError, match="before the line"):
        findings(before=NONE)
    earlier = EarlierSignal(change=CHANGE, signal=FOUND)
    with pytest.raises(DoesNotApplyError, match="no line reorders"):
        list(rows_shuffled_apart(DataChanges(changes=(CHANGE,)), earlier, NONE))


def test_treatment_leaves_the_line_out() -> None:
    cell = Cell("\n\n\n\n\nx, y = data()\nrng.shuffle(y)  # mix\nmodel.fit(x, y)")
    (treatment,) = rows_shuffled_apart.treatments(findings()[0], cell)
    assert treatment.diff.splitlines()[1:] == [
        " x, y = data()",
        "-rng.shuffle(y)  # mix",
        " model.fit(x, y)",
    ]


EXAMPLE = rows_shuffled_apart.page.split("```python")[1].split("```")[0]


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("line", "fires"),
    [("np.random.shuffle(y)", True), ("order = np.argsort(y); x, y = x[order], y[order]", False)],
)
def test_a_real_cell(shell: InteractiveShell, line: str, fires: bool) -> None:
    source = EXAMPLE.replace("np.random.shuffle(y)", line).replace("epochs=20", "verbose=0")
    assert shell.run_cell(f"%%diagnose -q -o report --no-trials\n{source}").success
    found = {one.rule for one in shell.user_ns["report"].findings}
    assert ("rows-shuffled-apart" in found) == fires
