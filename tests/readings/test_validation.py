import numpy as np

from nbdoctor.capture.data import Rows
from nbdoctor.readings.labels import read_labels
from nbdoctor.readings.validation import Validation, read_validation


def rows_of(labels: np.ndarray, batches: int = 0) -> Rows:
    return Rows(
        inputs={"x": np.zeros((len(labels), 1))},
        targets={"y": labels},
        index=np.arange(len(labels)),
        total=len(labels),
        batches=batches,
    )


def compared(ours: np.ndarray, theirs: np.ndarray, share: float = 0.0) -> Validation:
    (target,) = read_labels(rows_of(ours)).targets
    return read_validation(target, rows_of(ours), rows_of(theirs), share)


SORTED = np.repeat(np.arange(5), 10)


def test_a_split_of_sorted_labels_holds_unseen_classes() -> None:
    found = compared(SORTED[:35], SORTED[35:], 0.3)
    assert found.unseen == ((4.0, 10),)
    assert found.unseen_rows == 10
    assert (found.rows, found.training_rows) == (15, 35)
    assert found.classes == (3.0, 4.0)
    assert found.training_classes == (0.0, 1.0, 2.0, 3.0)
    assert (found.split, found.share) == ("tail", 0.3)
    assert found.counts == ((0.0, 0), (1.0, 0), (2.0, 0), (3.0, 5))


def test_mixed_rows_hold_none() -> None:
    mixed = np.random.default_rng(0).permutation(SORTED)
    found = compared(mixed[:40], mixed[40:])
    assert found.unseen == ()
    assert found.unseen_rows == 0
    assert found.split == "given"


def test_rows_with_one_column_per_class_are_compared_by_class() -> None:
    found = compared(np.eye(5)[SORTED[:35]], np.eye(5)[SORTED[35:]])
    assert found.unseen == ((4.0, 10),)


def test_tags_are_counted_by_place() -> None:
    tags = np.tile([0, 1, 2, 2], (12, 1))
    found = compared(tags[:8], np.where(tags[8:] == 1, 7, tags[8:]))
    assert (found.rows, found.counted, found.are_places) == (4, 16, True)
    assert (found.unseen, found.unseen_rows) == (((7.0, 4),), 4)
    assert not compared(SORTED, SORTED).are_places


def test_quantities_have_no_classes() -> None:
    found = compared(np.linspace(0, 1, 20), np.linspace(2, 3, 8))
    assert (found.classes, found.unseen, found.rows) == ((), (), 8)


def test_rows_of_batches_are_not_all_rows() -> None:
    (target,) = read_labels(rows_of(SORTED)).targets
    assert compared(SORTED, SORTED).complete
    assert not read_validation(target, rows_of(SORTED, 3), rows_of(SORTED), 0.0).complete
