"""Files made to do harm, by the ids of what they try, each a change of a whole one."""

import io
import warnings
import zipfile
from collections.abc import Callable
from typing import Any, NamedTuple

import h5py
import numpy as np
from forgery import (
    KERNEL,
    described_layer,
    first_layer,
    in_place_of_kernel,
    of_arrays,
    of_config,
    of_header,
    of_onnx,
    of_safetensors,
    of_settings,
    of_zip,
)

DEEP = b"[" * 200_000
GIGABYTE = 2**30
SECRET = "/etc/hostname"


class Hostile(NamedTuple):
    """A file that must be refused: `change` makes it of the sample called `of`."""

    name: str
    of: str
    change: Callable[[bytes], bytes]
    why: str  # the reason that the message must give, as a pattern


def _put(place: Any, key: Any, value: Any) -> None:
    place[key] = value


def _bomb(names: Any, size: int) -> Any:
    """Let members unpack to `size` bytes each."""
    blank = b" " * size
    return of_zip(lambda members: members.update(dict.fromkeys(names, blank)), zipfile.ZIP_DEFLATED)


def _many(layers: list[Any]) -> list[Any]:
    return (layers * 1501)[:1501]


def _twice(content: bytes) -> bytes:
    packed = io.BytesIO(content)
    with zipfile.ZipFile(packed, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("config.json", b"{}")
    return packed.getvalue()


def _renamed(name: str, other: str) -> Any:
    return of_zip(lambda members: members.update({other: members.pop(name)}))


def _virtual(group: h5py.Group, name: str) -> None:
    layout = h5py.VirtualLayout((3, 2), "float32")
    layout[:] = h5py.VirtualSource(SECRET, "x", (3, 2))
    group.create_virtual_dataset(name, layout)


def _overlapping(content: bytes) -> bytes:
    """Let all arrays be the same bytes: thousands of them would cost thousands of files."""

    def many(file: h5py.File) -> None:
        for number in range(2000):
            file[f"again/{number}"] = file[KERNEL]

    return of_arrays(many)(content)


def naming(kind: str, module: str, **settings: Any) -> Any:
    """Let the first layer of a `.keras` file be of another class."""
    named = {"module": module, "class_name": kind, "registered_name": kind}
    layer = {**named, "config": {"name": "dense", **settings}}
    return of_config(lambda config: _put(config["config"]["layers"], 1, layer))


BYTECODE = {"class_name": "__lambda__", "config": {"code": "4wEAAAAA", "defaults": None}}
LAYER, KERAS, ONNX, HDF5 = "model.safetensors", "model.keras", "model.onnx", "model.weights.h5"
THEIRS = "theirs.onnx"

HOSTILE = [
    # M2: what unpacks to far more than the file
    Hostile("M2 config", KERAS, _bomb(["config.json"], 200 * 2**20), "too large when unpacked"),
    Hostile(
        "M2 arrays", KERAS, _bomb(["model.weights.h5"], 100 * 2**20), "too large when unpacked"
    ),
    Hostile("M2 assets", KERAS, _bomb([f"assets/{n}" for n in range(40)], 2**20), "too large"),
    Hostile("M2 LZMA", KERAS, of_zip(lambda m: None, zipfile.ZIP_LZMA), "packed in a way"),
    Hostile(
        "M2 gzip",
        HDF5,
        in_place_of_kernel(lambda g, n: g.create_dataset(n, (GIGABYTE // 4,), "f4", compression=9)),
        "not read here",
    ),
    # M3: sizes that the file does not have
    Hostile(
        "M3 units", KERAS, of_config(lambda c: _put(first_layer(c), "units", 4 * 10**7)), "fit"
    ),
    Hostile(
        "M3 more units", KERAS, of_config(lambda c: _put(first_layer(c), "units", 10**15)), "fit"
    ),
    Hostile(
        "M3 units",
        LAYER,
        of_safetensors(lambda d, a: _put(described_layer(d)["config"], "units", 4 * 10**7)),
        "do not fit",
    ),
    Hostile(
        "M3 more units",
        LAYER,
        of_safetensors(lambda d, a: _put(described_layer(d)["config"], "units", 10**18)),
        ".",
    ),
    Hostile("M3 units", ONNX, of_settings('"units": 2', '"units": 40000000'), "too short"),
    Hostile(
        "M3 dims", ONNX, of_onnx(lambda m: _put(m.graph.initializer[0].dims, 0, 2**40)), "as long"
    ),
    Hostile(
        "M3 dims", THEIRS, of_onnx(lambda m: _put(m.graph.initializer[0].dims, 0, 2**40)), "as long"
    ),
    Hostile("M3 header", LAYER, lambda c: (2**62).to_bytes(8, "little") + c[8:], "shorter"),
    Hostile("M3 shape", LAYER, of_header(lambda h: _put(h["00001"], "shape", [10**6, 10**6])), "."),
    Hostile("M3 overlap", LAYER, of_header(lambda h: _put(h, "00001", h["00000"])), "."),
    Hostile(
        "M3 claimed",
        HDF5,
        in_place_of_kernel(lambda g, n: g.create_dataset(n, (10**6, 10**6), "f4", chunks=(9, 9))),
        "not read here",
    ),
    Hostile("M3 overlap", HDF5, _overlapping, "each thing once"),
    # M4: names that lead elsewhere
    *(
        Hostile(f"M4 {number}", KERAS, _renamed("config.json", name), r"no config\.json")
        for number, name in enumerate(
            (
                "../config.json",
                "/config.json",
                "..\\config.json",
                "CONFIG.JSON",
                "config.json/",
                "./config.json",
            )
        )
    ),
    Hostile("M4 twice", KERAS, _twice, "two members of one name"),
    # M5: HDF5 that is not in the file, or is no plain array
    Hostile(
        "M5 soft link",
        HDF5,
        in_place_of_kernel(lambda g, n: _put(g, n, h5py.SoftLink("/vars"))),
        "a link",
    ),
    Hostile(
        "M5 external link",
        HDF5,
        in_place_of_kernel(lambda g, n: _put(g, n, h5py.ExternalLink(SECRET, "/x"))),
        "a link",
    ),
    Hostile(
        "M5 external storage",
        HDF5,
        in_place_of_kernel(
            lambda g, n: g.create_dataset(n, (3, 2), "f4", external=[(SECRET, 0, 24)])
        ),
        "data in other files",
    ),
    Hostile("M5 virtual", HDF5, in_place_of_kernel(_virtual), "chunks, or elsewhere"),
    Hostile(
        "M5 references",
        HDF5,
        in_place_of_kernel(lambda g, n: g.create_dataset(n, (3, 2), h5py.ref_dtype)),
        "not read here",
    ),
    Hostile(
        "M5 words",
        HDF5,
        in_place_of_kernel(lambda g, n: g.create_dataset(n, (2,), h5py.string_dtype())),
        "array of words",
    ),
    Hostile(
        "M5 records",
        HDF5,
        in_place_of_kernel(lambda g, n: g.create_dataset(n, data=np.zeros(2, [("a", "i4")]))),
        "not read here",
    ),
    Hostile(
        "M5 circle",
        HDF5,
        in_place_of_kernel(lambda g, n: _put(g, n, g.file["/"])),
        "each thing once",
    ),
    Hostile(
        "M5 type", HDF5, in_place_of_kernel(lambda g, n: _put(g, n, np.dtype("i4"))), "no group and"
    ),
    # M6: code, or the name of code
    Hostile("M6 bytecode", KERAS, naming("Lambda", "keras.layers", function=BYTECODE), "never run"),
    Hostile(
        "M6 marshalled", KERAS, naming("Lambda", "keras.layers", function=["4wEA"]), "never run"
    ),
    Hostile("M6 module", KERAS, naming("Popen", "subprocess", args=["true"]), "not known here"),
    Hostile("M6 builtin", KERAS, naming("eval", "builtins", source="1"), "not known here"),
    Hostile(
        "M6 own module", KERAS, naming("load_model", "keras.saving", path="x"), "not known here"
    ),
    Hostile("M6 path", KERAS, naming("get_file", "keras.utils", origin="x"), "not known here"),
    Hostile(
        "M6 function",
        KERAS,
        of_config(
            lambda c: _put(
                first_layer(c),
                "activation",
                {
                    "class_name": "function",
                    "module": "os",
                    "config": "system",
                    "registered_name": "x",
                },
            )
        ),
        "no activation called",
    ),
    Hostile(
        "M6 name",
        LAYER,
        of_safetensors(lambda d, a: _put(described_layer(d), "class_name", "os.system")),
        "no layer called",
    ),
    Hostile(
        "M6 name",
        ONNX,
        of_settings('"class_name": "Dense"', '"class_name": "Popen"'),
        "no layer called",
    ),
    Hostile(
        "M6 operator",
        THEIRS,
        of_onnx(lambda m: setattr(m.graph.node[1], "op_type", "PyOp")),
        "'PyOp'",
    ),
    Hostile(
        "M6 elsewhere",
        THEIRS,
        of_onnx(lambda m: m.graph.initializer[0].external_data.add(key="location", value=SECRET)),
        "data in another file",
    ),
    # M7: of another version, or not whole
    Hostile(
        "M7 version",
        LAYER,
        of_safetensors(lambda d, a: _put(d, "format", "pellucid checkpoint 9")),
        "form",
    ),
    Hostile("M7 missing", LAYER, of_safetensors(lambda d, a: a.popitem()), "do not fit"),
    Hostile(
        "M7 extra", LAYER, of_safetensors(lambda d, a: _put(a, "99999", np.ones(2))), "do not fit"
    ),
    Hostile(
        "M7 dtype",
        LAYER,
        of_safetensors(lambda d, a: _put(a, "00000", a["00000"].astype("float64"))),
        "do not fit",
    ),
    Hostile("M7 missing", HDF5, in_place_of_kernel(lambda g, n: None), "does not fit"),
    Hostile(
        "M7 shape",
        HDF5,
        in_place_of_kernel(lambda g, n: g.create_dataset(n, data=np.ones((2, 3)))),
        "does not fit",
    ),
    Hostile("M7 unknown", KERAS, naming("Denser", "keras.layers"), "Denser"),
    Hostile(
        "M7 opset", THEIRS, of_onnx(lambda m: setattr(m.opset_import[0], "version", 9)), "opset 9"
    ),
    # M9: numbers and texts that are none
    *(
        Hostile(
            f"M9 units {number}",
            KERAS,
            of_config(lambda c, u=units: _put(first_layer(c), "units", u)),
            ".",
        )
        for number, units in enumerate(
            (-1, 0, 2.5, True, "2", None, [2], float("inf"), float("nan"), 10**4000)
        )
    ),
    *(
        Hostile(
            f"M9 units {number}",
            LAYER,
            of_safetensors(lambda d, a, u=units: _put(described_layer(d)["config"], "units", u)),
            ".",
        )
        for number, units in enumerate((-1, 0, 2.5, True, "2", None, [2], float("inf"), 10**4000))
    ),
    Hostile(
        "M9 layers",
        KERAS,
        of_config(lambda c: _put(c["config"], "layers", _many(c["config"]["layers"]))),
        "too many layers",
    ),
    Hostile(
        "M9 layers",
        LAYER,
        of_safetensors(lambda d, a: _put(d["network"], "nodes", _many(d["network"]["nodes"]))),
        "too many layers",
    ),
    Hostile("M9 deep", KERAS, of_zip(lambda m: _put(m, "config.json", DEEP)), "JSON"),
    Hostile("M9 deep", LAYER, lambda c: len(DEEP).to_bytes(8, "little") + DEEP, "JSON"),
    Hostile(
        "M9 twice",
        KERAS,
        of_zip(
            lambda m: _put(m, "config.json", m["config.json"].replace(b"{", b'{"config": 1, ', 1))
        ),
        "two things under one name",
    ),
    Hostile(
        "M9 circle",
        LAYER,
        of_safetensors(lambda d, a: _put(described_layer(d), "inputs", ["dense_1"])),
        "damaged",
    ),
    Hostile(
        "M9 surrogate",
        LAYER,
        of_safetensors(lambda d, a: _put(described_layer(d), "inputs", ["\ud800"])),
        "damaged",
    ),
    Hostile(
        "M9 circle", THEIRS, of_onnx(lambda m: _put(m.graph.node[0].input, 0, "y")), "computed"
    ),
]
