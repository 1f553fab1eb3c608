"""`pellucid lab`: what is no data is refused before anything opens."""

import pytest

from pellucid.base.errors import FileError
from pellucid.cli.lab import command
from pellucid.lab.lesson import lesson_named


@pytest.mark.parametrize("source", ["moonz", "/nowhere/at.csv"])
def test_what_is_no_data_is_refused_before_a_page_opens(source):
    with pytest.raises(FileError, match="no data"):
        command.main([source], standalone_mode=False)


def test_options_reach_the_server(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "pellucid.lab.server.serve", lambda *given, **named: asked.append((given, named))
    )
    command.main(["moons", "--no-browser", "--port", "1"], standalone_mode=False)
    ((opening, port), named) = asked[0]
    assert (opening["data"], port, named["browser"]) == ("moons", 1, False)


def test_a_lesson_is_found_by_name_or_in_a_file_or_refused(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(
        "pellucid.lab.server.serve", lambda opening, *_, **__: asked.append(opening)
    )
    own = tmp_path / "mine.toml"
    own.write_text(lesson_named("xor").to_toml())
    for lesson in ("xor", str(own)):
        command.main(["--lesson", lesson], standalone_mode=False)
    assert asked[0] == asked[1] == {"text": own.read_text()}
    for wrong in ("xorr", str(tmp_path)):
        with pytest.raises(FileError, match="no lesson"):
            command.main(["--lesson", wrong], standalone_mode=False)
    own.write_text("title = 1")
    with pytest.raises(FileError, match="no lesson"):
        command.main(["--lesson", str(own)], standalone_mode=False)
