"""Compiled programs, kept on disk: what was compiled once starts at once the next time."""

import ctypes
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import jax

WORTH_KEEPING = 0.01  # seconds a compilation must have taken; reading it takes a thirtieth
WORTH_TRIMMING = 0.1  # seconds likewise; to give back what it used takes about 0.015
COMPILED = "/jax/core/compile/backend_compile_duration"  # JAX's name of the event
MOST_BYTES = 512 * 2**20  # on disk; what was used longest ago goes first
MOST_PROGRAMS = 16  # of a kind in memory; those of one network that trains take about 25 MB
# Layers drawn by one program; each costs about 0.1 s to compile. Where there are more, they are
# drawn one by one, by programs that know no shapes: the same numbers, bit for bit.
MOST_DRAWN_AT_ONCE = 16

keep_latest = functools.lru_cache(maxsize=MOST_PROGRAMS)

# On CPUs XLA gives products and convolutions to YNNPACK, which makes convolutions with one thread
# and a third as fast as XLA's own kernel does (jaxlib 0.10.2): it is to keep the products only.
# An option that a version does not know is an error, so only versions that were tried have it.
TRIED = ((0, 10),)
OPTIONS = (
    {"xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT"}
    if jax.__version_info__[:2] in TRIED
    else {}
)

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F, *, donate: tuple[int, ...] = ()) -> F:
    """Return `function` compiled; the arguments at `donate` are used up by a call."""
    keep_programs()
    give_memory_back()
    program: Any = jax.jit(function, donate_argnums=donate, compiler_options=OPTIONS)
    return cast(F, program)


@functools.cache
def keep_programs() -> None:
    """Let JAX keep its programs in a folder, unless its own settings say something else.

    The folder is `$PELLUCID_PROGRAMS`, or `~/.cache/pellucid/programs`; "off" keeps none.
    """
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = os.environ.get("PELLUCID_PROGRAMS") or str(Path(home) / "pellucid" / "programs")
    if folder == "off" or jax.config.values["jax_compilation_cache_dir"] is not None:
        return
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError:  # no home, or one that cannot be written: compile each time
        return
    jax.config.update("jax_compilation_cache_dir", folder)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", WORTH_KEEPING)
    jax.config.update("jax_compilation_cache_max_size", MOST_BYTES)


@functools.cache
def give_memory_back() -> None:
    """Let the memory that a compilation used go back to the system after each.

    The compiler frees a hundred megabytes and more, which glibc keeps for the thread that had
    them: the next compilation, in another thread, would take as many again.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # only glibc has it
    if trim is None:
        return

    def after(event: str, duration_secs: float, **_: Any) -> None:
        if event == COMPILED and duration_secs > WORTH_TRIMMING:
            trim(0)

    jax.monitoring.register_event_duration_secs_listener(after)
