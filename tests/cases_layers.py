"""A small, valid example of every registered layer."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pellucid import layers
from pellucid.layers import LAYERS, Layer
from pellucid.layers.layer import one_or_all


class Case(NamedTuple):
    """A layer, and what goes into it."""

    layer: Layer
    shapes: tuple[tuple[int, ...], ...]  # of one example, for each input
    ids: int = 0  # if above 0, the input is integers below it
    mixes_rows: bool = False  # on purpose, while training
    random: bool = False  # what it gives while training depends on the key

    @property
    def shape(self) -> Any:
        """What `output_shape` and `init` are given."""
        return one_or_all(list(self.shapes))

    def batch(self, rows: int, dtype: str = "float32") -> Any:
        """Return inputs of `rows` examples, all numbers different."""
        random = np.random.default_rng(7)
        arrays = []
        for shape in self.shapes:
            full = (rows, *shape)
            if self.ids:
                arrays.append(jnp.asarray(random.integers(0, self.ids, full), jnp.int32))
            else:
                spread = random.permutation(np.linspace(-2.0, 2.1, max(int(np.prod(full)), 1)))
                arrays.append(jnp.asarray(spread.reshape(full), dtype))
        return one_or_all(arrays)


VOLUME, IMAGE, SEQUENCE = (3, 4, 3, 2), (6, 5, 4), (7, 4)

CASES: dict[str, Case] = {
    "AdditiveAttention": Case(layers.AdditiveAttention(), ((4, 3), (5, 3))),
    "Attention": Case(
        layers.Attention(True, "concat", dropout=0.3), ((4, 3), (5, 2), (5, 3)), random=True
    ),
    "Bidirectional": Case(
        layers.Bidirectional(layers.GRU(3, return_sequences=True), "mul"), (SEQUENCE,)
    ),
    "CenterCrop": Case(layers.CenterCrop(3, 4), (IMAGE,)),
    "EinsumDense": Case(
        layers.EinsumDense("...ab,bcd->...acd", (None, 3, 2), "tanh", "ad"), ((2, 3, 4),)
    ),
    "GRU": Case(layers.GRU(3, reset_after=False), (SEQUENCE, (3,))),
    "LSTM": Case(
        layers.LSTM(3, return_sequences=True, dropout=0.3, recurrent_dropout=0.2),
        (SEQUENCE,),
        random=True,
    ),
    "MultiHeadAttention": Case(
        layers.MultiHeadAttention(2, 3, 4, use_gate=True, use_causal_mask=True), ((5, 6), (4, 3))
    ),
    "RandomBrightness": Case(layers.RandomBrightness(0.3, (-1, 1.5)), (IMAGE,), random=True),
    "RandomContrast": Case(layers.RandomContrast((0.5, 0.2), (-1, 1.5)), (IMAGE,), random=True),
    "RandomCrop": Case(layers.RandomCrop(3, 2), (IMAGE,), random=True),
    "RandomFlip": Case(layers.RandomFlip(), (IMAGE,), random=True),
    "RandomRotation": Case(layers.RandomRotation(0.2), (IMAGE,), random=True),
    "RandomTranslation": Case(
        layers.RandomTranslation(0.3, (-0.5, 0), "wrap"), (IMAGE,), random=True
    ),
    "RandomZoom": Case(
        layers.RandomZoom(0.3, fill_mode="constant", fill_value=1), (IMAGE,), random=True
    ),
    "Resizing": Case(layers.Resizing(4, 9, "bicubic", pad_to_aspect_ratio=True), (IMAGE,)),
    "SimpleRNN": Case(layers.SimpleRNN(3, go_backwards=True, return_sequences=True), (SEQUENCE,)),
    "SpectralNormalization": Case(
        layers.SpectralNormalization(layers.Dense(3, "tanh"), 80), (SEQUENCE,), mixes_rows=True
    ),
    "TimeDistributed": Case(
        layers.TimeDistributed(layers.Conv2D(3, 2, activation="tanh")), ((3, *IMAGE),)
    ),
    "ActivityRegularization": Case(layers.ActivityRegularization(0.1, 0.2), ((5,),)),
    "ChannelsFirst": Case(layers.ChannelsFirst(layers.Conv2D(3, 2, padding="same")), ((4, 6, 5),)),
    "InMode": Case(
        layers.InMode(layers.BatchNormalization(momentum=0.9, name="n"), training=False), (IMAGE,)
    ),
    "Masking": Case(layers.Masking(0.5), (SEQUENCE,)),
    "Part": Case(layers.Part(1), ((5,), (3,))),
    "Activation": Case(layers.Activation("tanh"), ((5,),)),
    "Add": Case(layers.Add(), ((3, 4), (3, 4), (1, 4))),
    "AlphaDropout": Case(layers.AlphaDropout(0.3), ((5,),), random=True),
    "Average": Case(layers.Average(), ((5,), (5,))),
    "AveragePooling1D": Case(layers.AveragePooling1D(3, strides=2, padding="same"), (SEQUENCE,)),
    "AveragePooling2D": Case(layers.AveragePooling2D((2, 3), strides=2), (IMAGE,)),
    "AveragePooling3D": Case(layers.AveragePooling3D(2, strides=1, padding="same"), (VOLUME,)),
    "BatchNormalization": Case(layers.BatchNormalization(momentum=0.9), (IMAGE,), mixes_rows=True),
    "CategoryEncoding": Case(layers.CategoryEncoding(6), ((3,),), ids=6),
    "Concatenate": Case(layers.Concatenate(axis=1), ((3, 4), (2, 4))),
    "Conv1D": Case(layers.Conv1D(3, 2, padding="causal", dilation_rate=2), (SEQUENCE,)),
    "Conv1DTranspose": Case(layers.Conv1DTranspose(3, 2, dilation_rate=2), (SEQUENCE,)),
    "Conv2D": Case(layers.Conv2D(6, (3, 2), strides=(1, 2), padding="same", groups=2), (IMAGE,)),
    "Conv2DTranspose": Case(
        layers.Conv2DTranspose(3, (3, 2), strides=(1, 2), padding="same"), (IMAGE,)
    ),
    "Conv3D": Case(layers.Conv3D(4, (1, 2, 3), groups=2), (VOLUME,)),
    "Conv3DTranspose": Case(layers.Conv3DTranspose(3, 2, 3, output_padding=1), ((2, 1, 2, 2),)),
    "Cropping1D": Case(layers.Cropping1D((1, 2)), (SEQUENCE,)),
    "Cropping2D": Case(layers.Cropping2D(((1, 0), (2, 1))), (IMAGE,)),
    "Cropping3D": Case(layers.Cropping3D((1, (1, 0), 1)), (VOLUME,)),
    "Dense": Case(layers.Dense(3, "relu"), ((4, 5),)),
    "DepthwiseConv1D": Case(layers.DepthwiseConv1D(3, strides=2, depth_multiplier=2), (SEQUENCE,)),
    "DepthwiseConv2D": Case(layers.DepthwiseConv2D((2, 3), padding="same"), (IMAGE,)),
    "Dot": Case(layers.Dot((2, 1), normalize=True), ((3, 4), (4, 2))),
    "Dropout": Case(layers.Dropout(keep_prob=0.7), ((5,),), random=True),
    "ELU": Case(layers.ELU(0.5), ((5,),)),
    "Embedding": Case(layers.Embedding(6, 4), ((3,),), ids=6),
    "Flatten": Case(layers.Flatten(), (IMAGE,)),
    "GaussianDropout": Case(layers.GaussianDropout(0.3), ((5,),), random=True),
    "GaussianNoise": Case(layers.GaussianNoise(0.2), ((5,),), random=True),
    "GlobalAveragePooling1D": Case(layers.GlobalAveragePooling1D(), (SEQUENCE,)),
    "GlobalAveragePooling2D": Case(layers.GlobalAveragePooling2D(keepdims=True), (IMAGE,)),
    "GlobalAveragePooling3D": Case(layers.GlobalAveragePooling3D(), (VOLUME,)),
    "GlobalMaxPooling1D": Case(layers.GlobalMaxPooling1D(keepdims=True), (SEQUENCE,)),
    "GlobalMaxPooling2D": Case(layers.GlobalMaxPooling2D(), (IMAGE,)),
    "GlobalMaxPooling3D": Case(layers.GlobalMaxPooling3D(keepdims=True), (VOLUME,)),
    "GroupNormalization": Case(layers.GroupNormalization(2), (IMAGE,)),
    "Identity": Case(layers.Identity(), ((5,),)),
    "LayerNormalization": Case(layers.LayerNormalization(axis=(1, -1)), (SEQUENCE,)),
    "LeakyReLU": Case(layers.LeakyReLU(0.1), ((5,),)),
    "MaxPooling1D": Case(layers.MaxPooling1D(), (SEQUENCE,)),
    "MaxPooling2D": Case(layers.MaxPooling2D(3, strides=(2, 1), padding="same"), (IMAGE,)),
    "MaxPooling3D": Case(layers.MaxPooling3D((1, 2, 2)), (VOLUME,)),
    "Maximum": Case(layers.Maximum(), ((5,), (5,))),
    "MinMaxScaling": Case(layers.MinMaxScaling(-1, 1), ((4,),)),
    "Minimum": Case(layers.Minimum(), ((5,), (5,))),
    "Multiply": Case(layers.Multiply(), ((5,), (5,))),
    "Normalization": Case(layers.Normalization(mean=(1, 2, 3, 4), variance=2), ((4,),)),
    "PReLU": Case(layers.PReLU("uniform", shared_axes=(1, 2)), (IMAGE,)),
    "Permute": Case(layers.Permute((2, 3, 1)), (IMAGE,)),
    "RMSNormalization": Case(layers.RMSNormalization(), ((5,),)),
    "ReLU": Case(layers.ReLU(max_value=1.5, negative_slope=0.1), ((5,),)),
    "RepeatVector": Case(layers.RepeatVector(3), ((5,),)),
    "Rescaling": Case(layers.Rescaling(0.5, offset=-1), ((5,),)),
    "Reshape": Case(layers.Reshape((2, -1)), ((3, 4),)),
    "SeparableConv1D": Case(
        layers.SeparableConv1D(5, 3, padding="same", activation="tanh"), (SEQUENCE,)
    ),
    "SeparableConv2D": Case(layers.SeparableConv2D(3, 2, depth_multiplier=2), (IMAGE,)),
    "Softmax": Case(layers.Softmax(), ((5,),)),
    "SpatialDropout1D": Case(layers.SpatialDropout1D(0.4), (SEQUENCE,), random=True),
    "SpatialDropout2D": Case(layers.SpatialDropout2D(0.4), (IMAGE,), random=True),
    "SpatialDropout3D": Case(layers.SpatialDropout3D(0.4), (VOLUME,), random=True),
    "Subtract": Case(layers.Subtract(), ((5,), (5,))),
    "UnitNormalization": Case(layers.UnitNormalization(), ((5,),)),
    "UpSampling1D": Case(layers.UpSampling1D(3), (SEQUENCE,)),
    "UpSampling2D": Case(layers.UpSampling2D((2, 3), interpolation="bilinear"), (IMAGE,)),
    "UpSampling3D": Case(layers.UpSampling3D((1, 2, 3)), (VOLUME,)),
    "ZeroPadding1D": Case(layers.ZeroPadding1D((2, 0)), (SEQUENCE,)),
    "ZeroPadding2D": Case(layers.ZeroPadding2D((1, 2)), (IMAGE,)),
    "ZeroPadding3D": Case(layers.ZeroPadding3D((0, 1, (2, 1))), (VOLUME,)),
}


def case_of(name: str) -> Case:
    """Return the case of a registered layer, or say that it has none."""
    assert name in CASES, f"{name} needs a row in tests/cases_layers.py"
    return CASES[name]


def fresh(case: Case) -> tuple[Any, Any]:
    """Return parameters and state of a case, its parameters away from zeros and ones."""

    def start() -> tuple[Any, Any]:
        params, state = case.layer.init(jax.random.key(3), case.shape)
        leaves, form = jax.tree.flatten(params)
        keys = jax.random.split(jax.random.key(4), len(leaves) + 1)
        moved = [
            array + 0.3 * jax.random.normal(key, array.shape)
            for array, key in zip(leaves, keys, strict=False)
        ]
        return jax.tree.unflatten(form, moved), state

    return jax.jit(start)()


NAMES = list(LAYERS)
