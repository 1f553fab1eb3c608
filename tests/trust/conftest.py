"""The sample files, made once for all tests of trust."""

import pytest
from sample_files import samples


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """Whole files by name, and how each is read."""
    return samples(tmp_path_factory.mktemp("samples"))
