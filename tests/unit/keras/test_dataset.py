"""The verbs of a data set, on small streams worked out by hand."""

import numpy as np
import pytest

from pellucid.base.errors import ConfigError, DataError
from pellucid.keras.engine.base.seeds import set_seed
from pellucid.keras.engine.base.tensor import Tensor
from pellucid.keras.engine.data.dataset import AUTOTUNE, Dataset, TensorSpec


def plain(data):
    return [np.asarray(element).tolist() for element in data]


def test_rows_of_arrays_are_elements_with_numpy():
    x, y = np.arange(6.0).reshape(3, 2), np.array([7, 8, 9])
    elements = list(Dataset.from_tensor_slices((x, y)))
    assert [type(part) for part in elements[0]] == [Tensor, Tensor]
    assert elements[2][0].numpy().tolist() == [4.0, 5.0] and int(elements[2][1]) == 9
    named = next(iter(Dataset.from_tensor_slices({"a": x, "b": y})))
    assert named["b"] == 7


def test_numbers_of_python_get_32_bits_and_arrays_keep_theirs():
    assert next(iter(Dataset.from_tensor_slices([1, 2]))).dtype == np.int32
    assert next(iter(Dataset.from_tensor_slices([1.5, 2]))).dtype == np.float32
    assert next(iter(Dataset.from_tensor_slices([2**40]))).dtype == np.int64
    assert next(iter(Dataset.from_tensor_slices([np.float64(1)]))).dtype == np.float64
    assert next(iter(Dataset.from_tensor_slices(np.ones(2)))).dtype == np.float64


def test_arrays_of_several_lengths_are_refused():
    with pytest.raises(DataError, match="equally many rows"):
        Dataset.from_tensor_slices((np.ones(3), np.ones(4)))


@pytest.mark.parametrize("drop, lengths", [(False, [3, 3, 1]), (True, [3, 3])])
def test_batches(drop, lengths):
    data = Dataset.range(7).batch(3, drop_remainder=drop)
    assert [len(part) for part in data] == lengths
    assert len(data) == len(lengths)
    assert plain(data.unbatch()) == list(range(sum(lengths)))


def test_batches_of_what_a_function_made_are_stacked():
    data = Dataset.from_tensor_slices((np.arange(4), np.arange(4)))
    data = data.map(lambda a, b: (a * 2, {"b": b}), num_parallel_calls=AUTOTUNE).batch(2)
    (first, named), _ = data
    assert first.tolist() == [0, 2] and named["b"].tolist() == [0, 1]


@pytest.mark.parametrize("buffer", [1, 3, 10, 5000])
def test_shuffling_keeps_every_element(buffer):
    data = Dataset.range(3000).shuffle(buffer, seed=1)
    assert sorted(plain(data)) == list(range(3000))


def test_a_buffer_of_one_keeps_the_order_and_a_full_one_does_not():
    assert plain(Dataset.range(9).shuffle(1)) == list(range(9))
    assert plain(Dataset.range(9).shuffle(9, seed=2)) != list(range(9))


def test_an_element_leaves_a_buffer_no_earlier_than_it_can():
    order = plain(Dataset.range(200).shuffle(20, seed=0))
    assert all(element - place < 20 for place, element in enumerate(order))


def test_shuffling_anew_or_not():
    again = Dataset.range(50).shuffle(50, seed=1)
    assert plain(again) != plain(again)
    same = Dataset.range(50).shuffle(50, seed=1, reshuffle_each_iteration=False)
    assert plain(same) == plain(same)


def test_the_global_seed_decides_where_none_is_given():
    orders = []
    for seed in (3, 3, 4):
        set_seed(seed)
        orders.append(plain(Dataset.range(50).shuffle(50)))
    set_seed(0)
    assert orders[0] == orders[1] != orders[2]


def test_repeat_take_skip_shard_concatenate():
    data = Dataset.range(5)
    assert plain(data.repeat(2)) == [*range(5), *range(5)] and len(data.repeat(2)) == 10
    assert plain(data.repeat().take(7)) == [0, 1, 2, 3, 4, 0, 1]
    assert plain(data.skip(3)) == [3, 4] and len(data.skip(3)) == 2 and plain(data.skip(-1)) == []
    assert plain(data.shard(2, 1)) == [1, 3] and len(data.shard(2, 1)) == 2
    assert plain(data.concatenate(Dataset.range(2))) == [0, 1, 2, 3, 4, 0, 1]
    assert plain(data.take(-1)) == list(range(5))


def test_each_repetition_is_shuffled_anew():
    data = Dataset.range(30).shuffle(30, seed=5).repeat(2)
    order = plain(data)
    assert sorted(order[:30]) == list(range(30)) and order[:30] != order[30:]


def test_filter_map_enumerate_zip():
    data = Dataset.range(6).filter(lambda v: v % 2 == 0).map(lambda v: v * 10)
    assert plain(data) == [0, 20, 40]
    assert [(int(n), int(v)) for n, v in data.enumerate(5)] == [(5, 0), (6, 20), (7, 40)]
    pairs = Dataset.zip((Dataset.range(3), Dataset.range(10, 20)))
    assert [(int(a), int(b)) for a, b in pairs] == [(0, 10), (1, 11), (2, 12)]
    assert len(pairs) == 3 == len(Dataset.zip(Dataset.range(3), Dataset.range(9)))


def test_windows_as_tensorflow_documents_them():
    def rows(*given, **named):
        return [plain(part) for part in Dataset.range(7).window(*given, **named)]

    assert rows(3) == [[0, 1, 2], [3, 4, 5], [6]]
    assert rows(3, drop_remainder=True) == [[0, 1, 2], [3, 4, 5]]
    assert rows(3, shift=2, drop_remainder=True) == [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    assert rows(3, shift=1, stride=2, drop_remainder=True) == [[0, 2, 4], [1, 3, 5], [2, 4, 6]]
    assert rows(2, shift=3) == [[0, 1], [3, 4], [6]]


def test_windows_become_batches():
    data = Dataset.range(5).window(3, shift=1, drop_remainder=True)
    data = data.flat_map(lambda part: part.batch(3)).map(lambda w: (w[:-1], w[-1]))
    assert [(a.tolist(), int(b)) for a, b in data] == [([0, 1], 2), ([1, 2], 3), ([2, 3], 4)]


def test_padded_batches():
    data = Dataset.from_generator(lambda: iter([[1], [2, 3, 4], [5, 6]])).padded_batch(2)
    assert plain(data) == [[[1, 0, 0], [2, 3, 4]], [[5, 6]]]


def test_a_generator_is_called_for_each_reading():
    calls = []

    def rows(stop):
        calls.append(1)
        yield from ((i, [i]) for i in range(stop))

    types = (np.float32, np.int64)
    data = Dataset.from_generator(rows, output_types=types, args=(2,))
    assert [(a.dtype, b.tolist()) for a, b in data] == [("float32", [0]), ("float32", [1])]
    spec = (TensorSpec((), "int64"), TensorSpec((1,), "float32"))
    assert [a.dtype for a, _ in Dataset.from_generator(rows, args=[1], output_signature=spec)] == [
        np.int64
    ]
    assert len(calls) == 2
    with pytest.raises(ConfigError, match="function"):
        Dataset.from_generator(rows(2))


def test_lengths():
    data = Dataset.range(5)
    assert data.cardinality().numpy() == 5
    assert data.repeat().cardinality() == -1 and data.filter(bool).cardinality() == -2
    for unknown in (data.repeat(), data.filter(bool)):
        with pytest.raises(TypeError, match="take"):
            len(unknown)
    assert [int(v) for v in list(data.filter(lambda v: v > 3))] == [4]  # list() asks for len()


def test_element_spec_says_where_lengths_change():
    data = Dataset.from_tensor_slices((np.ones((4, 2), "float32"), np.arange(4)))
    assert data.element_spec[0] == TensorSpec((2,), np.dtype("float32"))
    assert data.batch(3).element_spec[0].shape == (None, 2)
    assert data.batch(3, drop_remainder=True).element_spec[0].shape == (3, 2)


def test_cache_reads_once_and_only_whole_readings_count():
    read = []

    def note(v):
        read.append(int(v))
        return v

    data = Dataset.range(3).map(note).cache()
    next(iter(data))
    assert plain(data) == plain(data) == [0, 1, 2]
    assert read == [0, 0, 1, 2]


def test_reduce_apply_and_numpy():
    data = Dataset.range(5)
    assert data.reduce(np.int64(0), lambda total, v: total + v) == 10
    assert plain(data.apply(lambda d: d.take(1))) == [0]
    assert all(isinstance(v, np.int64) for v in data.as_numpy_iterator())
    assert data.prefetch(AUTOTUNE) is data and bool(data.skip(5))


def test_names_of_classes_travel_along():
    data = Dataset.range(4)
    data.class_names = ["a", "b"]
    assert data.shuffle(4).map(lambda v: v).take(2).class_names == ["a", "b"]


@pytest.mark.parametrize("call", [
    lambda d: d.batch(0), lambda d: d.shuffle(0), lambda d: d.shard(2, 2),
])  # fmt: skip
def test_impossible_numbers_are_refused(call):
    with pytest.raises(ConfigError):
        call(Dataset.range(3))
