"""Files of the net, from a server on this machine; archives that stay in their folder."""

import hashlib
import http.server
import io
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from pellucid.base.errors import ConfigError, FileError
from pellucid.keras.utils import get_file

CONTENT = b"rows and rows"


def tar_of(names):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(CONTENT)
            archive.addfile(info, io.BytesIO(CONTENT))
    return stream.getvalue()


def zip_of(names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, CONTENT)
    return stream.getvalue()


FILES = {
    "/rows.csv": CONTENT,
    "/a.tar.gz": tar_of(["in/rows.csv"]),
    "/a.zip": zip_of(["in/rows.csv"]),
    "/evil.tar.gz": tar_of(["../rows.csv"]),
    "/evil.zip": zip_of(["../rows.csv"]),
}


@pytest.fixture
def server(tmp_path, monkeypatch):
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200 if self.path in FILES else 404)
            self.end_headers()
            self.wfile.write(FILES.get(self.path, b""))

        def log_message(self, format, *args):
            pass

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        made.asked, made.url = asked, f"http://127.0.0.1:{made.server_address[1]}"
        yield made
        made.shutdown()
        thread.join()


def test_a_file_is_fetched_once(server, tmp_path, capsys):
    path = get_file("mine.csv", server.url + "/rows.csv")
    assert path == str(tmp_path / "datasets" / "mine.csv")
    assert Path(path).read_bytes() == CONTENT
    assert get_file("mine.csv", server.url + "/rows.csv") == path
    assert server.asked == ["/rows.csv"]
    assert capsys.readouterr().out.count("Downloading data from") == 1
    get_file("mine.csv", server.url + "/rows.csv", force_download=True)
    assert len(server.asked) == 2


@pytest.mark.parametrize("kind", ["md5", "sha256"])
def test_checksums(server, tmp_path, kind):
    good = hashlib.new(kind, CONTENT).hexdigest()
    place = tmp_path / "there" / "rows.csv"
    place.parent.mkdir()
    place.write_bytes(b"half")
    named = {"cache_subdir": "there", "file_hash": good}
    assert get_file(origin=server.url + "/rows.csv", **named) == str(place)
    assert place.read_bytes() == CONTENT
    with pytest.raises(FileError, match="another file"):
        get_file("other", server.url + "/rows.csv", file_hash="0" * len(good))
    assert not (tmp_path / "datasets" / "other").exists()


@pytest.mark.parametrize("name", ["a.tar.gz", "a.zip"])
def test_archives(server, tmp_path, name):
    folder = get_file(name, f"{server.url}/{name}", extract=True)
    assert folder == str(tmp_path / "datasets" / "a_extracted")
    assert (tmp_path / "datasets" / "a_extracted" / "in" / "rows.csv").read_bytes() == CONTENT
    plain = get_file("mine", f"{server.url}/{name}", extract=True, cache_dir=tmp_path / "other")
    assert plain == str(tmp_path / "other" / "datasets" / "mine")


@pytest.mark.parametrize("name", ["evil.tar.gz", "evil.zip"])
def test_archives_do_not_write_outside(server, tmp_path, name):
    with pytest.raises(FileError, match="unpacked"):
        get_file(name, f"{server.url}/{name}", extract=True)
    assert not list(tmp_path.rglob("rows.csv"))
    assert not list(tmp_path.rglob("*.part"))


def test_what_is_no_archive_is_said(server):
    with pytest.warns(UserWarning, match="no archive"):
        get_file(origin=server.url + "/rows.csv", extract=True)


def test_what_cannot_be_had(server, tmp_path):
    with pytest.raises(FileError, match="by hand"):
        get_file(origin=server.url + "/nothing.csv")
    for name, origin in (("../x", server.url), ("a/b", server.url), (None, "http://h/"), ("x", "")):
        with pytest.raises(ConfigError):
            get_file(name, origin)
    with pytest.raises(ConfigError, match="checksum"):
        get_file("x", server.url + "/rows.csv", file_hash="123")
