"""Pictures moved, turned, sheared and stretched: one affine map, read with linear weights."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.data.images import pillow
from pellucid.keras.engine.data.pictures import array_to_img, img_to_array

Indices = np.ndarray
SWAP = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]])


def _reflected(place: Indices, size: int) -> Indices:
    turned = np.mod(place, 2 * size)
    return np.where(turned >= size, 2 * size - 1 - turned, turned)


FILLS: Mapping[str, Callable[[Indices, int], Indices]] = {
    "nearest": lambda place, size: np.clip(place, 0, size - 1),
    "constant": lambda place, size: np.clip(place, 0, size - 1),
    "reflect": _reflected,
    "wrap": lambda place, size: np.clip(place, 0, size - 1),
}


def apply_affine_transform(
    x: Any,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """Return a picture turned by `theta` degrees, moved by tx columns and ty rows, ...

    The map of places (x, y) is centre . turn . move . shear . stretch . -centre. `order` is 0
    for the nearest pixel and 1 for linear weights. Keras's own takes the height for the
    width when it looks for the centre; here the centre is in the middle.

    Raises:
        ConfigError: the fill mode or the order is none of these.
        DataError: it is no single picture.
    """
    picture = np.asarray(x)
    if picture.ndim != 3 or {row_axis, col_axis, channel_axis} != {0, 1, 2}:
        what, expected = "This is no single picture.", "three axes, channels first or last"
        raise DataError(explain(what, got=f"shape {picture.shape}", expected=expected))
    if fill_mode not in FILLS or order not in (0, 1):
        what = "Pictures cannot be transformed in this way."
        got, expected = f"fill_mode={fill_mode!r}, order={order}", f"{', '.join(FILLS)}; 0 or 1"
        raise ConfigError(explain(what, got=got, expected=expected))
    matrix = _matrix(theta, tx, ty, shear, zx, zy)
    if matrix is None:
        return picture
    matrix = SWAP @ matrix @ SWAP  # places in arrays are (y, x)
    layers = np.transpose(picture, (row_axis, col_axis, channel_axis))
    height, width = layers.shape[:2]
    center = np.array([height, width]) / 2 - 0.5
    offset = matrix[:2, 2] + center - matrix[:2, :2] @ center
    grid = np.indices((height, width)).reshape(2, -1)
    places = (matrix[:2, :2] @ grid + offset[:, None]).reshape(2, height, width)
    made = _read(layers, places, fill_mode, cval, order)
    return np.transpose(made, np.argsort((row_axis, col_axis, channel_axis)))


def apply_channel_shift(x: Any, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """Return a picture with `intensity` added, kept between its smallest and largest value."""
    del channel_axis  # the same is added to every channel
    picture = np.asarray(x)
    return np.clip(picture + intensity, picture.min(), picture.max())


def apply_brightness_shift(x: Any, brightness: float, scale: bool = True) -> np.ndarray:
    """Return a picture `brightness` times as bright, rounded to 256 steps."""
    picture = np.asarray(x)
    low, high = picture.min(), picture.max()
    outside = low < 0 or high > 255
    image = array_to_img(picture, "channels_last", bool(outside or scale))
    black = image.point(lambda _: 0)
    if image.mode == "RGBA":
        black.putalpha(image.getchannel("A"))
    made = img_to_array(pillow().Image.blend(black, image, brightness), "channels_last")
    return made / 255 * (high - low) + low if outside and not scale else made


def _matrix(
    theta: float, tx: float, ty: float, shear: float, zx: float, zy: float
) -> np.ndarray | None:
    turn, slant = np.deg2rad(theta), np.deg2rad(shear)
    steps = []
    if theta != 0:
        cos, sin = np.cos(turn), np.sin(turn)
        steps.append([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    if tx != 0 or ty != 0:
        steps.append([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    if shear != 0:
        steps.append([[1, -np.sin(slant), 0], [0, np.cos(slant), 0], [0, 0, 1]])
    if zx != 1 or zy != 1:
        steps.append([[zx, 0, 0], [0, zy, 0], [0, 0, 1]])
    made = None
    for step in map(np.array, steps):
        made = step if made is None else made @ step
    return made


def _read(
    layers: np.ndarray, places: np.ndarray, fill_mode: str, cval: float, order: int
) -> np.ndarray:
    sizes = layers.shape[:2]
    if fill_mode == "wrap":  # with a period one short of the size, as SciPy has it
        outside = [(p < 0) | (p > n - 1) for p, n in zip(places, sizes, strict=True)]
        turned = [np.mod(p, max(n - 1, 1)) for p, n in zip(places, sizes, strict=True)]
        places = np.where(outside, turned, places)
    low = np.floor(places if order else places + 0.5).astype(int)
    share = (places - low) if order else np.zeros_like(places)
    made = np.zeros(layers.shape, np.float64)
    for rows_on in range(order + 1):
        for columns_on in range(order + 1):
            steps = (rows_on, columns_on)
            at = [FILLS[fill_mode](low[a] + steps[a], sizes[a]) for a in (0, 1)]
            weight = np.prod([share[a] if steps[a] else 1 - share[a] for a in (0, 1)], axis=0)
            made += layers[at[0], at[1]] * weight[..., None]
    if fill_mode == "constant":
        last = np.array(sizes)[:, None, None] - 1
        made = np.where(np.any((places < 0) | (places > last), axis=0)[..., None], cval, made)
    return made.astype(layers.dtype)
