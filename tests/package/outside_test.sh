#!/bin/bash
# Installs nadir into an empty prefix and builds and runs programs of somebody else against it: one that
# leaves MPI to nadir, one that runs MPI itself, and the one of docs/embedding.md, which trains in memory.
set -euo pipefail
source=$NADIR_SOURCE/tests/package/outside
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$NADIR_BUILD" --prefix "$work/prefix" >"$work/log" || { cat "$work/log"; exit 1; }
"$work/prefix/bin/nadir" --version

awk '/^```/ { inside = $0 == "```cpp"; next } inside' "$NADIR_SOURCE/docs/embedding.md" >"$work/embedding.cpp"
cmake -S "$source" -B "$work/build" -DEMBEDDING="$work/embedding.cpp" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_BUILD_TYPE=Release >"$work/log" || { cat "$work/log"; exit 1; }
cmake --build "$work/build" >"$work/log" || { cat "$work/log"; exit 1; }

cd "$work"
for ranks in 1 2; do
  rm -f ./*.h5
  "$NADIR_MPIEXEC" -n $ranks build/outside
  "$NADIR_MPIEXEC" -n $ranks build/own-mpi
  "$NADIR_MPIEXEC" -n $ranks build/embedding >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  grep -q "^U = 0.40.., z_10 = 0.88.. at the first point$" "$work/log" || { cat "$work/log"; exit 1; }
  for file in outside own-mpi own-mpi0-first own-mpi0-again own-mpi0-petsc; do [ -s $file.h5 ]; done
done

# Without CMake, from wherever the prefix has been moved to.
mkdir moved
mv prefix moved/prefix
PKG_CONFIG_PATH=$(dirname "$(find "$work/moved/prefix" -name nadir.pc)")
export PKG_CONFIG_PATH
[ "$(pkg-config --modversion nadir)" = 0.1.0 ]
read -ra flags < <(pkg-config --cflags --libs nadir)
c++ -std=c++20 "$source/main.cpp" "${flags[@]}" -o by-pkg-config
rm outside.h5
"$NADIR_MPIEXEC" -n 2 ./by-pkg-config
[ -s outside.h5 ]
unset PKG_CONFIG_PATH
mv moved/prefix prefix

# Where PETSc is gone, find_package says so and names what it tried.
if cmake -S "$source" -B "$work/other" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DPETSC_DIR="$work/nowhere" >"$work/log" 2>&1; then
  echo "a PETSC_DIR without PETSc was accepted" >&2
  exit 1
fi
grep -q "nowhere/lib/pkgconfig/PETSc.pc (from PETSC_DIR" "$work/log" || { cat "$work/log"; exit 1; }
