"""Programs, compiled: what the compiler used goes back to the system."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.training import compilation
from pellucid.training.compilation import COMPILED, give_memory_back


def test_memory_goes_back_after_a_compilation_that_took_long(monkeypatch):
    trimmed = []
    library = SimpleNamespace(malloc_trim=trimmed.append)
    monkeypatch.setattr(compilation.ctypes, "CDLL", lambda name: library)
    give_memory_back.__wrapped__()
    for event, seconds in ((COMPILED, 0.01), ("another", 1.0), (COMPILED, 1.0)):
        jax.monitoring.record_event_duration_secs(event, seconds)
    assert trimmed == [0]


def test_jax_tells_of_a_compilation_by_that_name():
    told = []
    jax.monitoring.register_event_duration_secs_listener(lambda event, _, **__: told.append(event))
    jax.jit(lambda x: jnp.sin(x) + 0.12345)(np.ones(3, "float32"))
    assert COMPILED in told
