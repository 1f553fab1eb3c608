"""Keras's room of tools: labels, files, pictures, sequences, seeds, the progress bar."""

import random
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.registered import custom_object_scope as custom_object_scope
from pellucid.keras.engine.base.registered import get_custom_objects as get_custom_objects
from pellucid.keras.engine.base.registered import get_registered_name as get_registered_name
from pellucid.keras.engine.base.registered import get_registered_object as get_registered_object
from pellucid.keras.engine.base.registered import (
    register_keras_serializable as register_keras_serializable,
)
from pellucid.keras.engine.base.seeds import set_seed
from pellucid.keras.engine.base.settings import (
    disable_interactive_logging as disable_interactive_logging,
)
from pellucid.keras.engine.base.settings import (
    enable_interactive_logging as enable_interactive_logging,
)
from pellucid.keras.engine.base.settings import (
    is_interactive_logging_enabled as is_interactive_logging_enabled,
)
from pellucid.keras.engine.data import np_utils as np_utils
from pellucid.keras.engine.data.arrays import normalize as normalize
from pellucid.keras.engine.data.arrays import pack_x_y_sample_weight as pack_x_y_sample_weight
from pellucid.keras.engine.data.arrays import pad_sequences as pad_sequences
from pellucid.keras.engine.data.arrays import to_categorical as to_categorical
from pellucid.keras.engine.data.arrays import unpack_x_y_sample_weight as unpack_x_y_sample_weight
from pellucid.keras.engine.data.downloads import get_file as get_file
from pellucid.keras.engine.data.folders import (
    image_dataset_from_directory as image_dataset_from_directory,
)
from pellucid.keras.engine.data.folders import (
    text_dataset_from_directory as text_dataset_from_directory,
)
from pellucid.keras.engine.data.pictures import array_to_img as array_to_img
from pellucid.keras.engine.data.pictures import img_to_array as img_to_array
from pellucid.keras.engine.data.pictures import load_img as load_img
from pellucid.keras.engine.data.pictures import save_img as save_img
from pellucid.keras.engine.data.py_dataset import PyDataset as PyDataset
from pellucid.keras.engine.data.windows import split_dataset as split_dataset
from pellucid.keras.engine.data.windows import (
    timeseries_dataset_from_array as timeseries_dataset_from_array,
)
from pellucid.keras.engine.training.progress import Progbar as Progbar
from pellucid.keras.plotting import model_to_dot as model_to_dot
from pellucid.keras.plotting import plot_model as plot_model
from pellucid.keras.saving.objects import deserialize_keras_object as deserialize_keras_object
from pellucid.keras.saving.objects import serialize_keras_object as serialize_keras_object

CustomObjectScope = custom_object_scope
Sequence = PyDataset


def set_random_seed(seed: Any) -> None:
    """Let Python, NumPy and everything that Keras draws begin anew from one number.

    Raises:
        ConfigError: it is no whole number from 0 below 2**32.
    """
    if not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        what = "set_random_seed(...) needs a whole number."
        raise ConfigError(explain(what, got=repr(seed), expected="0 to 4294967295"))
    random.seed(int(seed))
    np.random.seed(int(seed))
    set_seed(int(seed))
