"""Which lines are the user's own."""

import sysconfig
from pathlib import Path

import pytest

import pellucid
from pellucid.base.whose import current_line, is_users, line_of, shown


@pytest.mark.parametrize(
    "file",
    [
        "<frozen importlib._bootstrap>",
        str(Path(pellucid.__file__).parent / "base" / "errors.py"),
        str(Path(sysconfig.get_path("stdlib")) / "json" / "decoder.py"),
        str(Path(sysconfig.get_path("purelib")) / "numpy" / "__init__.py"),
    ],
)
def test_not_the_user_s(file):
    assert not is_users(file)


@pytest.mark.parametrize("file", [__file__, "my.ipynb, cell 3", "<stdin>"])
def test_the_user_s(file):
    assert is_users(file)


def test_a_folder_that_only_begins_like_ours_is_the_user_s():
    assert is_users(f"{Path(pellucid.__file__).parent}_scripts/my.py")


def test_the_line_that_calls():
    place = current_line()
    assert place is not None
    assert place.file == __file__
    assert (
        Path(__file__).read_text().splitlines()[place.line - 1].strip() == "place = current_line()"
    )
    assert shown(place.file) == "test_whose.py"


def test_the_innermost_line_of_an_error():
    def fails():
        return Path("nowhere").joinpath(1)

    with pytest.raises(TypeError) as caught:
        fails()
    place = line_of(caught.tb)
    assert place is not None
    assert "joinpath(1)" in Path(__file__).read_text().splitlines()[place.line - 1]
    assert line_of(None) is None
