# Copyright (c) 2026, The nadir authors
#
# SPDX-License-Identifier: BSD-3-Clause

from pathlib import Path

from spack_repo.builtin.build_systems.cmake import CMakePackage

from spack.package import *


class Nadir(CMakePackage):
    """Learns the reaction, advection and diffusion coefficients that lead from one field to another:
    a layered network on any number of MPI ranks."""

    # The checkout this recipe lies in.
    git = Path(__file__).resolve().parents[6].as_uri()

    license("BSD-3-Clause")

    version("main", branch="main")

    variant("int64", default=False, description="More unknowns than 32-bit integers count")
    variant("tools", default=True, description="What pictures, reports and comparisons need to run")

    depends_on("c", type="build")
    depends_on("cxx", type="build")

    depends_on("cmake@3.25:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("cli11@2.1:", type="build")
    depends_on("nlohmann-json@3.9:", type="build")
    depends_on("tomlplusplus@3.3:", type="build")
    depends_on("googletest", type="test")
    depends_on("zlib-api", type="test")

    depends_on("highway@1.0.3:")
    depends_on("fftw@3.3:+mpi")
    depends_on("lapack")
    depends_on("libzip@1.2:")
    depends_on("mpi@3:")
    depends_on("hdf5@1.10:+hl+mpi")
    depends_on("petsc@3.18:~complex+double+mpi+shared")
    depends_on("petsc~int64", when="~int64")
    depends_on("petsc+int64", when="+int64")
    depends_on("slepc@3.18:")

    depends_on("python@3.11:", type="run", when="+tools")
    depends_on("py-h5py", type="run", when="+tools")
    depends_on("py-numpy", type="run", when="+tools")
    depends_on("py-jinja2", type="run", when="+tools")
    depends_on("py-matplotlib", type="run", when="+tools")
    depends_on("py-xarray", type="run", when="+tools")

    conflicts("%gcc@:10", msg="C++20 needs GCC 11 or newer")
    conflicts("%clang@:13", msg="C++20 needs Clang 14 or newer")

    def cmake_args(self):
        return [self.define("NADIR_TESTS", "ON" if self.run_tests else "OFF")]

    def setup_run_environment(self, env):
        env.set("NADIR_HOME", self.prefix.share.nadir)
        env.prepend_path("PYTHONPATH", self.prefix.share.nadir.tools)

    def check(self):
        with working_dir(self.build_directory):
            ctest("--label-regex", "^unit$", "--no-tests=error", "--output-on-failure")
