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


IMAGE, SEQUENCE = (6, 5, 4), (7, 4)

CASES: dict[str, Case] = {
    "Activation": Case(layers.Activation("tanh"), ((5,),)),
    "Add": Case(layers.Add(), ((3, 4), (3, 4), (1, 4))),
    "AlphaDropout": Case(layers.AlphaDropout(0.3), ((5,),), random=True),
    "Average": Case(layers.Average(), ((5,), (5,))),
    "AveragePooling1D": Case(layers.AveragePooling1D(3, strides=2, padding="same"), (SEQUENCE,)),
    "AveragePooling2D": Case(layers.AveragePooling2D((2, 3), strides=2), (IMAGE,)),
    "BatchNormalization": Case(layers.BatchNormalization(momentum=0.9), (IMAGE,), mixes_rows=True),
    "CategoryEncoding": Case(layers.CategoryEncoding(6), ((3,),), ids=6),
    "Concatenate": Case(layers.Concatenate(axis=1), ((3, 4), (2, 4))),
    "Conv1D": Case(layers.Conv1D(3, 2, padding="causal", dilation_rate=2), (SEQUENCE,)),
    "Conv2D": Case(layers.Conv2D(6, (3, 2), strides=(1, 2), padding="same", groups=2), (IMAGE,)),
    "Cropping1D": Case(layers.Cropping1D((1, 2)), (SEQUENCE,)),
    "Cropping2D": Case(layers.Cropping2D(((1, 0), (2, 1))), (IMAGE,)),
    "Dense": Case(layers.Dense(3, "relu"), ((4, 5),)),
    "Dot": Case(layers.Dot((2, 1), normalize=True), ((3, 4), (4, 2))),
    "Dropout": Case(layers.Dropout(keep_prob=0.7), ((5,),), random=True),
    "ELU": Case(layers.ELU(0.5), ((5,),)),
    "Embedding": Case(layers.Embedding(6, 4), ((3,),), ids=6),
    "Flatten": Case(layers.Flatten(), (IMAGE,)),
    "GaussianDropout": Case(layers.GaussianDropout(0.3), ((5,),), random=True),
    "GaussianNoise": Case(layers.GaussianNoise(0.2), ((5,),), random=True),
    "GlobalAveragePooling1D": Case(layers.GlobalAveragePooling1D(), (SEQUENCE,)),
    "GlobalAveragePooling2D": Case(layers.GlobalAveragePooling2D(keepdims=True), (IMAGE,)),
    "GlobalMaxPooling1D": Case(layers.GlobalMaxPooling1D(keepdims=True), (SEQUENCE,)),
    "GlobalMaxPooling2D": Case(layers.GlobalMaxPooling2D(), (IMAGE,)),
    "GroupNormalization": Case(layers.GroupNormalization(2), (IMAGE,)),
    "Identity": Case(layers.Identity(), ((5,),)),
    "LayerNormalization": Case(layers.LayerNormalization(axis=(1, -1)), (SEQUENCE,)),
    "LeakyReLU": Case(layers.LeakyReLU(0.1), ((5,),)),
    "MaxPooling1D": Case(layers.MaxPooling1D(), (SEQUENCE,)),
    "MaxPooling2D": Case(layers.MaxPooling2D(3, strides=(2, 1), padding="same"), (IMAGE,)),
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
    "Softmax": Case(layers.Softmax(), ((5,),)),
    "SpatialDropout1D": Case(layers.SpatialDropout1D(0.4), (SEQUENCE,), random=True),
    "SpatialDropout2D": Case(layers.SpatialDropout2D(0.4), (IMAGE,), random=True),
    "Subtract": Case(layers.Subtract(), ((5,), (5,))),
    "UnitNormalization": Case(layers.UnitNormalization(), ((5,),)),
    "UpSampling1D": Case(layers.UpSampling1D(3), (SEQUENCE,)),
    "UpSampling2D": Case(layers.UpSampling2D((2, 3), interpolation="bilinear"), (IMAGE,)),
    "ZeroPadding1D": Case(layers.ZeroPadding1D((2, 0)), (SEQUENCE,)),
    "ZeroPadding2D": Case(layers.ZeroPadding2D((1, 2)), (IMAGE,)),
}


def case_of(name: str) -> Case:
    """Return the case of a registered layer, or say that it has none."""
    assert name in CASES, f"{name} needs a row in tests/cases_layers.py"
    return CASES[name]


def fresh(case: Case) -> tuple[Any, Any]:
    """Return parameters and state of a case, its parameters away from zeros and ones."""

    def start() -> tuple[Any, Any]:
        params, state = case.layer.init(jax.random.key(3), case.shape)
        keys = jax.random.split(jax.random.key(4), len(params) + 1)
        moved = {
            name: array + 0.3 * jax.random.normal(key, array.shape)
            for (name, array), key in zip(params.items(), keys, strict=False)
        }
        return moved, state

    return jax.jit(start)()


NAMES = list(LAYERS)
