"""How much memory is left, by what the system tells."""

from pellucid.base import memory


def test_what_is_left_is_some_of_what_is_allowed():
    assert 0 < memory.free_bytes() <= memory.allowed_bytes()


def test_a_container_has_what_it_may_have_and_files_are_given_up_for_it(tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("900000\n")
    (tmp_path / "memory.stat").write_text("anon 5\nactive_file 30000\ninactive_file 50000\n")
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    assert memory.allowed_bytes() == 1_000_000
    assert memory.free_bytes() == 180_000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_bytes() > 1_000_000
