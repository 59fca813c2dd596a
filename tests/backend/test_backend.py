import builtins
from typing import Any

import pytest

from nbdoctor import backend


@pytest.mark.keras
def test_the_backend_of_keras_is_found() -> None:
    assert backend.name() == "tensorflow"
    assert backend.current().name == "tensorflow"


def test_another_backend_is_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "name", lambda: "jax")
    with pytest.raises(backend.BackendMissingError, match="Keras runs on JAX here"):
        backend.current()


def test_without_keras_the_way_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "keras":
            message = "No module named 'keras'"
            raise ImportError(message)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(backend.BackendMissingError, match="pip install"):
        backend.name()
