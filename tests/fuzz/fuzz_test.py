"""Some two hundred mutants of case and data files, and a few signals; NADIR_TEST_FULL=1: twenty thousand.

With the driver (nadir-fuzz-driver beside the tests of the build) the mutants share one process;
without it each takes the time MPI needs to start, so there are fewer.
"""

import fuzz
from program import FULL, NADIR

WITH_DRIVER = (20000, 2000, 200, 200) if FULL else (160, 40, 50, 6)
WITHOUT = (2000, 200, 1, 200) if FULL else (40, 20, 1, 6)


def test_mutants(folder):
    driver = NADIR.parent / "tests" / "nadir-fuzz-driver"
    cases, data, sample, signals = WITH_DRIVER if driver.exists() else WITHOUT
    words = ["--program", NADIR, "--driver", driver, "--cases", cases, "--data", data]
    words += ["--sample", sample, "--signals", signals, "--keep", folder]
    code = fuzz.main([str(word) for word in words])
    for path in sorted(folder.glob("*/output.txt")):
        print(f"\n{path.parent.name}\n{path.read_text(encoding='utf-8')[:2000]}")
        print((path.parent / "case.toml").read_text(encoding="utf-8", errors="replace")[:2000])
    assert code == 0
