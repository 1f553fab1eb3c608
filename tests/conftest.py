"""Settings under which every test runs."""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("MPLBACKEND", "agg")
os.environ["PELLUCID_PROGRAMS"] = "off"  # every test compiles what it needs, and counts it

import jax

jax.config.update("jax_numpy_dtype_promotion", "strict")
