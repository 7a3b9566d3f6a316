#!/bin/bash
# nadir with a PETSc of 64-bit indices, built as docs/installation.md says: its unit tests, cases with more
# than 2^31 unknowns or points, and a checkpoint of the ordinary build. Some minutes.
# usage: indices64_test.sh PROGRAM
# Exit code 77: NADIR_TEST_FULL=1 is not set, or libslepc64-real-dev is missing and cannot be installed.
set -euo pipefail
program=$(readlink -f "$1")
page=docs/installation.md
. "$NADIR_SOURCE/tests/support/page.sh"

[ "${NADIR_TEST_FULL-}" = 1 ] || { echo "skipped: runs with NADIR_TEST_FULL=1"; exit 77; }

# Installs what is missing; fails where that is impossible.
install_petsc64() {
  local as_root=()
  [ ! -e /usr/lib/slepcdir/slepc64-real/lib/pkgconfig/SLEPc.pc ] || return 0
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  { "${as_root[@]}" apt-get -qq update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install --yes --no-install-recommends libpetsc64-real-dev libslepc64-real-dev; } </dev/null >/dev/null 2>&1
}
install_petsc64 || { echo "skipped: libslepc64-real-dev is missing and cannot be installed"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

copy_sources "$work/nadir"
cd "$work/nadir"
unset PETSC_DIR PETSC_ARCH
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-2}

commands indices64 >"$work/commands.sh"
[ "$(wc -l <"$work/commands.sh")" -ge 3 ] || failed "$page has lost its commands"
bash -ex "$work/commands.sh" >"$work/log" 2>&1 || { tail -n 40 "$work/log"; failed "the page's commands"; }
program64=$work/nadir/build/indices64/nadir
ldd "$program64" | grep libpetsc64 >/dev/null || failed "the program has no 64-bit PETSc"

cmake --build build/indices64 --target nadir-unit >"$work/log" 2>&1 || { tail -n 40 "$work/log"; exit 1; }
ctest --test-dir build/indices64 --tests-regex '^unit\.2-ranks$' --no-tests=error --output-on-failure

# ---- More than 2^31 unknowns, or points --------------------------------------------------------
# far_too_large NAME SHAPE LAYERS: a case that no machine has the memory for
far_too_large() {
  cat >"$1.toml" <<CASE
grid    = { shape = $2, boundary = ["periodic", "periodic"] }
network = { layers = $3 }
kernel  = { reaction = { init = 0.0, varies = ["space", "layer"] } }
[data]
input  = { file = "large.h5", dataset = "$1" }
target = { file = "large.h5", dataset = "$1" }
CASE
}
# describe PROGRAM CASE: its exit code, the output in $work/log. Bounded, should it want the memory after all.
describe() {
  local code=0
  (ulimit -v 8000000; exec "$1" describe "$2") >"$work/log" 2>&1 || code=$?
  echo $code
}
# log_must_say TEXT
log_must_say() { grep -q -- "$1" "$work/log" || { cat "$work/log"; failed "'$1' was not said"; }; }

far_too_large unknowns '[1000, 1000]' 2000000
far_too_large points '[50000, 50000]' 2000
"$(tools/python-with h5py)" - <<'PYTHON'
import h5py

with h5py.File("large.h5", "w") as f:  # chunks that are not written take no space
    f.create_dataset("unknowns", (1000, 1000), "f4", chunks=(1000, 1000))
    f.create_dataset("points", (50000, 50000), "f4", chunks=(1000, 1000))
PYTHON

for case in unknowns:2000000000000 points:5000000000000; do
  code=$(describe "$program64" "${case%:*}.toml")
  log_must_say "^unknowns  ${case#*:} trained"
  log_must_say 'this case needs .* of a node that has'
  [ "$code" = 2 ] || failed "describe ${case%:*}.toml ended with $code"
  if ! ldd "$program" | grep libpetsc64 >/dev/null; then
    describe "$program" "${case%:*}.toml" >/dev/null
    log_must_say "${case#*:} unknowns are more than PETSc's 32-bit integers count"
  fi
done

# ---- The same results, and checkpoints that either build goes on from --------------------------
# train PROGRAM ITERATIONS OUTPUT [ARGUMENT...]
train() {
  "$NADIR_MPIEXEC" -n 2 "$1" train inputs/identify-1d.toml --quiet --set training.iterations="$2" \
    --output "$3" "${@:4}"
}
train "$program" 6 whole.h5
train "$program" 3 half.h5
train "$program64" 6 continued.h5 --restart=half.checkpoint-3.h5
tools/compare whole.h5 continued.h5 --tolerance 1e-12 || failed "the 64-bit build goes another way"
