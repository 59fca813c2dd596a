from __future__ import annotations

from nbdoctor.view.grouping import grouped


def test_few_layers_stand_alone() -> None:
    assert [group.label for group in grouped(("a", "b"))] == ["a", "b"]


def test_blocks_are_found_in_paths() -> None:
    names = [f"block_{place // 6}/conv_{place % 6}" for place in range(120)]
    groups = grouped(names)
    assert [group.label for group in groups][:2] == ["block_0 (6 layers)", "block_1 (6 layers)"]


def test_blocks_are_found_in_the_names_of_keras_applications() -> None:
    names = [f"conv{n // 12}_block{n // 4 % 3}_{n % 4}_conv" for n in range(60)]
    assert grouped(names)[0].label == "conv0_block0 (4 layers)"


def test_layers_without_blocks_are_joined_in_runs_and_none_is_lost() -> None:
    names = [f"dense_{place}" for place in range(120)]
    groups = grouped(names)
    assert len(groups) <= 50
    assert [name for group in groups for name in group.members] == names
    assert groups[0].label == "dense_0 to dense_2"


def test_a_nested_model_is_taken_apart_into_its_blocks() -> None:
    inside = [f"conv{n // 12 + 2}_block{n // 4 % 3 + 1}_{n % 4}_conv" for n in range(60)]
    names = [*(f"resnet50/{name}" for name in inside), "dense"]
    groups = grouped(names)
    assert len(groups) == 16
    assert groups[0].label == "conv2_block1 (4 layers)"
    assert groups[-1].label == "dense"
