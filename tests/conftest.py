"""Settings under which every test runs."""

import os
import signal
import tempfile

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("MPLBACKEND", "agg")
os.environ["PELLUCID_ONEDNN"] = "off"  # what everybody has is tested; kernels by tests of their own
os.environ["PELLUCID_SHARED_MEMORY"] = "off"
os.environ["PELLUCID_PROGRAMS"] = "off"  # nobody's own store is read, or filled
# Tests compile much and run little: half of their time was spent making programs fast,
# a third of the rest making programs that another test had made.
os.environ["XLA_FLAGS"] = " ".join(
    (
        os.environ.get("XLA_FLAGS", ""),
        "--xla_backend_optimization_level=0",
        "--xla_llvm_disable_expensive_passes=true",
        # The older emitter of fusions, in one piece, takes a third of the processor time.
        "--xla_cpu_use_fusion_emitters=false",
        "--xla_cpu_parallel_codegen_split_count=1",
    )
)

import jax
import pytest
from hypothesis import settings

PROGRAMS = tempfile.TemporaryDirectory(prefix="pellucid-tests-")  # of this process alone
jax.config.update("jax_compilation_cache_dir", PROGRAMS.name)
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
jax.config.update("jax_numpy_dtype_promotion", "strict")
# What runs in the background of a shell is deaf to Ctrl-C, and so is all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
settings.load_profile("untimed")


@pytest.fixture(autouse=True, scope="module")
def programs_are_given_back():
    """Let go of what a file of tests compiled.

    A program takes a dozen mappings of memory, and Linux gives a process 65,530 of them: the
    program after the last would end it.
    """
    yield
    jax.clear_caches()
