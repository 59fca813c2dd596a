import pytest

from nbdoctor.backend.tensorflow.loops import is_of_the_user


@pytest.mark.keras
@pytest.mark.parametrize(
    ("file", "own"),
    [
        ("<ipython-input-1-ab>", True),
        ("/home/me/lesson/train.py", True),
        ("/home/me/notes-on-site-packages/train.py", True),
        ("/opt/python/lib/python3.12/site-packages/keras/trainer.py", False),
        ("/usr/lib/python3/dist-packages/keras/trainer.py", False),
    ],
)
def test_who_wrote_a_function(file: str, own: bool) -> None:
    space: dict[str, object] = {}
    exec(compile("def step(): pass", file, "exec"), space)  # noqa: S102
    assert is_of_the_user(space["step"]) is own  # type: ignore[arg-type]
