"""What all tests in Python share: the program under test, folders, and modules beside a test.

    pytest tests [-k NAMES] [--program build/release/nadir]

ctest runs each file on its own, as regression.FOLDER.NAME and so on.
"""

import os
import sys
import tempfile
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
BUILD = Path(os.environ.get("NADIR_BUILD", ROOT / "build" / "release"))
SEARCHED = list(sys.path)


def pytest_addoption(parser):
    parser.addoption("--program", type=Path, default=BUILD / "nadir", help="nadir; default: %(default)s")


def pytest_configure(config):
    """Some modules start the program, or a shell that does, while they are imported."""
    os.environ["NADIR_PROGRAM"] = str(config.getoption("program").resolve())
    os.environ.setdefault("NADIR_SOURCE", str(ROOT))
    os.environ.setdefault("NADIR_BUILD", str(BUILD))
    os.environ.setdefault("MPLBACKEND", "Agg")


def pytest_collectstart(collector):
    """A file finds the modules beside it, those of regression/support and those of tools. Others have
    modules of the same name, so that what was imported for the file before is forgotten."""
    if not isinstance(collector, pytest.Module):
        return
    sys.path[:] = [str(collector.path.parent), str(TESTS / "regression" / "support"), str(ROOT / "tools"), *SEARCHED]
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and ROOT in Path(file).parents and not name.endswith(("_test", "conftest")):
            del sys.modules[name]


@pytest.fixture
def folder():
    """An empty folder of the test's own."""
    with tempfile.TemporaryDirectory(prefix="nadir-test-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def module_folder():
    """An empty folder that all tests of a file share."""
    with tempfile.TemporaryDirectory(prefix="nadir-test-") as name:
        yield Path(name)
