"""What several test modules share."""

import pytest


@pytest.fixture
def write(tmp_path):
    """Writes a file below the test's own folder: (content, name) -> path. The name says nothing of the format."""

    def write(content, name="report.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
