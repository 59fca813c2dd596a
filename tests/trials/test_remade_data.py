"""Fixes of the data: the lines that prepare it are run again on all rows, and nothing else is."""

import inspect
import time
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.rules.treatment import Trial
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.isolation import isolated
from nbdoctor.trials.trial import Trials

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

MODEL = """
model = keras.Sequential([
    keras.Input(({width},)),
    keras.layers.Dense(16, activation="relu"),
    keras.layers.Dense({units}, activation="{head}"),
])
model.compile(keras.optimizers.Adam(0.02), "{loss}")
"""
BINARY = {"units": 1, "head": "sigmoid", "loss": "binary_crossentropy"}
CLASSES = {"units": "len(names)", "head": "softmax", "loss": "sparse_categorical_crossentropy"}
NUMBER = {"units": 1, "head": "linear", "loss": "mse"}


def ran(source: str, monkeypatch: pytest.MonkeyPatch, **names: Any) -> Case:
    """Execute a cell, and note what its `fit` was given."""
    names |= {"__name__": "__main__", "keras": keras, "np": np, "pd": pd}
    fit, given = keras.Model.fit, {}
    signature = inspect.signature(fit)

    def noted(*arguments: Any, **options: Any) -> Any:
        bound = signature.bind(*arguments, **options)
        bound.apply_defaults()
        given.update(bound.arguments)
        return fit(*arguments, **options)

    keras.utils.set_random_seed(0)
    with monkeypatch.context() as patched:
        patched.setattr(keras.Model, "fit", noted)
        exec(compile(source, "<cell>", "exec"), names)  # noqa: S102  (cells of this file)
    del given["self"]
    return Case(cell=Cell(source), namespace=dict(names), arguments=given, model=names["model"])


def copies(names: Any) -> dict[str, bytes]:
    """The data of a namespace, byte for byte."""
    tables = {name: value for name, value in names.items() if hasattr(value, "to_csv")}
    arrays = {name: value for name, value in names.items() if isinstance(value, np.ndarray)}
    return {name: value.to_csv().encode() for name, value in tables.items()} | {
        name: value.tobytes() for name, value in arrays.items()
    }


def tried(case: Case, patched: str) -> Trial:
    before, state = copies(case.namespace), np.random.get_state()[1].tolist()  # noqa: NPY002
    with isolated():
        trials = Trials(case, time.perf_counter() + 300, raises=False)
        trial = trials.of(Cell(patched), trains=True)
    assert copies(case.namespace) == before
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002
    return trial


def ward(rows: int = 500) -> pd.DataFrame:
    """Half of the values that decide are missing, and written as -9999."""
    deal = np.random.default_rng(1)
    z = deal.normal(size=(rows, 3))
    frame = pd.DataFrame(z * [10, 0.5, 5] + [60, 2, 100], columns=["age", "lactate", "pulse"])
    frame["died"] = (2 * z[:, 1] + z[:, 0] > 0).astype(int)
    frame.loc[deal.random(rows) < 0.3, "lactate"] = -9999.0
    return frame


FILL = """{0} = {0}.replace({{"lactate": {{-9999: float("nan")}}}})
{0} = {0}.fillna({0}[["lactate"]].median())
"""

FRAMES = (
    """
train, valid = table.iloc[:400], table.iloc[400:]
columns = ["age", "lactate", "pulse"]
mean, std = train[columns].mean(), train[columns].std()
x_train = ((train[columns] - mean) / std).to_numpy("float32")
x_valid = ((valid[columns] - mean) / std).to_numpy("float32")
"""
    + MODEL.format(width="len(columns)", **BINARY)
    + """
model.fit(x_train, train["died"].to_numpy(), epochs=1, verbose=0,
          validation_data=(x_valid, valid["died"].to_numpy()))
"""
)

SPLIT = (
    """
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
x = table.drop(columns="died").to_numpy()
y = table["died"].to_numpy()
x_train, x_valid, y_train, y_valid = train_test_split(x, y, test_size=0.2, random_state=3)
scaler = StandardScaler()
x_train = scaler.fit_transform(x_train)
x_valid = scaler.transform(x_valid)
"""
    + MODEL.format(width="x.shape[1]", **BINARY)
    + """
model.fit(x_train, y_train, epochs=1, verbose=0, validation_data=(x_valid, y_valid))
"""
)

FUNCTION = (
    """
def scaled(rows):
    values = rows[["age", "lactate", "pulse"]].to_numpy()
    return (values - values.mean(axis=0)) / values.std(axis=0)

deal = np.random.default_rng(7)
order = deal.permutation(len(table))
shuffled = table.iloc[order]
x = scaled(shuffled)
y = shuffled["died"].to_numpy()
"""
    + MODEL.format(width=3, **BINARY)
    + """
model.fit(x, y, validation_split=0.25, epochs=1, verbose=0)
"""
)


READ = SPLIT.replace("\nx = ", "\ntable = read()\nx = ", 1)


def test_what_was_read_is_still_there_and_is_not_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads: list[int] = []

    def read() -> pd.DataFrame:
        reads.append(1)
        return ward()

    case = ran(READ, monkeypatch, read=read)
    trial = tried(case, READ.replace("table = read()\n", "table = read()\n" + FILL.format("table")))
    assert trial.outcome == "helps", trial
    assert len(reads) == 1


SEEDED = FUNCTION.replace("deal = np.random.default_rng(7)", "np.random.seed(7)").replace(
    "deal.permutation", "np.random.permutation"
)
NUMBERED = SEEDED.replace("np.random.seed(7)", "keras.utils.set_random_seed(seed=7)")


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(FRAMES, id="frames"),
        pytest.param(SPLIT, id="a split and a scaler"),
        pytest.param(FUNCTION, id="a function and a generator"),
        pytest.param(SEEDED, id="draws from a seed of NumPy's"),
        pytest.param(NUMBERED, id="draws from a seed of Keras's"),
    ],
)
def test_a_fix_of_the_table_goes_through_the_lines_behind_it(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = ran(source, monkeypatch, table=ward())
    trial = tried(case, FILL.format("table") + source)
    assert trial.outcome == "helps", trial
    assert trial.held_out
    assert trial.before is not None
    assert trial.after is not None
    assert trial.after > trial.before + 0.1


def test_a_fix_that_cannot_help_has_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    healthy = ward().replace({"lactate": {-9999: 2.0}})
    case = ran(FRAMES, monkeypatch, table=healthy)
    placebo = 'table = table.replace({"lactate": {-1234: 0.0}})\n' + FRAMES
    trial = tried(case, placebo)
    assert (trial.outcome, trial.before) == ("no effect", trial.after)


SERIES = (
    """
level = table["level"].to_numpy("float32")
mean, std = level.mean(), level.std()
level = (level - mean) / std
window = 8
x = np.stack([level[i:i + window] for i in range(len(level) - window)])
y = level[window:]
cut = int(0.8 * len(x))
"""
    + MODEL.format(width="window", **NUMBER)
    + """
model.fit(x[:cut], y[:cut], validation_data=(x[cut:], y[cut:]), epochs=1, verbose=0)
"""
)


def gauge() -> pd.DataFrame:
    """A tide of 29.5 days, with the rows sorted by the text of their dates."""
    day = np.arange(700)
    noise = np.random.default_rng(2).normal(0, 0.1, len(day))
    stamps = pd.Timestamp("2020-01-01") + pd.to_timedelta(day, unit="D")
    dates = [f"{one.day}/{one.month}/{one.year}" for one in stamps]
    frame = pd.DataFrame({"date": dates, "level": np.sin(2 * np.pi * day / 29.5) + noise})
    return frame.sort_values("date")


def test_rows_in_another_order_are_judged_by_the_rows_as_they_are_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = ran(SERIES, monkeypatch, table=gauge())
    sort = 'table = table.iloc[pd.to_datetime(table["date"], format="%d/%m/%Y").argsort()]\n'
    trial = tried(case, sort + SERIES)
    assert trial.outcome == "helps", trial
    assert trial.before is not None
    assert trial.before < 0.6
    assert (trial.after or 0) > 0.8
    assert trial.rows == 139


def test_another_order_of_independent_rows_is_no_help(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ward().replace({"lactate": {-9999: 2.0}})
    case = ran(FRAMES, monkeypatch, table=table)
    trial = tried(case, 'table = table.sort_values("pulse")\n' + FRAMES)
    assert trial.outcome in {"no effect", "undecided"}, trial


SPELLED = (
    """
names = sorted(table["kind"].unique())
number = {name: i for i, name in enumerate(names)}
x = table[["a", "b", "c"]].to_numpy("float32")
y = table["kind"].map(number).to_numpy()
"""
    + MODEL.format(width=3, **CLASSES)
    + """
model.fit(x, y, epochs=3, batch_size=16, validation_split=0.2, verbose=0)
"""
)


def spelled() -> pd.DataFrame:
    deal = np.random.default_rng(4)
    kind = deal.integers(0, 3, 600)
    values = 2 * np.eye(3)[kind] + deal.normal(0, 0.3, (600, 3))
    words = np.array(["ash", "elm", "oak"], dtype=object)[kind]
    words = np.where(deal.random(600) < 0.5, words, np.char.upper(words.astype(str)))
    return pd.DataFrame(values, columns=["a", "b", "c"]).assign(kind=words.astype(object))


def test_classes_that_become_one_are_judged_by_their_own_labels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = ran(SPELLED, monkeypatch, table=spelled())
    assert case.model.output_shape == (None, 6)
    one = 'table = table.replace({"kind": {"ASH": "ash", "ELM": "elm", "OAK": "oak"}})\n'
    trial = tried(case, one + SPELLED)
    assert trial.outcome == "helps", trial
    assert "labels of its cell" in trial.reason


def test_a_column_that_gives_the_target_away_is_shuffled_to_judge_the_copy_that_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deal = np.random.default_rng(8)
    table = ward().replace({"lactate": {-9999: 2.0}})
    table["bed"] = np.where(table["died"] == 1, 0.0, deal.normal(50, 10, len(table)))
    case = ran(SPLIT, monkeypatch, table=table)
    without = 'table = table.drop(columns=["bed"])\n' + SPLIT
    shuffle = 'table = table.copy()\ntable["bed"] = table["bed"].sample(frac=1, random_state=0)'
    used = shuffle + ".to_numpy()\n" + SPLIT
    before = copies(case.namespace)
    with isolated():
        trials = Trials(case, time.perf_counter() + 300, raises=False)
        trial = trials.of(Cell(without), trains=True, as_used=used)
        alone = Trials(case, time.perf_counter() + 300, raises=False).of(Cell(without), trains=True)
    assert trial.outcome == "helps", trial
    assert "where the target is not known yet" in trial.reason
    assert alone.outcome in {"worse", "no effect", "undecided"}, alone
    assert copies(case.namespace) == before


def test_a_fix_of_the_validation_rows_is_judged_by_them(monkeypatch: pytest.MonkeyPatch) -> None:
    source = FRAMES.replace("x_valid = ((valid[columns] - mean)", "x_valid = ((-valid[columns])")
    table = ward().replace({"lactate": {-9999: 2.0}})
    case = ran(source, monkeypatch, table=table)
    trial = tried(case, source.replace("((-valid[columns])", "((valid[columns] - mean)"))
    assert trial.outcome == "helps", trial
    assert (trial.rows, trial.held_out) == (100, True)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        pytest.param(", random_state=3", "", "no `random_state`", id="another split"),
        pytest.param(
            'table["died"].to_numpy()',
            'np.random.permutation(table["died"].to_numpy())',
            "calls `np.random.permutation`",
            id="draws of all",
        ),
        pytest.param(
            "scaler = Standard",
            "x_train = x_train + deal.normal(size=1)\nscaler = Standard",
            "`deal` as it was before line 7 is not known",
            id="a generator of an earlier cell",
        ),
        pytest.param(
            "scaler = Standard",
            "half = x_train[:200]\nhalf[:] = 0\nscaler = Standard",
            "do not make again what `fit` was given",
            id="a part that is written into",
        ),
    ],
)
def test_lines_that_would_not_do_the_same_again_are_not_run(
    old: str, new: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SPLIT.replace(old, new)
    case = ran(source, monkeypatch, table=ward(), deal=np.random.default_rng(5))
    trial = tried(case, FILL.format("table") + source)
    assert trial.outcome is None
    assert why in trial.reason


def test_draws_of_others_behind_a_seed_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    source = SEEDED.replace("order = ", "unseen()\norder = ")
    case = ran(source, monkeypatch, table=ward(), unseen=lambda: np.random.rand(3))  # noqa: NPY002
    trial = tried(case, FILL.format("table") + source)
    assert trial.outcome is None
    assert "do not make again what `fit` was given" in trial.reason


def test_data_that_something_else_has_changed_is_not_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = FUNCTION + "table.loc[:, 'age'] = 0\n"  # after the `fit`: the table is another one
    case = ran(source, monkeypatch, table=ward())
    trial = tried(case, FILL.format("table") + source)
    assert trial.outcome is None
    assert "do not make again what `fit` was given" in trial.reason


def test_too_much_data_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbdoctor.trials.copying.remade.MOST_BYTES", 1000)
    case = ran(FRAMES, monkeypatch, table=ward())
    trial = tried(case, FILL.format("table") + FRAMES)
    assert trial.outcome is None
    assert "would have to go through" in trial.reason


def test_lines_that_take_long_are_not_run_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbdoctor.trials.copying.remade.MOST_SECONDS", 0.0)
    case = ran(FRAMES, monkeypatch, table=ward())
    trial = tried(case, FILL.format("table") + FRAMES)
    assert trial.outcome is None
    assert "take longer than" in trial.reason


class Archive:
    """What is opened again with each entry that is asked for."""

    def __init__(self, **entries: Any) -> None:
        self.entries, self.asked = entries, 0

    def __getitem__(self, name: str) -> Any:
        self.asked += 1
        return self.entries[name]


IDS = """
model = keras.Sequential([
    keras.Input((12,), dtype="int32"),
    keras.layers.Embedding(31, 8, mask_zero=True),
    keras.layers.GlobalAveragePooling1D(),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
model.fit(part["ids"], part["y"], epochs=1, verbose=0)
"""


def test_what_fit_was_given_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    deal = np.random.default_rng(6)
    ids = deal.integers(1, 30, (600, 12))
    y = deal.integers(0, 2, 600)
    ids[y == 1, 3] = 0
    ids[y == 1, 7] = 0
    archive = Archive(ids=ids.astype("int32"), y=y)
    case = ran(IDS, monkeypatch, part=archive)
    asked = archive.asked
    patched = IDS.replace("\nmodel.fit", "\ndef one_up(ids):\n    return ids + 1\nmodel.fit")
    patched = patched.replace('fit(part["ids"]', 'fit(one_up(part["ids"])')
    trial = tried(case, patched)
    assert trial.outcome == "helps", trial
    assert archive.asked == asked
