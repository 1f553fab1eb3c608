"""Pictures changed at random while a network learns, in the way of Keras 1 and 2."""

import numbers
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.settings import floatx, standardize_data_format
from pellucid.keras.engine.data.image_batches import ImageBatches, Saving
from pellucid.keras.engine.data.image_sources import (
    Look,
    Part,
    from_arrays,
    from_dataframe,
    from_folder,
)
from pellucid.keras.engine.data.pictures import array_to_img as array_to_img
from pellucid.keras.engine.data.pictures import img_to_array as img_to_array
from pellucid.keras.engine.data.pictures import load_img as load_img
from pellucid.keras.engine.data.pictures import save_img as save_img
from pellucid.keras.engine.data.pictures import smart_resize as smart_resize
from pellucid.keras.engine.layers.transforms import apply_affine_transform as apply_affine_transform
from pellucid.keras.engine.layers.transforms import apply_brightness_shift as apply_brightness_shift
from pellucid.keras.engine.layers.transforms import apply_channel_shift as apply_channel_shift

GONE = (
    "ImageDataGenerator went away with Keras 3: layers such as RandomFlip and RandomRotation, "
    "with utils.image_dataset_from_directory, do it faster"
)
TINY = 1e-6


@dataclass(eq=False, repr=False)
class ImageDataGenerator:
    """Changes pictures at random: moved, turned, mirrored, brighter; then scaled and centred.

    Ranges are symmetrical: `rotation_range=20` turns by -20 to 20 degrees,
    `width_shift_range=0.1` moves by up to a tenth of the width, a whole number by pixels.
    `featurewise_...` and `zca_whitening` need `fit`; dividing by the spread implies centring.
    """

    featurewise_center: bool = False
    samplewise_center: bool = False
    featurewise_std_normalization: bool = False
    samplewise_std_normalization: bool = False
    zca_whitening: bool = False
    zca_epsilon: float = 1e-6
    rotation_range: float = 0
    width_shift_range: Any = 0.0
    height_shift_range: Any = 0.0
    brightness_range: Sequence[float] | None = None
    shear_range: float = 0.0
    zoom_range: Any = 0.0
    channel_shift_range: float = 0.0
    fill_mode: str = "nearest"
    cval: float = 0.0
    horizontal_flip: bool = False
    vertical_flip: bool = False
    rescale: float | None = None
    preprocessing_function: Callable[[np.ndarray], Any] | None = None
    data_format: Any = None
    validation_split: float = 0.0
    interpolation_order: int = 1
    dtype: Any = None
    mean: np.ndarray | None = field(default=None, init=False)
    std: np.ndarray | None = field(default=None, init=False)
    zca_whitening_matrix: np.ndarray | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        hint("ImageDataGenerator", GONE)
        if not 0 <= self.validation_split < 1:
            what, got = "validation_split is out of range.", self.validation_split
            raise ConfigError(explain(what, got=got, expected="0 up to, but not 1"))
        self.featurewise_center |= self.featurewise_std_normalization or self.zca_whitening
        self.featurewise_std_normalization &= not self.zca_whitening
        self.samplewise_center |= self.samplewise_std_normalization
        zoom = self.zoom_range
        around_one = (1 - zoom, 1 + zoom) if isinstance(zoom, numbers.Real) else zoom
        self.zoom_range = _pair("zoom_range", around_one)
        self.brightness_range = _pair("brightness_range", self.brightness_range)
        self.data_format = standardize_data_format(self.data_format)
        self.dtype = self.dtype or floatx()
        first = self.data_format == "channels_first"
        self.channel_axis, self.row_axis, self.col_axis = (1, 2, 3) if first else (3, 1, 2)

    # --- where batches come from

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> ImageBatches:
        """Return batches of pictures (rows, height, width, channels) and their targets.

        Raises:
            DataError: the arrays do not belong together, or a subset lacks a class.
        """
        part = Part(self.validation_split, subset)
        source = from_arrays(x, y, sample_weight, part, ignore_class_split, self.dtype)
        saving = Saving(save_to_dir, save_prefix, save_format, self.data_format)
        return ImageBatches(source, self._changed, batch_size, shuffle, seed, saving)

    def flow_from_directory(
        self,
        directory: Any,
        target_size: Any = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> ImageBatches:
        """Return batches of the pictures in a folder, whose sub-folders are the classes.

        Raises:
            ConfigError: a setting has a value it cannot have.
            DataError: there are no pictures.
        """
        look = Look(target_size, color_mode, interpolation, keep_aspect_ratio, self.data_format,
                    self.dtype)  # fmt: skip
        part = Part(self.validation_split, subset)
        source = from_folder(directory, classes, class_mode, follow_links, part, look)
        saving = Saving(save_to_dir, save_prefix, save_format, self.data_format)
        return ImageBatches(source, self._changed, batch_size, shuffle, seed, saving)

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: Any = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: Any = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
    ) -> ImageBatches:
        """Return batches of the pictures that a data frame names, with a column as target.

        Rows whose file is missing are left out, and counted.
        """
        del validate_filenames  # they always are
        mode = "raw" if class_mode == "other" else class_mode
        look = Look(target_size, color_mode, interpolation, False, self.data_format, self.dtype)
        part, columns = Part(self.validation_split, subset), (x_col, y_col, weight_col)
        source = from_dataframe(dataframe, directory, columns, classes, mode, part, look)
        saving = Saving(save_to_dir, save_prefix, save_format, self.data_format)
        return ImageBatches(source, self._changed, batch_size, shuffle, seed, saving)

    # --- what happens to a picture

    def get_random_transform(
        self, img_shape: tuple[int, ...], seed: int | None = None
    ) -> dict[str, Any]:
        """Return what is to happen to a picture of this shape, drawn at random."""
        return self._drawn(img_shape, np.random if seed is None else np.random.RandomState(seed))

    def apply_transform(self, x: Any, transform_parameters: dict[str, Any]) -> np.ndarray:
        """Return a picture changed as the parameters say: theta, tx, ty, shear, zx, zy, ..."""
        wanted = transform_parameters
        affine = {name: wanted[name] for name in ("theta", "tx", "ty", "shear", "zx", "zy")
                  if name in wanted}  # fmt: skip
        row, column, channel = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        made = apply_affine_transform(
            x, row_axis=row, col_axis=column, channel_axis=channel, fill_mode=self.fill_mode,
            cval=self.cval, order=self.interpolation_order, **affine,
        )  # fmt: skip
        if wanted.get("channel_shift_intensity") is not None:
            made = apply_channel_shift(made, wanted["channel_shift_intensity"])
        if wanted.get("flip_horizontal"):
            made = np.flip(made, column)
        if wanted.get("flip_vertical"):
            made = np.flip(made, row)
        if wanted.get("brightness") is not None:
            made = apply_brightness_shift(made, wanted["brightness"], False)
        return made

    def random_transform(self, x: Any, seed: int | None = None) -> np.ndarray:
        """Return a picture changed at random."""
        return self.apply_transform(x, self.get_random_transform(np.shape(x), seed))

    def standardize(self, x: Any) -> np.ndarray:
        """Return a picture, or several, scaled and centred as the settings say."""
        made = np.asarray(x)
        if self.preprocessing_function is not None:
            made = np.asarray(self.preprocessing_function(made))
        if self.rescale:
            made = made * self.rescale
        if self.samplewise_center:
            made = made - made.mean()
        if self.samplewise_std_normalization:
            made = made / (made.std() + TINY)
        if self.featurewise_center and self.mean is None:
            asked = "ImageDataGenerator(featurewise_center, ..._std_normalization, zca_whitening)"
            hint("ImageDataGenerator.fit", f"{asked} does nothing before fit(x) is called")
        if self.featurewise_center and self.mean is not None:
            made = made - self.mean
        if self.featurewise_std_normalization and self.std is not None:
            made = made / (self.std + TINY)
        if self.zca_whitening and self.zca_whitening_matrix is not None:
            flat = made.reshape(-1, len(self.zca_whitening_matrix))
            made = (flat @ self.zca_whitening_matrix).reshape(made.shape)
        return np.asarray(made, self.dtype)

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Learn the mean, the spread and the whitening of some pictures, rescaled.

        Raises:
            DataError: it is no batch of pictures.
        """
        pictures = np.asarray(x, self.dtype)
        if pictures.ndim != 4:
            what, expected = (
                "fit(...) needs a batch of pictures.",
                "(rows, height, width, channels)",
            )
            raise DataError(explain(what, got=f"shape {pictures.shape}", expected=expected))
        pictures = pictures * self.rescale if self.rescale else pictures
        if augment:
            rng = np.random if seed is None else np.random.RandomState(seed)
            drawn = [self._moved(p, rng) for _ in range(rounds) for p in pictures]
            pictures = np.stack(drawn)
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            mean = self.mean = pictures.mean(axis=axes, keepdims=True)[0]
            pictures = pictures - mean
        if self.featurewise_std_normalization:
            std = self.std = pictures.std(axis=axes, keepdims=True)[0]
            pictures = pictures / (std + TINY)
        if self.zca_whitening:
            flat = pictures.reshape(len(pictures), -1)
            u, s, _ = np.linalg.svd(flat.T, full_matrices=False)
            scale = np.sqrt(len(flat)) / (s + self.zca_epsilon)
            self.zca_whitening_matrix = (u * scale) @ u.T

    def _changed(self, picture: np.ndarray, rng: Any) -> np.ndarray:
        return self.standardize(self._moved(picture, rng))

    def _moved(self, picture: np.ndarray, rng: Any) -> np.ndarray:
        return self.apply_transform(picture, self._drawn(picture.shape, rng))

    def _drawn(self, shape: tuple[int, ...], rng: Any) -> dict[str, Any]:
        """Draw in Keras's order, so that a seed means what it meant."""
        turn = self.rotation_range
        theta = rng.uniform(-turn, turn) if turn else 0
        ty = _shift(self.height_shift_range, shape[self.row_axis - 1], rng)
        tx = _shift(self.width_shift_range, shape[self.col_axis - 1], rng)
        slant = self.shear_range
        shear = rng.uniform(-slant, slant) if slant else 0
        low, high = self.zoom_range or (1, 1)
        zx, zy = (1, 1) if low == high == 1 else rng.uniform(low, high, 2)
        flips = [bool(rng.random_sample() < 0.5) for _ in range(2)]
        tint, light = self.channel_shift_range, self.brightness_range
        return {
            "theta": theta, "tx": tx, "ty": ty, "shear": shear, "zx": zx, "zy": zy,
            "flip_horizontal": flips[0] and self.horizontal_flip,
            "flip_vertical": flips[1] and self.vertical_flip,
            "channel_shift_intensity": rng.uniform(-tint, tint) if tint else None,
            "brightness": None if light is None else rng.uniform(*light),
        }  # fmt: skip


def _shift(given: Any, size: int, rng: Any) -> float:
    """Draw a shift: a fraction or a number of pixels, or one of several given ones."""
    if not np.any(given):
        return 0
    if isinstance(given, float):
        drawn = rng.uniform(-given, given)
    else:
        drawn = rng.choice(given) * rng.choice([-1, 1])
    return float(drawn * size if np.max(given) < 1 else drawn)


def _pair(name: str, given: Any) -> tuple[float, float] | None:
    if given is not None and np.shape(given) != (2,):
        what = f"ImageDataGenerator({name}=...) has a value it cannot have."
        raise ConfigError(explain(what, got=given, expected="two numbers"))
    return None if given is None else (given[0], given[1])
