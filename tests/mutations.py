"""Files made wrong: by accident (`damaged`), or by somebody who knows the format (`forged`).

A forged file has checksums that are right, so it is looked at to its end. It says another
thing than the original, and may well be read as that.
"""

import copy
import io
import json
import tomllib
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import onnx
import safetensors.numpy
import tomli_w

from pellucid.interop.onnx_file import SETTINGS, SHA256
from pellucid.interop.onnx_file import digest as onnx_digest
from pellucid.interop.sealed import Sealed
from pellucid.interop.sealed import digest as sealed_digest
from pellucid.keras.saving.hdf5 import SEAL, sealed

Random = np.random.Generator
NUMBERS = (0, 1, -1, 255, 2**15, 2**31 - 1, 2**31, 2**32, 2**40, 2**63 - 1, 2**63, 2**64 - 1)
VALUES = (
    *(None, True, False, 0, -1, 2, 4 * 10**7, 2**31, 2**63, 10**30, -(10**12), int("9" * 4000)),
    *(0.5, -0.0, 1e308, 1e-320, float("nan"), float("inf"), "", "x", "x" * 10_000, "\ud800", "\0"),
    *("../../etc/passwd", "/etc/passwd", "os.system", "builtins.eval", "<script>", "\x1b[2J"),
    *([], {}, [1, 2, 3], [[]], [10**6, 10**6], {"class_name": "__lambda__", "config": {}}),
    {
        "class_name": "Lambda",
        "config": {"function": ["4wEA", None, None]},
        "module": "keras.layers",
    },
    {"class_name": "function", "config": "system", "module": "os", "registered_name": "system"},
    {"class_name": "Popen", "config": {"args": ["true"]}, "module": "subprocess"},
)


def damaged(random: Random, content: bytes) -> bytes:
    """Return the content after an accident: bits, bytes or whole stretches are other ones."""
    data, size = bytearray(content), len(content)
    place, length = int(random.integers(size)), int(random.integers(1, 65))
    other = int(random.integers(size))
    kind = random.integers(9)
    if kind <= 2:
        for at in random.integers(size, size=(1, 1, 3)[kind]):
            data[at] ^= 1 << int(random.integers(8))
    elif kind == 3:
        data[place] = int(random.choice((0, 1, 127, 128, 255)))
    elif kind == 4:
        del data[place:]
    elif kind == 5:
        data[place:place] = random.bytes(length)
    elif kind == 6:
        del data[place : place + length]
    elif kind == 7:
        data[place : place + length] = data[other : other + length]
    else:
        number = int(random.choice(len(NUMBERS)))
        data[place : place + 8] = (NUMBERS[number] % 2**64).to_bytes(8, "little")
    return bytes(data)


def forged(name: str, random: Random, content: bytes) -> bytes:
    """Return a content of the format of the file `name` that says something else."""
    return FORGERS[name.rpartition(".")[2]](random, content)


def mutated(random: Random, value: Any) -> Any:
    """Return JSON values with one to three places changed."""
    value = copy.deepcopy(value)
    for _ in range(random.integers(1, 4)):
        places = list(_places(value))
        holder, key = places[random.integers(len(places))]
        kind = random.integers(6)
        if kind <= 2:
            holder[key] = copy.deepcopy(VALUES[random.integers(len(VALUES))])
        elif kind == 3:
            del holder[key]
        elif kind == 4:
            other, at = places[random.integers(len(places))]
            holder[key] = copy.deepcopy(other[at])
        elif isinstance(holder, list):
            holder.extend(copy.deepcopy(holder[key]) for _ in range(random.integers(1, 50)))
        else:
            holder[str(VALUES[random.integers(len(VALUES))])[:20]] = holder[key]
        if not list(_places(value)):
            break
    return value


def _places(value: Any) -> Any:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inside:
        yield value, key
        if isinstance(part, dict | list):
            yield from _places(part)


def _safetensors(random: Random, content: bytes) -> bytes:
    arrays = safetensors.numpy.load(content)
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    if random.random() < 0.3:  # of the table of arrays, with the description as it is
        changed = mutated(random, header)
        packed = json.dumps(changed).encode()
        return len(packed).to_bytes(8, "little") + packed + content[8 + length :]
    described = json.loads(header["__metadata__"]["pellucid"])
    del described["sha256"]
    if random.random() < 0.8:
        described = mutated(random, described)
    else:
        name = sorted(arrays)[random.integers(len(arrays))]
        arrays[name] = _other_array(random, arrays[name])
    described["sha256"] = sealed_digest(Sealed(described, arrays))
    return safetensors.numpy.save(arrays, {"pellucid": json.dumps(described, sort_keys=True)})


def _other_array(random: Random, array: np.ndarray) -> np.ndarray:
    others: tuple[Callable[[], np.ndarray], ...] = (
        lambda: array.astype("float64"),
        lambda: array.astype("int8"),
        lambda: array.reshape(-1),
        lambda: array[None],
        lambda: np.resize(array, 1000),
        lambda: np.zeros((0, 5), array.dtype),
        lambda: np.full_like(array, 2**30 if array.dtype.kind in "iu" else np.nan),
    )
    return np.ascontiguousarray(others[random.integers(len(others))]())


def _keras(random: Random, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    kind, method, twice = random.integers(5), zipfile.ZIP_STORED, None
    if kind <= 1:
        config = mutated(random, json.loads(members["config.json"]))
        members["config.json"] = json.dumps(config).encode()
    elif kind == 2:
        members["model.weights.h5"] = _hdf5(random, members["model.weights.h5"])
    elif kind == 3:
        name = sorted(members)[random.integers(len(members))]
        strange = ("../x", "/etc/passwd", "..\\x", "C:\\x", "assets/../../x", "a\0b", name.upper())
        members[strange[random.integers(len(strange))]] = members.pop(name)
    else:
        methods = (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
        method = methods[random.integers(3)]
        twice = sorted(members)[random.integers(len(members))]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two members of one name
        for name, member in members.items():
            archive.writestr(name, member)
        if twice is not None and random.random() < 0.5:
            archive.writestr(twice, members[twice])
    return packed.getvalue()


def _hdf5(random: Random, content: bytes) -> bytes:
    """Change bytes where HDF5 keeps its tables, or objects by name, and seal the file anew."""
    content = content[: content.rindex(SEAL)] if SEAL in content else content
    if random.random() < 0.6:
        data = bytearray(content)
        used = np.flatnonzero(np.frombuffer(content, np.uint8))
        for _ in range(random.integers(1, 4)):
            place = int(used[random.integers(len(used))])
            number = NUMBERS[random.integers(len(NUMBERS))] % 2**64
            width = int(random.choice((1, 1, 2, 4, 8)))
            if random.random() < 0.5:
                data[place] ^= 1 << int(random.integers(8))
            else:
                data[place : place + width] = number.to_bytes(8, "little")[:width]
        return sealed(bytes(data))
    held = io.BytesIO(content)
    with h5py.File(held, "r+") as file:
        names: list[str] = []
        file.visit(names.append)
        _other_object(random, file, names[random.integers(len(names))])
    return sealed(held.getvalue())


def _other_object(random: Random, file: Any, name: str) -> None:
    texts = [(thing, key) for thing in (file, *map(file.get, _groups(file))) for key in thing.attrs]
    if texts and random.random() < 0.5:
        thing, key = texts[random.integers(len(texts))]
        told = thing.attrs[key]
        if isinstance(told, str) and told.startswith("{"):
            thing.attrs[key] = json.dumps(mutated(random, json.loads(told)))
        else:
            words = told.encode() if isinstance(told, str) else told
            thing.attrs[key] = np.resize(np.asarray(words), random.integers(0, 5))
        return
    del file[name]
    makers: tuple[Callable[[], Any], ...] = (
        lambda: None,
        lambda: file.__setitem__(name, h5py.SoftLink("/etc")),
        lambda: file.__setitem__(name, h5py.SoftLink("/")),
        lambda: file.__setitem__(name, h5py.ExternalLink("/etc/passwd", "/")),
        lambda: file.__setitem__(name, file["/"]),
        lambda: file.create_group(name),
        lambda: file.create_dataset(name, data=np.ones((3, 2), "float64")),
        lambda: file.create_dataset(name, (10**6, 10**6), "float32", chunks=(10, 10)),
        lambda: file.create_dataset(name, (3, 2), "float32", compression="gzip"),
        lambda: file.create_dataset(name, (3, 2), "float32", external=[("/etc/passwd", 0, 24)]),
        lambda: file.create_dataset(name, (3, 2), h5py.ref_dtype),
        lambda: file.create_dataset(name, (2,), h5py.string_dtype()),
        lambda: file.create_dataset(name, data=np.zeros(2, [("a", "i4"), ("b", "f8")])),
        lambda: file.create_dataset(name, data=h5py.Empty("f4")),
        lambda: file.__setitem__(name, np.dtype("int8")),
    )
    makers[random.integers(len(makers))]()


def _groups(file: Any) -> list[str]:
    names: list[str] = []
    file.visit(names.append)
    return names


def _onnx(random: Random, content: bytes) -> bytes:
    model = onnx.load_model_from_string(content)
    told = {prop.key: prop for prop in model.metadata_props}
    if SETTINGS in told and random.random() < 0.6:
        settings = mutated(random, json.loads(told[SETTINGS].value))
        told[SETTINGS].value = json.dumps(settings)
    else:
        _other_graph(random, model.graph)
    if SHA256 in told:
        told[SHA256].value = onnx_digest(model, told[SETTINGS].value)
    return model.SerializeToString()


def _other_graph(random: Random, graph: Any) -> None:
    node = graph.node[random.integers(len(graph.node))]
    number = NUMBERS[random.integers(len(NUMBERS) - 2)]
    kind = random.integers(8)
    if kind == 0:
        node.op_type = str(random.choice(("Sin", "If", "Loop", "Relu", "Conv", "Gemm", "Reshape")))
    elif kind == 1:
        node.input[random.integers(len(node.input))] = graph.node[-1].output[0]
    elif kind == 2:
        node.attribute.append(onnx.helper.make_attribute("axis", [number, -number]))
    elif kind == 3:
        for attribute in node.attribute:
            attribute.ints[:] = [number] * len(attribute.ints)
    elif kind == 4 and len(graph.initializer):
        tensor = graph.initializer[random.integers(len(graph.initializer))]
        tensor.dims[:] = [number] * random.integers(5)
    elif kind == 5 and len(graph.initializer):
        tensor = graph.initializer[random.integers(len(graph.initializer))]
        tensor.data_type = int(random.integers(20))
    elif kind == 6:
        sides = graph.input[0].type.tensor_type.shape.dim
        sides[random.integers(len(sides))].dim_value = number
    else:
        graph.node.extend([node] * random.integers(1, 50))


def _json(random: Random, content: bytes) -> bytes:
    return json.dumps(mutated(random, json.loads(content))).encode()


def _toml(random: Random, content: bytes) -> bytes:
    told = {
        n: v for n, v in mutated(random, tomllib.loads(content.decode())).items() if v is not None
    }
    try:
        return tomli_w.dumps(told).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError):  # what TOML cannot hold
        return content + b"\nx = [" * int(random.integers(1, 2000))


FORGERS: dict[str, Callable[[Random, bytes], bytes]] = {
    "safetensors": _safetensors,
    "keras": _keras,
    "h5": _hdf5,
    "onnx": _onnx,
    "json": _json,
    "toml": _toml,
}
