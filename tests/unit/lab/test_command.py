"""`pellucid lab`: what is no data is refused before anything opens."""

import pytest

from pellucid.base.errors import FileError
from pellucid.cli.lab import command


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
