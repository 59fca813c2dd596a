import pytest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.metrics import with_metric

NAMES = {"Accuracy", "accuracy"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param('["accuracy"]', '["mae"]', id="a string"),
        pytest.param("['accuracy', 'auc']", "['mae', 'auc']", id="single quotes"),
        pytest.param("[keras.metrics.Accuracy()]", '["mae"]', id="an object"),
        pytest.param("[Accuracy(name='a')]", "['mae']", id="an imported class"),
        pytest.param('["mae", "accuracy"]', '["mae"]', id="never twice"),
        pytest.param('["auc"]', '["auc"]', id="nothing to do"),
    ],
)
def test_a_metric_is_replaced_by_its_name(before: str, after: str) -> None:
    source = "model.compile('adam', 'mse', metrics={})  # why\n"
    treated = with_metric(Cell(source.format(before)), NAMES, '"mae"')
    assert treated.source == source.format(after)


@pytest.mark.parametrize("given", ["metrics=scores", "", "metrics={'a': ['accuracy']}"])
def test_a_list_made_elsewhere_is_not_edited(given: str) -> None:
    with pytest.raises(CannotEditError):
        with_metric(Cell(f"model.compile('adam', 'mse', {given})"), NAMES, '"mae"')
