"""Pictures from files, from arrays, and back, as Keras's functions have them."""

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, DataError, FileError, explain
from pellucid.data.images import pillow
from pellucid.keras.engine.base.settings import floatx, standardize_data_format
from pellucid.keras.engine.layers.resizing import cut_to, resized

MODES = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}
CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
GREY_MODES = ("L", "I;16", "I")
METHODS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: Any = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """Return a picture's file as a pillow image.

    `target_size` is (height, width). With `keep_aspect_ratio` the middle of the picture
    that has these proportions is taken.

    Raises:
        ConfigError: there is no such mode or interpolation.
        FileError: the file is no whole picture.
    """
    mode = MODES.get(color_mode)
    if mode is None:
        what = f"There is no color_mode called {color_mode!r}."
        raise ConfigError(explain(what, got=repr(color_mode), expected=", ".join(MODES)))
    picture = _opened(path)
    if picture.mode != mode and not (mode == "L" and picture.mode in GREY_MODES):
        picture = picture.convert(mode)
    if target_size is None:
        return picture
    height, width = (target_size, target_size) if isinstance(target_size, int) else target_size
    if interpolation not in METHODS:
        what = f"There is no interpolation called {interpolation!r} for files of pictures."
        raise ConfigError(explain(what, got=repr(interpolation), expected=", ".join(METHODS)))
    if picture.size == (width, height):
        return picture
    method = getattr(pillow().Image.Resampling, interpolation.upper())
    box = _middle(picture.size, (width, height)) if keep_aspect_ratio else None
    return picture.resize((width, height), method, box=box)


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """Return a pillow image as an array of floats: (height, width, channels), or channels first.

    Raises:
        DataError: it has neither two nor three axes.
    """
    first = standardize_data_format(data_format) == "channels_first"
    x = np.asarray(img, dtype=dtype or floatx())
    if x.ndim not in (2, 3):
        what = "This is no picture."
        raise DataError(explain(what, got=f"shape {x.shape}", expected="two or three axes"))
    x = x[..., None] if x.ndim == 2 else x
    return x.transpose(2, 0, 1) if first else x


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Any:
    """Return an array (height, width, channels) as a pillow image.

    With `scale` the smallest number becomes 0 and the largest 255.

    Raises:
        DataError: it has not three axes, or neither 1, 3 nor 4 channels.
    """
    first = standardize_data_format(data_format) == "channels_first"
    array = np.asarray(x, dtype=dtype or floatx())
    if array.ndim != 3:
        what, expected = "This is no single picture.", "(height, width, channels)"
        hint = "of a batch, give one picture: x[0]"
        raise DataError(explain(what, got=f"shape {array.shape}", expected=expected, hint=hint))
    array = array.transpose(1, 2, 0) if first else array
    if scale:
        array = array - array.min()
        array = array / (array.max() or 1) * 255
    channels = array.shape[2]
    if channels not in CHANNELS.values():
        what = "A picture has 1 channel, 3, or 4."
        raise DataError(explain(what, got=f"{channels} channels", expected="1, 3 or 4"))
    image = pillow().Image
    if channels > 1:
        return image.fromarray(array.astype(np.uint8))
    kind = np.int32 if array.max() > 255 else np.uint8
    return image.fromarray(array[:, :, 0].astype(kind))


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **named: Any,
) -> None:
    """Write an array as a picture's file; its format is the name's ending, or `file_format`."""
    kind = file_format
    if kind is None and isinstance(path, str | Path):
        kind = Path(path).suffix[1:]
    kind = {"jpg": "jpeg", "tif": "tiff", "": None}.get((kind or "").lower(), kind)
    picture = array_to_img(x, data_format=data_format, scale=scale)
    if picture.mode == "RGBA" and (kind or "").lower() == "jpeg":
        warnings.warn("JPEG has no opacity: the picture is saved without it.", stacklevel=2)
        picture = picture.convert("RGB")
    picture.save(path, format=kind, **named)


def smart_resize(
    x: Any, size: Any, interpolation: str = "bilinear", data_format: str = "channels_last"
) -> np.ndarray:
    """Return the middle of a picture, or of each of a batch, at another size, undistorted.

    Raises:
        DataError: it has neither three nor four axes.
    """
    pictures = np.asarray(x)
    if pictures.ndim not in (3, 4):
        what, expected = "This is neither a picture nor a batch of them.", "three or four axes"
        raise DataError(explain(what, got=f"shape {pictures.shape}", expected=expected))
    first = standardize_data_format(data_format) == "channels_first"
    height, width = (int(side) for side in size)
    batch = pictures[None] if pictures.ndim == 3 else pictures
    batch = batch.transpose(0, 2, 3, 1) if first else batch
    parts = [resized(cut_to(part, (height, width)), (height, width), interpolation)
             for part in batch]  # fmt: skip
    made = np.stack(parts)
    made = made.transpose(0, 3, 1, 2) if first else made
    return made[0] if pictures.ndim == 3 else made


def _opened(path: Any) -> Any:
    image = pillow().Image
    source = path if hasattr(path, "read") else io.BytesIO(_content(path))
    try:
        picture = image.open(source)
        picture.load()
    except (OSError, SyntaxError, ValueError, EOFError, image.DecompressionBombError) as error:
        what, name = "This file is no whole picture.", getattr(path, "name", path)
        got = f"{name}: {str(error)[:120]}"
        raise FileError(explain(what, got=got, expected="a picture")) from error
    return picture


def _content(path: Any) -> bytes:
    name = path.decode() if isinstance(path, bytes) else str(path)
    try:
        return Path(name).expanduser().read_bytes()
    except OSError as error:
        what, got = f"There is no picture {name!r} to read.", error.strerror or str(error)
        raise FileError(explain(what, got=got, expected="a picture's file")) from error


def _middle(size: tuple[int, int], wanted: tuple[int, int]) -> tuple[int, int, int, int]:
    (width, height), (new_width, new_height) = size, wanted
    rows = min(height, width * new_height // new_width)
    columns = min(width, height * new_width // new_height)
    top, left = (height - rows) // 2, (width - columns) // 2
    return left, top, left + columns, top + rows
