from types import SimpleNamespace

import numpy as np

from nbdoctor.readings.history import History, read_history


def test_the_numbers_of_every_epoch_are_kept() -> None:
    log = {"loss": [2.0, np.float32(1.5)], "val_loss": [3, np.nan], "learning_rate": [0.1, 0.05]}
    history = read_history(SimpleNamespace(history=log))
    assert history.epochs == 2
    assert history.values["loss"] == (2.0, 1.5)
    assert history.values["val_loss"][0] == 3.0
    assert history.values["learning_rate"] == (0.1, 0.05)
    assert all(type(value) is float for values in history.values.values() for value in values)


def test_several_values_count_by_their_mean() -> None:
    log = {"f1_score": [np.array([0.25, 0.75]), np.array([1.0, 1.0])], "one": [np.array([0.5])]}
    assert read_history(SimpleNamespace(history=log)).values == {
        "f1_score": (0.5, 1.0),
        "one": (0.5,),
    }


def test_what_is_no_number_is_left_out() -> None:
    history = read_history(SimpleNamespace(history={"loss": [1.0], "note": ["good"]}))
    assert history == History(values={"loss": (1.0,)}, epochs=1)


def test_a_fit_of_no_epochs_has_an_empty_log() -> None:
    assert read_history(SimpleNamespace(history={})) == History(values={}, epochs=0)
    assert read_history(None) == History(values={}, epochs=0)
