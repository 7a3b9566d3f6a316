"""Loads the Spack recipe without Spack and compares it with the build that it describes.

usage: recipe.py RECIPE SOURCE BUILD"""

import contextlib
import re
import subprocess
import sys
import types
from pathlib import Path

RECIPE, SOURCE, BUILD = (Path(argument).resolve() for argument in sys.argv[1:])
SPEC = re.compile(r"(?P<name>[a-z0-9-]+)?(@(?P<version>[\d.]+):)?(?P<variants>([+~][a-z0-9-]+)*)")
CONDITION = re.compile(r"[+~](?P<variant>[a-z0-9-]+)")
ORDER = ["license", "version", "variant", "depends_on", "conflicts"]  # as in Spack's own recipes

directives = []


class CMakePackage:
    """What the recipe uses of Spack's class."""

    build_directory = str(BUILD)
    run_tests = True

    def define(self, name, value):
        return f"-D{name}:STRING={value}"


def directive(kind):
    return lambda *args, **options: directives.append((kind, args, options))


def load():
    """The recipe's class, its directives in `directives`, its calls of ctest in `ctest_calls`."""
    api = types.ModuleType("spack.package")
    for kind in ORDER:
        setattr(api, kind, directive(kind))
    api.ctest = lambda *args: ctest_calls.append(args)
    api.working_dir = contextlib.chdir if sys.version_info >= (3, 11) else lambda _: contextlib.nullcontext()
    cmake = types.ModuleType("spack_repo.builtin.build_systems.cmake")
    cmake.CMakePackage = CMakePackage
    sys.modules["spack.package"] = api
    sys.modules[cmake.__name__] = cmake
    for name in ("spack", "spack_repo", "spack_repo.builtin", "spack_repo.builtin.build_systems"):
        sys.modules[name] = types.ModuleType(name)
    scope = {"__file__": str(RECIPE), "__name__": "recipe"}
    exec(compile(RECIPE.read_text(), RECIPE, "exec"), scope)
    return scope["".join(part.capitalize() for part in RECIPE.parent.name.split("_"))]


def dependencies():
    """{package: smallest version or None}, each spec well formed, each condition on a known variant."""
    variants = {args[0] for kind, args, _ in directives if kind == "variant"}
    result = {}
    for kind, args, options in directives:
        if kind != "depends_on":
            continue
        spec = SPEC.fullmatch(args[0])
        assert spec, f"no spec: {args[0]}"
        if "when" in options:
            condition = CONDITION.fullmatch(options["when"])
            assert condition and condition["variant"] in variants, f"unknown variant: {options['when']}"
        result[spec["name"]] = spec["version"] or result.get(spec["name"])
    return result


def wanted(file, pattern):
    match = re.search(pattern, (SOURCE / file).read_text())
    assert match, f"{file}: no '{pattern}'"
    return match[1]


ctest_calls = []
package = load()()

kinds = [kind for kind, _, _ in directives]
assert kinds == sorted(kinds, key=ORDER.index), f"unusual order: {kinds}"
assert package.git == SOURCE.as_uri(), f"git is {package.git}"

table = "docs/installation.md"
expected = {
    "cmake": wanted("CMakeLists.txt", r"cmake_minimum_required\(VERSION ([\d.]+)\)"),
    "petsc": wanted("cmake/NadirDependencies.cmake", r"find_package\(PETSc ([\d.]+)\)"),
    "slepc": wanted(table, r"\| SLEPc.*? \| ([\d.]+) \|"),
    "mpi": wanted(table, r"\| MPI \| (\d+)"),
    "hdf5": wanted(table, r"\| HDF5.*? \| ([\d.]+) \|"),
    "fftw": wanted(table, r"\| FFTW.*? \| ([\d.]+) \|"),
    "highway": wanted("cmake/NadirDependencies.cmake", r"libhwy-dev \(([\d.]+) or later"),
    "libzip": wanted("cmake/NadirDependencies.cmake", r"libzip-dev \(([\d.]+)"),
    "tomlplusplus": wanted(table, r"\| toml\+\+, CLI11, .*? \| ([\d.]+), "),
    "cli11": wanted(table, r"\| toml\+\+, CLI11, .*? \| [\d.]+, ([\d.]+), "),
    "nlohmann-json": wanted(table, r"\| toml\+\+, CLI11, .*? \| [\d.]+, [\d.]+, ([\d.]+) "),
}
found = dependencies()
different = {name: found.get(name) for name in expected if found.get(name) != expected[name]}
assert not different, f"the recipe wants {different}, the build {expected}"

asked = re.compile(r'python-with" (.*)\) \|\|')
modules = {module for tool in ("plot", "report", "compare", "learned", "scaling") for module in wanted(f"tools/{tool}", asked).split()}
tools = {"python"} | {f"py-{module}" for module in modules - {"tomllib"}}  # tomllib: Python's own
assert len(tools) > 4 and tools <= found.keys(), f"the installed tools lack {tools - found.keys()}"

for argument in package.cmake_args():
    name = re.fullmatch(r"-D(\w+):STRING=(?:ON|OFF)", argument)
    assert name, f"cannot read {argument}"
    wanted("CMakeLists.txt", rf"(?:set|option)\(({name[1]}) ")

package.check()
listed = [subprocess.run(["ctest", "-N", *call], cwd=BUILD, capture_output=True, text=True, check=True).stdout
          for call in ctest_calls]
assert len(listed) == 1 and "unit.2-ranks" in listed[0], f"check() runs {listed}"
