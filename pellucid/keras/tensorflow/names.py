"""What of TensorFlow is served: its names, and where what they stand for is found.

A row is the name below `tensorflow`, and `module:attribute`. Everything else is refused by
name; ADVICE says what to do instead where that is known.
"""

_OPS, _KERAS, _HERE = "pellucid.keras.ops", "pellucid.keras", "pellucid.keras.tensorflow"
_RANDOM, _NN = "pellucid.keras.random", "pellucid.keras.activations"
_MATH, _ARRAYS = f"{_HERE}.mathematics", f"{_HERE}.arrays"
_DEVICES, _QUIET, _GRAPHS = f"{_HERE}.devices", f"{_HERE}.settings", f"{_HERE}.graphs"

# Of the same name in keras.ops, with the same arguments in the same order.
SAME = (
    *("abs", "add", "arange", "ceil", "cos", "cosh", "equal", "exp", "eye", "floor", "greater"),
    *("greater_equal", "less", "less_equal", "logical_and", "logical_not", "logical_or"),
    *("matmul", "maximum", "minimum", "multiply", "not_equal", "ones", "ones_like", "reshape"),
    *("round", "sign", "sin", "sinh", "sqrt", "square", "subtract", "tan", "tanh", "tensordot"),
    *("transpose", "zeros", "zeros_like", "stop_gradient", "repeat", "einsum", "norm"),
    *("bincount", "broadcast_to", "cond", "count_nonzero", "cumprod", "in_top_k", "meshgrid"),
    *("mod", "reciprocal", "roll", "searchsorted", "slice", "vectorized_map", "while_loop"),
)
# Of another name in keras.ops, with the same arguments in the same order.
CALLED = {
    **{"truediv": "true_divide", "floordiv": "floor_divide", "floormod": "mod", "map_fn": "map"},
    **{"is_nan": "isnan", "is_inf": "isinf", "is_finite": "isfinite", "scalar_mul": "multiply"},
    "tensor_scatter_nd_update": "scatter_update",
}
# Of another name, argument name or default: what mathematics.py has.
SPELT = (
    *("add_n", "argmax", "argmin", "argsort", "clip_by_value", "concat", "cumsum", "divide"),
    *("expand_dims", "fill", "linspace", "log", "log1p", "negative", "one_hot", "pad", "pow"),
    *("range", "reduce_all", "reduce_any", "reduce_logsumexp", "reduce_max", "reduce_mean"),
    *("reduce_min", "reduce_prod", "reduce_std", "reduce_sum", "reduce_variance", "reverse"),
    *("rsqrt", "shape", "sigmoid", "size", "sort", "softplus", "split", "squared_difference"),
    *("squeeze", "stack", "tile", "top_k", "unstack", "where", "gather", "rank", "xlogy"),
    *("l2_normalize", "divide_no_nan", "erf", "boolean_mask", "clip_by_norm"),
    *("confusion_matrix", "multiply_no_nan", "sequence_mask"),
)
_TOP_ONLY = (
    "expand_dims",
    "squeeze",
    "concat",
    "stack",
    "split",
    "where",
    "shape",
    "size",
    "range",
)

PLACES = {
    "__version__": f"{_QUIET}:VERSION",
    "version.VERSION": f"{_QUIET}:VERSION",
    **{name: f"{_OPS}:{name}" for name in SAME},
    **{f"math.{name}": f"{_OPS}:{name}" for name in SAME},
    **{name: f"{_OPS}:{today}" for name, today in CALLED.items()},
    **{f"math.{name}": f"{_OPS}:{today}" for name, today in CALLED.items()},
    **{name: f"{_MATH}:{name}" for name in SPELT},
    **{f"math.{name}": f"{_MATH}:{name}" for name in SPELT if name not in _TOP_ONLY},
    "math.log_sigmoid": f"{_NN}:log_sigmoid",
    "linalg.matmul": f"{_OPS}:matmul",
    "linalg.diag_part": f"{_OPS}:diagonal",
    **{
        f"linalg.{name}": f"{_OPS}:{name}"
        for name in ("det", "diag", "einsum", "eye", "inv", "norm", "trace")
    },
    **{
        f"image.{name}": f"{_HERE}.pictures:{name}"
        for name in (
            *("resize", "rgb_to_grayscale", "grayscale_to_rgb", "convert_image_dtype"),
            *("flip_left_right", "flip_up_down", "random_flip_left_right", "rot90"),
            *("random_flip_up_down", "adjust_brightness", "random_brightness"),
            *("adjust_contrast", "random_contrast", "central_crop", "random_crop"),
            "per_image_standardization",
        )
    },
    **{
        f"nn.{name}": f"{_NN}:{name}"
        for name in (
            *("relu", "relu6", "elu", "selu", "gelu", "silu", "softmax", "log_softmax"),
            *("sigmoid", "softplus", "softsign", "tanh"),
        )
    },
    "nn.swish": f"{_NN}:silu",
    "nn.leaky_relu": f"{_MATH}:leaky_relu",
    "nn.l2_normalize": f"{_MATH}:l2_normalize",
    "nn.l2_loss": f"{_MATH}:l2_loss",
    "nn.dropout": f"{_RANDOM}:dropout",
    "nn.bias_add": f"{_OPS}:add",
    "nn.top_k": f"{_MATH}:top_k",
    "nn.in_top_k": f"{_OPS}:in_top_k",
    "nn.embedding_lookup": f"{_MATH}:gather",
    "nn.moments": f"{_MATH}:moments",
    "nn.sigmoid_cross_entropy_with_logits": f"{_MATH}:sigmoid_cross_entropy_with_logits",
    "nn.softmax_cross_entropy_with_logits": f"{_MATH}:softmax_cross_entropy_with_logits",
    "nn.sparse_softmax_cross_entropy_with_logits": (
        f"{_MATH}:sparse_softmax_cross_entropy_with_logits"
    ),
    **{
        name: f"{_ARRAYS}:{name}"
        for name in (
            *("DType", "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32"),
            *("int64", "uint8", "uint16", "uint32", "as_dtype", "cast"),
            *("constant", "convert_to_tensor", "is_tensor", "identity", "TensorShape"),
            "Tensor",
        )
    },
    "bool": f"{_ARRAYS}:BOOL",
    "newaxis": "numpy:newaxis",
    "double": f"{_ARRAYS}:float64",
    "print": "builtins:print",
    "string": f"{_ARRAYS}:STRING",
    "Variable": f"{_HERE}.variables:Variable",
    "random_normal_initializer": f"{_KERAS}.initializers:RandomNormal",
    "random_uniform_initializer": f"{_KERAS}.initializers:RandomUniform",
    "zeros_initializer": f"{_KERAS}.initializers:Zeros",
    "ones_initializer": f"{_KERAS}.initializers:Ones",
    "constant_initializer": f"{_KERAS}.initializers:Constant",
    **{
        f"strings.{name}": f"{_HERE}.texts:{name}"
        for name in (
            *("lower", "upper", "strip", "regex_replace", "regex_full_match", "length"),
            *("split", "join", "substr", "to_number", "as_string"),
            *("unicode_split", "reduce_join"),
        )
    },
    "dtypes.cast": f"{_ARRAYS}:cast",
    "random.set_seed": f"{_KERAS}.utils:set_random_seed",
    "random.set_random_seed": f"{_KERAS}.utils:set_random_seed",
    "set_random_seed": f"{_KERAS}.utils:set_random_seed",
    "random.normal": f"{_RANDOM}:normal",
    "random.uniform": f"{_RANDOM}:uniform",
    "random.truncated_normal": f"{_RANDOM}:truncated_normal",
    "random.shuffle": f"{_RANDOM}:shuffle",
    "random.categorical": f"{_RANDOM}:categorical",
    "random_normal": f"{_RANDOM}:normal",
    "random_uniform": f"{_RANDOM}:uniform",
    "data.Dataset": f"{_KERAS}.engine.data.dataset:Dataset",
    "data.experimental.cardinality": f"{_KERAS}.engine.data.dataset:Dataset.cardinality",
    **{
        f"data.{name}": f"{_KERAS}.engine.data.dataset:{name}"
        for name in ("INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY")
    },
    "TensorSpec": f"{_KERAS}.engine.data.dataset:TensorSpec",
    "data.AUTOTUNE": f"{_KERAS}.engine.data.dataset:AUTOTUNE",
    "data.experimental.AUTOTUNE": f"{_KERAS}.engine.data.dataset:AUTOTUNE",
    "config.list_physical_devices": f"{_DEVICES}:list_physical_devices",
    "config.list_logical_devices": f"{_DEVICES}:list_physical_devices",
    "config.get_visible_devices": f"{_DEVICES}:list_physical_devices",
    "config.experimental.list_physical_devices": f"{_DEVICES}:list_physical_devices",
    "config.experimental.list_logical_devices": f"{_DEVICES}:list_physical_devices",
    "python.client.device_lib.list_local_devices": f"{_DEVICES}:list_physical_devices",
    "test.is_gpu_available": f"{_DEVICES}:is_gpu_available",
    "test.is_built_with_cuda": f"{_DEVICES}:is_gpu_available",
    "test.gpu_device_name": f"{_DEVICES}:gpu_device_name",
    "device": f"{_DEVICES}:device",
    "distribute.MirroredStrategy": f"{_DEVICES}:OneDevice",
    "distribute.OneDeviceStrategy": f"{_DEVICES}:OneDevice",
    "distribute.TPUStrategy": f"{_DEVICES}:OneDevice",
    "distribute.cluster_resolver.TPUClusterResolver": f"{_DEVICES}:no_tpu",
    "distribute.get_strategy": f"{_DEVICES}:OneDevice",
    **dict.fromkeys(
        (
            *("config.experimental.set_memory_growth", "config.set_visible_devices"),
            *("config.experimental.set_visible_devices", "config.run_functions_eagerly"),
            *("config.experimental_run_functions_eagerly", "config.optimizer.set_jit"),
            *("config.experimental.enable_op_determinism", "enable_eager_execution"),
            *("config.threading.set_intra_op_parallelism_threads", "disable_eager_execution"),
            *("config.threading.set_inter_op_parallelism_threads", "disable_v2_behavior"),
            *("enable_v2_behavior", "reset_default_graph", "autograph.set_verbosity"),
            *("debugging.set_log_device_placement", "logging.set_verbosity"),
        ),
        f"{_QUIET}:nothing",
    ),
    **{
        f"logging.{name}": f"{_QUIET}:{name}"
        for name in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL")
    },
    "executing_eagerly": f"{_QUIET}:executing_eagerly",
    "get_logger": f"{_QUIET}:get_logger",
    "function": f"{_GRAPHS}:function",
    "py_function": f"{_GRAPHS}:py_function",
    "numpy_function": f"{_GRAPHS}:py_function",
    "name_scope": f"{_GRAPHS}:name_scope",
    "ConfigProto": f"{_GRAPHS}:ConfigProto",
    "GPUOptions": f"{_GRAPHS}:GPUOptions",
    "Session": f"{_GRAPHS}:Session",
    "InteractiveSession": f"{_GRAPHS}:Session",
}

# The modules there are: those above the names, and some that only lead on.
SPACES = frozenset(
    name.rsplit(".", up)[0] for name in PLACES for up in range(1, name.count(".") + 1)
) | {"", "compat", "contrib", "python"}

ADVICE = {
    "GradientTape": "let fit compute the gradients: a loss of your own, Layer.add_loss, "
    "or a subclass of keras.Model with fit",
    "Module": "make it a subclass of keras.layers.Layer",
    "placeholder": "graphs of TensorFlow 1 are gone: keras.Input is the input of a model",
    "global_variables_initializer": "leave it out: weights are there as soon as a model is",
    "layers": "use keras.layers",
    "train": "use keras.optimizers, and keras.callbacks for checkpoints",
    "estimator": "use a keras.Model",
    "feature_column": "use keras.layers.Normalization, StringLookup and their like",
    "saved_model": "use model.save('model.keras')",
    "lite": "use `model.save`, and convert where TensorFlow is installed",
    "io": "use Python's own files",
    "summary": "use keras.callbacks.CSVLogger or TensorBoard",
}


def canonical(module: str) -> str:
    """Return a TensorFlow module's or name's short name, as the table has it.

    Example:
        >>> canonical("tensorflow.compat.v1.logging.ERROR"), canonical("tensorflow")
        ('logging.ERROR', '')
    """
    below = module.partition(".")[2]
    for version in ("compat.v1", "compat.v2"):
        if below == version or below.startswith(f"{version}."):
            return below[len(version) + 1 :]
    return below


def advice(name: str) -> str:
    """Return what to do instead of a name that is not served, where that is known."""
    return ADVICE.get(name.partition(".")[0], "")
