"""Folders of pictures, whole and broken."""

import numpy as np
import pytest
from PIL import Image

from pellucid.base.errors import DataError, FileError
from pellucid.data.encoding import learn
from pellucid.data.sources import open_data


def picture(path, mode="L", size=(4, 3), value=100):
    path.parent.mkdir(parents=True, exist_ok=True)
    colour = value if len(mode) == 1 else tuple([value] * len(mode))
    Image.new(mode, size, colour).save(path)
    return path


@pytest.fixture
def folder(tmp_path):
    for place, kind in enumerate(("cat", "dog")):
        for k in range(3):
            picture(tmp_path / "pets" / kind / f"{k}.png", value=10 * place + k)
    return tmp_path / "pets"


def refusal(action, *arguments, error=DataError, **settings):
    with pytest.raises(error) as caught:
        action(*arguments, **settings)
    return str(caught.value)


def test_a_sub_folder_is_a_class(folder):
    data = open_data(folder)
    assert data.class_names == ("cat", "dog")
    assert data.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert data.x.shape == (6, 3, 4, 1)
    assert data.x.dtype == np.uint8
    assert data.x[:, 0, 0, 0].tolist() == [0, 1, 2, 10, 11, 12]


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp"])
def test_formats_are_read_and_colour_makes_three_channels(folder, ending):
    picture(folder / "dog" / f"red.{ending}", mode="RGB")
    data = open_data(folder)
    assert data.x.shape == (7, 3, 4, 3)
    assert open_data(folder, channels=1).x.shape == (7, 3, 4, 1)
    assert open_data(folder, channels=4).x.shape == (7, 3, 4, 4)


def test_several_sizes_need_a_size(folder):
    picture(folder / "dog" / "large.png", size=(8, 8))
    told = refusal(open_data, folder)
    assert told.startswith("large.png has another size than 0.png")
    assert open_data(folder, size=(5, 6)).x.shape == (7, 5, 6, 1)


def test_broken_pictures_are_refused_by_name(folder):
    whole = (folder / "cat" / "0.png").read_bytes()
    (folder / "cat" / "1.png").write_bytes(whole[: len(whole) // 2])
    assert refusal(open_data, folder, error=FileError).startswith("cat/1.png is no whole picture")
    (folder / "cat" / "1.png").write_bytes(b"not a picture")
    assert refusal(open_data, folder, error=FileError).startswith("cat/1.png is no whole picture")


def test_sixteen_bits_are_refused(folder):
    Image.fromarray(np.full((3, 4), 60_000, np.uint16)).save(folder / "cat" / "0.png")
    assert "more than 8 bits" in refusal(open_data, folder, error=FileError)


def test_a_picture_that_lies_on_its_side_is_turned(folder):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (3, 4), 7).save(folder / "dog" / "turned.jpg", exif=exif)
    assert open_data(folder).x.shape == (7, 3, 4, 1)


def test_one_class_and_no_pictures_are_refused(folder, tmp_path):
    assert "2" not in refusal(open_data, tmp_path).splitlines()[0]
    (tmp_path / "empty").mkdir()
    assert "0 sub-folders" in refusal(open_data, tmp_path / "empty")
    assert "0 sub-folders" in refusal(open_data, folder / "cat")


def test_other_files_and_lonely_pictures_are_noted(folder):
    (folder / "cat" / "notes.txt").write_text("miaow")
    picture(folder / "emu" / "0.png")
    notes = " ".join(open_data(folder).notes)
    assert "ignored 1 files" in notes
    assert "only one picture of the class emu" in notes


def test_new_pictures_are_brought_to_the_shape_of_training(folder, tmp_path):
    encoding = learn(open_data(folder))
    one = picture(tmp_path / "new" / "a.png", mode="RGB", size=(9, 9))
    assert encoding.encode_new(one).x.shape == (1, 3, 4, 1)
    new = encoding.encode_new(one.parent)
    assert (new.x.shape, new.y) == ((1, 3, 4, 1), None)
    again = encoding.encode_new(folder)
    assert again.y.tolist() == [0, 0, 0, 1, 1, 1]
    assert encoding.encode_new(folder, labels=False).y is None
    assert "no target" in refusal(encoding.encode_new, one, labels=True)
    assert "no pictures" in refusal(encoding.encode_new, tmp_path / "none", error=FileError)


def test_a_class_unseen_in_training_is_refused(folder, tmp_path):
    encoding = learn(open_data(folder))
    picture(tmp_path / "new" / "emu" / "0.png")
    assert "the class 'emu'" in refusal(encoding.encode_new, tmp_path / "new")
