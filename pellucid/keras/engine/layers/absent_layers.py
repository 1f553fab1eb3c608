"""Layers of some Keras that are not here, by name, and what to use instead."""

from typing import Any

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.layers.layer import Layer

_PICTURES = (
    "here are RandomFlip, RandomRotation, RandomZoom, RandomTranslation, RandomCrop, "
    "RandomContrast and RandomBrightness; for others, dataset.map(your_function)"
)
_SOUNDS = "compute spectrograms before (scipy.signal.stft) and feed them as pictures"
_OTHERS = "write a Layer whose call() runs a JAX function"
_WALK = "RNN(cell) with a cell of your own, or TimeDistributed(Conv2D(...)) and an LSTM after it"
_OWN_KERNELS = "Conv1D, Conv2D, or a Layer of your own"
_SIZES = "GlobalAveragePooling or AveragePooling with a pool_size that divides the sides"
_BOXES = "boxes around things in pictures are not served"

ABSENT: dict[str, str] = {
    **dict.fromkeys(
        (
            *("AugMix", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "CutMix"),
            *("Equalization", "MixUp", "RandAugment", "RandomColorDegeneration"),
            *("RandomColorJitter", "RandomElasticTransform", "RandomErasing", "RandomHue"),
            *("RandomGaussianBlur", "RandomGrayscale", "RandomInvert", "RandomPerspective"),
            *("RandomPosterization", "RandomSaturation", "RandomSharpness", "RandomShear"),
            *("RandomHeight", "RandomWidth", "Solarization"),
        ),
        _PICTURES,
    ),
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "ConvRecurrent2D"), _WALK),
    **dict.fromkeys(("MelSpectrogram", "STFTSpectrogram"), _SOUNDS),
    **dict.fromkeys(("FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"), _OTHERS),
    **dict.fromkeys(("LocallyConnected1D", "LocallyConnected2D"), _OWN_KERNELS),
    **{
        f"Adaptive{kind}Pooling{axes}D": _SIZES for kind in ("Average", "Max") for axes in (1, 2, 3)
    },
    "DenseFeatures": "Normalization, StringLookup and CategoryEncoding, joined by Concatenate",
    "GroupQueryAttention": "MultiHeadAttention",
    "HashedCrossing": "join the columns into one word each, then Hashing(num_bins)",
    "Highway": "two Dense layers and Multiply: t * h + (1 - t) * x, with keras.ops",
    "MaxNumBoundingBoxes": _BOXES,
    "MaxoutDense": "Maximum()([Dense(n)(x), Dense(n)(x)])",
    "ParametricSoftplus": "PReLU",
    "Pipeline": "Sequential",
    "ReversibleEmbedding": "Embedding, and Dense at the end",
    "SReLU": "PReLU, or LeakyReLU",
}


def absent(name: str) -> Any:
    """Return a class that says, when it is used, what to use instead of it."""

    def refuse(self: Layer, *args: Any, **kwargs: Any) -> None:
        del self, args, kwargs
        what = f"The layer {name} is not here."
        raise ConfigError(explain(what, got=name, expected="another layer", hint=ABSENT[name]))

    members = {"__init__": refuse, "__module__": "pellucid.keras.layers"}
    return type(name, (Layer,), members | {"__doc__": f"Not here. Instead: {ABSENT[name]}."})
