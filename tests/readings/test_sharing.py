import pytest

from nbdoctor.readings.sharing import Sharing, read_sharing

pytestmark = pytest.mark.keras


def test_models_that_are_trained_in_turn_know_of_each_other() -> None:
    import keras

    critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    critic.compile("adam", "mse")
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    joint = keras.Sequential([keras.Input((2,)), generator, critic])
    joint.compile("adam", "mse")
    names = {"critic": critic, "generator": generator, "joint": joint}
    assert read_sharing(critic, names) == Sharing(name="critic", part_of=("joint",))
    assert read_sharing(joint, names) == Sharing(name="joint", holds=("critic",))
    assert read_sharing(generator, names).rival == "joint"
    assert read_sharing(critic, {"critic": critic}).rival == ""
