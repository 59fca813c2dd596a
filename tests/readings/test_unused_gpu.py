from pathlib import Path

import pytest

from nbdoctor.readings.unused_gpu import gpus_of_machine


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    for number, name in enumerate(["NVIDIA A100", "NVIDIA T4"]):
        folder = tmp_path / "nvidia" / "gpus" / f"0000:0{number}:00.0"
        folder.mkdir(parents=True)
        text = f"Model: \t\t {name}\nIRQ:   \t\t 42\n"
        (folder / "information").write_text(text, encoding="utf-8")
    return tmp_path / "nvidia"


def test_names_of_gpus_that_can_be_opened(driver: Path, tmp_path: Path) -> None:
    devices = tmp_path / "dev"
    devices.mkdir()
    (devices / "nvidiactl").touch()
    assert gpus_of_machine(driver, devices) == ()  # a container without a GPU
    (devices / "nvidia0").touch()
    assert gpus_of_machine(driver, devices) == ("NVIDIA A100", "NVIDIA T4")


def test_machines_without_one(tmp_path: Path) -> None:
    assert gpus_of_machine(tmp_path / "none", tmp_path / "neither") == ()
    (tmp_path / "nvidia0").touch()
    assert gpus_of_machine(tmp_path / "none", tmp_path) == ()
