"""Keras's old room for pictures, sequences and texts; new code finds most of it in `utils`."""

from pellucid.keras.engine.data.folders import (
    image_dataset_from_directory as image_dataset_from_directory,
)
from pellucid.keras.engine.data.folders import (
    text_dataset_from_directory as text_dataset_from_directory,
)
from pellucid.keras.engine.data.windows import (
    timeseries_dataset_from_array as timeseries_dataset_from_array,
)
from pellucid.keras.preprocessing import image as image
from pellucid.keras.preprocessing import sequence as sequence
from pellucid.keras.preprocessing import text as text
