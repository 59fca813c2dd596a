from pathlib import Path

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings import unused_gpu as reading
from nbdoctor.readings.unused_gpu import UnusedGpu
from nbdoctor.rules.pipeline.unused_gpu import unused_gpu
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

LONG = UnusedGpu(names=("NVIDIA T4",), remaining=95.0)


def test_fires() -> None:
    (finding,) = unused_gpu(LONG)
    assert "The machine has `NVIDIA T4`, and TensorFlow finds no GPU" in finding.says
    assert "takes 95 more seconds" in finding.says
    assert finding.severity == "note"


def test_stays_silent() -> None:
    assert not list(unused_gpu(UnusedGpu(names=("NVIDIA T4",), remaining=12.0)))


def test_does_not_apply_where_the_time_is_not_known() -> None:
    with pytest.raises(DoesNotApplyError):
        list(unused_gpu(UnusedGpu(names=("NVIDIA T4",))))


def test_treatment() -> None:
    (finding,) = unused_gpu(LONG)
    (advice,) = unused_gpu.treatments(finding, Cell(""))
    assert "tensorflow[and-cuda]" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("gpus", [("NVIDIA T4",), ()])
def test_on_a_real_model(monkeypatch: pytest.MonkeyPatch, gpus: tuple[str, ...]) -> None:
    """Steps of a millisecond, of which millions are planned; the first epoch is interrupted."""

    def found(driver: Path, devices: Path) -> tuple[str, ...]:
        assert driver.is_absolute()
        assert devices.is_absolute()
        return gpus

    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("TensorFlow finds the GPU of this machine")
    monkeypatch.setattr(reading, "gpus_of_machine", found)
    for name in reading.HIDES:
        monkeypatch.delenv(name, raising=False)
    rules = rules_of(
        """class Stop(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if self.model.optimizer.iterations > 40:
            self.model.stop_training = True
build().fit(x, y, batch_size=4, epochs=1_000_000, callbacks=[Stop()], verbose=0)
""",
        "--no-trials",
    )
    assert ("unused-gpu" in rules) is bool(gpus)
