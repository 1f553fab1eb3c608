"""Where the modules that Keras scripts name are found here: a table, and one rule.

A script's `keras.layers.core`, `tensorflow.keras.layers` or `tensorflow.python.keras.engine`
was somewhere in some year's Keras. Each stands for one or more modules of this face, which
are searched in that order.
"""

from functools import lru_cache
from pathlib import Path

FACE = "pellucid.keras"
_FOLDER = Path(__file__).parents[2]

# What a script may call Keras: the longest that fits counts.
ROOTS = {
    "keras": "",
    "keras_core": "",
    "tf_keras": "",
    "keras_preprocessing": "preprocessing",
    "scikeras": "",
    "tensorflow.keras": "",
    "tensorflow.python.keras": "",
    "tensorflow.contrib.keras": "",
    "tensorflow.compat.v1.keras": "",
    "tensorflow.compat.v2.keras": "",
    "tensorflow.initializers": "initializers",
    "tensorflow.losses": "losses",
    "tensorflow.metrics": "metrics",
    "tensorflow.optimizers": "optimizers",
}

# Packages around the same modules, in one Keras or another.
WRAPPINGS = ("_tf_keras.keras", "api._v1.keras", "api._v2.keras", "api", "python.keras", "src")

_LAYERS, _MODELS, _OPTIMIZERS, _ALL = ("layers",), ("models",), ("optimizers",), ("",)
_ENGINE = ("", "layers", "models", "utils")

# Modules of today whose names another module has here.
SHARED = {f"ops.{part}": ("ops",) for part in ("image", "linalg", "nn", "numpy")}

# Modules that are no old places, or that tell of it themselves.
TODAY = ("_tf_keras", "_tf_keras.keras", "mixed_precision", "utils.np_utils")

# Old modules below Keras, and those that hold the same names now. What lies below them too.
OLD = {
    **{
        f"layers.{name}": _LAYERS
        for name in (
            *("core", "convolutional", "pooling", "normalization", "embeddings", "recurrent"),
            *("merge", "merging", "advanced_activations", "wrappers", "noise", "local", "rnn"),
            *("convolutional_recurrent", "cudnn_recurrent", "recurrent_v2", "regularization"),
            *("normalization_v2", "dense_attention", "reshaping", "preprocessing", "attention"),
            *("activation", "experimental", "experimental.preprocessing", "einsum_dense"),
        )
    },
    **{
        f"utils.{name}": ("utils", "layers")
        for name in (
            *("vis_utils", "visualize_util", "generic_utils", "data_utils"),
            *("layer_utils", "io_utils", "all_utils", "image_utils", "image_dataset"),
            *("multi_gpu_utils", "test_utils", "losses_utils", "tf_utils", "conv_utils"),
            *("image_dataset_utils", "text_dataset_utils", "timeseries_dataset_utils"),
            *("numerical_utils", "sequence_utils", "model_visualization", "summary_utils"),
        )
    },
    **{
        f"optimizers.{name}": _OPTIMIZERS
        for name in (
            *("legacy", "experimental", "optimizer_v1", "optimizer_v2", "adam_v2", "rmsprop_v2"),
            *("gradient_descent_v2", "adagrad_v2", "adadelta_v2", "adamax_v2", "nadam_v2"),
            *("ftrl_v2", "optimizer_experimental"),
        )
    },
    "optimizer_v1": _OPTIMIZERS,
    "optimizer_v2": _OPTIMIZERS,
    "optimizers.legacy.learning_rate_schedule": ("optimizers.schedules",),
    "optimizer_v2.learning_rate_schedule": ("optimizers.schedules",),
    "optimizers.schedules.learning_rate_schedule": ("optimizers.schedules",),
    "engine": _ENGINE,
    "legacy": _ENGINE,
    "models.cloning": _MODELS,
    "models.functional": _MODELS,
    "models.model": _MODELS,
    "models.sequential": _MODELS,
    "objectives": ("losses",),
    "utils.np_utils": ("engine.data.np_utils", "utils"),
    "wrappers.scikit_learn": ("wrappers",),
    "backend.common": ("backend",),
    "backend.tensorflow_backend": ("backend",),
    "backend.theano_backend": ("backend",),
    "backend_config": ("backend", "config"),
    "callbacks.callbacks": ("callbacks",),
    "callbacks.tensorboard_v1": ("callbacks",),
    "initializers.initializers_v1": ("initializers",),
    "initializers.initializers_v2": ("initializers",),
    "saving.hdf5_format": ("saving", "models"),
    "saving.model_config": ("saving", "models"),
    "saving.object_registration": ("saving", "utils"),
    "saving.save": ("saving", "models"),
    "preprocessing": ("preprocessing", "utils"),
    "preprocessing.image": ("preprocessing.image", "utils"),
    "preprocessing.image_dataset": ("preprocessing", "utils"),
    "preprocessing.sequence": ("preprocessing.sequence", "utils"),
    "preprocessing.text": ("preprocessing.text", "utils"),
    "preprocessing.text_dataset": ("preprocessing", "utils"),
    "preprocessing.timeseries": ("preprocessing", "utils"),
    "experimental": _ALL,
    "mixed_precision": ("dtype_policies", "optimizers"),
    "mixed_precision.experimental": ("dtype_policies", "optimizers"),
}


def split(name: str) -> tuple[str, str] | None:
    """Return a module's root among ROOTS and what lies below it, or None if it is not Keras's.

    Example:
        >>> split("tensorflow.keras.layers")
        ('tensorflow.keras', 'layers')
    """
    fitting = [root for root in ROOTS if name == root or name.startswith(f"{root}.")]
    if not fitting:
        return None
    root = max(fitting, key=len)
    below = name[len(root) + 1 :]
    inside = ROOTS[root]
    return root, f"{inside}.{below}".strip(".")


def places(below: str) -> tuple[str, ...]:
    """Return the face's modules that answer for Keras's module `below`; none if it is unknown.

    Example:
        >>> places("src.layers.core.dense")
        ('pellucid.keras.layers',)
        >>> places("layers.nothing_like_it")
        ()
    """
    for wrapping in WRAPPINGS if below else ():
        if f"{wrapping}.".startswith(f"{below}."):
            return _existing(("", "layers", "models", "utils"))
        if below.startswith(f"{wrapping}."):
            return places(below[len(wrapping) + 1 :])
    if below in OLD or (below in SHARED and not exists(_full(below))):
        return _existing(OLD.get(below) or SHARED[below])
    if exists(_full(below)) and not below.startswith("engine."):  # whose rooms are our own
        return (_full(below),)
    above, _, name = below.rpartition(".")
    while above and name.islower():  # a class that is not there must not become a module
        if above in OLD:
            return _existing(OLD[above])
        above, _, name = above.rpartition(".")
    return ()


def since_when(name: str) -> tuple[str, str] | None:
    """Return what old place a module's name is, and a hint; None if it is none.

    Example:
        >>> since_when("tensorflow.keras.layers.core.dense")
        ('layers.core', 'tensorflow.keras.layers.core is keras.layers in Keras 3')
    """
    root, below = split(name) or ("", "")
    found = places(below)
    today = below in SHARED or below in TODAY
    if not found or today or _full(below) in found[:1]:
        return None
    names = below.split(".")  # functions of np_utils tell of it themselves
    old = names[0] if names[0] in OLD or names[0] in WRAPPINGS else ".".join(names[:2])
    new = found[0].replace(FACE, "keras")
    return old, f"{root}.{old} is {new} in Keras 3"


@lru_cache(maxsize=512)
def exists(module: str) -> bool:
    """Tell whether the face has this module, without running anything."""
    file = _FOLDER.joinpath(*module.removeprefix(FACE).split("."))
    return file.is_dir() or file.with_suffix(".py").is_file()


def _existing(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(full for name in names if exists(full := _full(name)))


def _full(below: str) -> str:
    return f"{FACE}.{below}".rstrip(".")
