"""Builds and runs the libFuzzer target on the case parser, with seeds and a dictionary."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import case_mutants
import seeds
from running import ENVIRONMENT

FOLDER = seeds.ROOT / "build" / "libfuzzer"


def build():
    """The path of the target, or None after a message."""
    compilers = [f"-DCMAKE_{language}_COMPILER={name}" for language, name in (("C", "clang"), ("CXX", "clang++"))]
    if not shutil.which("clang++"):
        print("tools/fuzz: no clang++ (Debian: clang, libclang-rt-14-dev)", file=sys.stderr)
        return None
    configure = ["cmake", "-S", str(Path(__file__).parent), "-B", str(FOLDER), "-DNADIR_LIBFUZZER=ON", *compilers]
    for command in (configure, ["cmake", "--build", str(FOLDER)]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(
                f"tools/fuzz: {' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}", file=sys.stderr
            )
            return None
    return FOLDER / "case-parser-fuzzer"


def write_dictionary(path):
    """Keys and names of the schema, numbers at the limits, and the marks of TOML."""
    words = sorted({*case_mutants.KEYS, *case_mutants.NAMES, *case_mutants.NUMBERS, *case_mutants.ODD_VALUES})
    lines = []
    for word in words + case_mutants.PIECES:
        escaped = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in word.encode())
        lines.append(f'"{escaped}"')
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def run(seconds, seed, keep):
    """The exit code: 0 when nothing was found."""
    target = build()
    if target is None:
        return 2
    corpus, start = FOLDER / "corpus", FOLDER / "seeds"
    found = (keep or FOLDER / "found").resolve()
    for folder in (corpus, start, found):
        folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(seeds.by_hand() + seeds.examples()):
        (start / f"{number}.toml").write_text(text, encoding="utf-8")
    dictionary = FOLDER / "keys.dict"
    write_dictionary(dictionary)
    options = [
        f"-max_total_time={seconds}", f"-seed={seed}", f"-dict={dictionary}", f"-artifact_prefix={found}/",
        "-timeout=20", "-rss_limit_mb=2048", "-max_len=8192", "-print_final_stats=1", "-verbosity=1",
    ]  # fmt: skip
    # What MPI and PETSc keep is not ours, and the parser owns nothing by hand.
    environment = {**os.environ, **ENVIRONMENT, "ASAN_OPTIONS": "detect_leaks=0"}
    return min(
        1, subprocess.run([str(target), *options, str(corpus), str(start)], env=environment, check=False).returncode
    )
