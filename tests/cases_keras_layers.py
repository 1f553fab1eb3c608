"""Every layer of Keras in Keras's own words, and what goes into it."""

from typing import Any, NamedTuple

import numpy as np

VOLUME, IMAGE, SEQUENCE, ROW = (3, 4, 3, 2), (6, 5, 4), (7, 4), (5,)


class Row(NamedTuple):
    """The settings of a layer and the shapes of its inputs; `inner` is the layer it wraps."""

    settings: dict[str, Any]
    shapes: tuple[tuple[int, ...], ...]
    inner: tuple[str, dict[str, Any]] | None = None
    ids: int = 0  # if above 0, the input is whole numbers below it

    def layer(self, layers: Any, name: str) -> Any:
        """Return the layer, made by `layers`: Keras's module or ours."""
        settings = dict(self.settings)
        if self.inner is not None:
            settings["layer"] = getattr(layers, self.inner[0])(**self.inner[1])
        return getattr(layers, name)(**settings)

    def batch(self, rows: int = 3) -> Any:
        """Return inputs: an array, or a list of them."""
        random = np.random.default_rng(5)
        full = [(rows, *shape) for shape in self.shapes]
        if self.ids:
            arrays = [random.integers(0, self.ids, shape).astype("int32") for shape in full]
        else:
            arrays = [random.normal(size=shape).astype("float32") for shape in full]
        return arrays[0] if len(arrays) == 1 else arrays


_KEPT = {"kernel_regularizer": "l2", "bias_constraint": "max_norm"}
_WINDOW = {"filters": 3, "kernel_size": 2}

ROWS: dict[str, Row] = {
    "Activation": Row({"activation": "gelu"}, (SEQUENCE,)),
    "ActivityRegularization": Row({"l1": 0.1, "l2": 0.2}, (ROW,)),
    "Add": Row({}, (ROW, ROW, ROW)),
    "AdditiveAttention": Row({}, ((4, 3), (5, 3))),
    "AlphaDropout": Row({"rate": 0.3, "seed": 3}, (ROW,)),
    "Attention": Row({"use_scale": True, "score_mode": "concat"}, ((4, 3), (5, 3))),
    "Average": Row({}, (ROW, ROW)),
    "AveragePooling1D": Row({"pool_size": 3, "strides": 2, "padding": "same"}, (SEQUENCE,)),
    "AveragePooling2D": Row({"pool_size": (2, 3), "strides": 2}, (IMAGE,)),
    "AveragePooling3D": Row({"pool_size": 2, "strides": 1, "padding": "same"}, (VOLUME,)),
    "BatchNormalization": Row({"momentum": 0.9, "gamma_regularizer": "l2"}, (IMAGE,)),
    "Bidirectional": Row({"merge_mode": "mul"}, (SEQUENCE,), ("GRU", {"units": 3})),
    "CategoryEncoding": Row({"num_tokens": 6}, ((3,),), ids=6),
    "CenterCrop": Row({"height": 3, "width": 4}, (IMAGE,)),
    "Concatenate": Row({"axis": 1}, ((3, 4), (2, 4))),
    "Conv1D": Row({**_WINDOW, "padding": "causal", "dilation_rate": 2, **_KEPT}, (SEQUENCE,)),
    "Conv1DTranspose": Row({**_WINDOW, "dilation_rate": 2}, (SEQUENCE,)),
    "Conv2D": Row({"filters": 6, "kernel_size": (3, 2), "strides": (1, 2), "groups": 2}, (IMAGE,)),
    "Conv2DTranspose": Row({"filters": 3, "kernel_size": (3, 2), "padding": "same"}, (IMAGE,)),
    "Conv3D": Row({"filters": 4, "kernel_size": (1, 2, 3)}, (VOLUME,)),
    "Conv3DTranspose": Row({**_WINDOW, "strides": 3, "output_padding": 1}, ((2, 1, 2, 2),)),
    "Cropping1D": Row({"cropping": (1, 2)}, (SEQUENCE,)),
    "Cropping2D": Row({"cropping": ((1, 0), (2, 1))}, (IMAGE,)),
    "Cropping3D": Row({"cropping": ((1, 1), (1, 0), (1, 1))}, (VOLUME,)),
    "Dense": Row(
        {"units": 3, "activation": "relu", "kernel_initializer": "he_normal", **_KEPT}, (ROW,)
    ),
    "DepthwiseConv1D": Row({"kernel_size": 3, "strides": 2, "depth_multiplier": 2}, (SEQUENCE,)),
    "DepthwiseConv2D": Row({"kernel_size": (2, 3), "padding": "same"}, (IMAGE,)),
    "Dot": Row({"axes": (2, 1), "normalize": True}, ((3, 4), (4, 2))),
    "Dropout": Row({"rate": 0.3, "seed": 4}, (ROW,)),
    "ELU": Row({"alpha": 0.5}, (ROW,)),
    "EinsumDense": Row(
        {
            "equation": "abc,cd->abd",
            "output_shape": (None, 6),
            "bias_axes": "d",
            "activation": "tanh",
        },
        (SEQUENCE,),
    ),
    "Embedding": Row({"input_dim": 6, "output_dim": 4, "mask_zero": True}, ((3,),), ids=6),
    "Flatten": Row({}, (IMAGE,)),
    "GRU": Row({"units": 3, "reset_after": False, "return_sequences": True}, (SEQUENCE,)),
    "GRUCell": Row({"units": 3}, (SEQUENCE,)),
    "GaussianDropout": Row({"rate": 0.3}, (ROW,)),
    "GaussianNoise": Row({"stddev": 0.2}, (ROW,)),
    "GlobalAveragePooling1D": Row({}, (SEQUENCE,)),
    "GlobalAveragePooling2D": Row({"keepdims": True}, (IMAGE,)),
    "GlobalAveragePooling3D": Row({}, (VOLUME,)),
    "GlobalMaxPooling1D": Row({"keepdims": True}, (SEQUENCE,)),
    "GlobalMaxPooling2D": Row({}, (IMAGE,)),
    "GlobalMaxPooling3D": Row({"keepdims": True}, (VOLUME,)),
    "GroupNormalization": Row({"groups": 2}, (IMAGE,)),
    "Identity": Row({}, (ROW,)),
    "LSTM": Row({"units": 3, "return_sequences": True, "dropout": 0.2, "seed": 3}, (SEQUENCE,)),
    "LSTMCell": Row({"units": 3, "unit_forget_bias": False}, (SEQUENCE,)),
    "LayerNormalization": Row({"axis": (1, 2)}, (SEQUENCE,)),
    "LeakyReLU": Row({"negative_slope": 0.1}, (ROW,)),
    "Masking": Row({"mask_value": 0.5}, (SEQUENCE,)),
    "MaxPooling1D": Row({}, (SEQUENCE,)),
    "MaxPooling2D": Row({"pool_size": 3, "strides": (2, 1), "padding": "same"}, (IMAGE,)),
    "MaxPooling3D": Row({"pool_size": (1, 2, 2)}, (VOLUME,)),
    "Maximum": Row({}, (ROW, ROW)),
    "Minimum": Row({}, (ROW, ROW)),
    "MultiHeadAttention": Row(
        {"num_heads": 2, "key_dim": 4, "value_dim": 4, "use_gate": True}, ((5, 6), (4, 3))
    ),
    "Multiply": Row({}, (ROW, ROW)),
    "Normalization": Row({"mean": (1.0, 2.0, 3.0, 4.0), "variance": (2.0,) * 4}, ((4,),)),
    "PReLU": Row({"alpha_initializer": "ones", "shared_axes": (1, 2)}, (IMAGE,)),
    "Permute": Row({"dims": (2, 3, 1)}, (IMAGE,)),
    "RMSNormalization": Row({}, (ROW,)),
    "RandomBrightness": Row({"factor": 0.3, "value_range": (0, 1), "seed": 1}, (IMAGE,)),
    "RandomContrast": Row({"factor": (0.5, 0.2), "seed": 1}, (IMAGE,)),
    "RandomCrop": Row({"height": 3, "width": 2}, (IMAGE,)),
    "RandomFlip": Row({"mode": "horizontal"}, (IMAGE,)),
    "RandomRotation": Row({"factor": 0.2}, (IMAGE,)),
    "RandomTranslation": Row(
        {"height_factor": 0.3, "width_factor": (-0.5, 0.0), "fill_mode": "wrap"}, (IMAGE,)
    ),
    "RandomZoom": Row({"height_factor": 0.3, "fill_mode": "constant", "fill_value": 1.0}, (IMAGE,)),
    "ReLU": Row({"max_value": 1.5, "negative_slope": 0.1}, (ROW,)),
    "RepeatVector": Row({"n": 3}, (ROW,)),
    "Rescaling": Row({"scale": 0.5, "offset": -1.0}, (ROW,)),
    "Reshape": Row({"target_shape": (2, -1)}, ((3, 4),)),
    "Resizing": Row({"height": 4, "width": 9, "interpolation": "bicubic"}, (IMAGE,)),
    "SeparableConv1D": Row({**_WINDOW, "padding": "same", "activation": "tanh"}, (SEQUENCE,)),
    "SeparableConv2D": Row({**_WINDOW, "depth_multiplier": 2}, (IMAGE,)),
    "SimpleRNN": Row({"units": 3, "go_backwards": True, "activation": "relu"}, (SEQUENCE,)),
    "SimpleRNNCell": Row({"units": 3}, (SEQUENCE,)),
    "Softmax": Row({}, (ROW,)),
    "SpatialDropout1D": Row({"rate": 0.4}, (SEQUENCE,)),
    "SpatialDropout2D": Row({"rate": 0.4}, (IMAGE,)),
    "SpatialDropout3D": Row({"rate": 0.4}, (VOLUME,)),
    "SpectralNormalization": Row(
        {"power_iterations": 2}, (SEQUENCE,), ("Dense", {"units": 3, "activation": "tanh"})
    ),
    "Subtract": Row({}, (ROW, ROW)),
    "TimeDistributed": Row(
        {}, ((3, *IMAGE),), ("Conv2D", {"filters": 3, "kernel_size": 2, "activation": "tanh"})
    ),
    "UnitNormalization": Row({}, (ROW,)),
    "UpSampling1D": Row({"size": 3}, (SEQUENCE,)),
    "UpSampling2D": Row({"size": (2, 3), "interpolation": "bilinear"}, (IMAGE,)),
    "UpSampling3D": Row({"size": (1, 2, 3)}, (VOLUME,)),
    "ZeroPadding1D": Row({"padding": (2, 0)}, (SEQUENCE,)),
    "ZeroPadding2D": Row({"padding": (1, 2)}, (IMAGE,)),
    "ZeroPadding3D": Row({"padding": ((0, 0), (1, 1), (2, 1))}, (VOLUME,)),
}
