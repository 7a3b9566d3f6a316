# shellcheck shell=bash
# What the tests of the job scripts have in common. Needs NADIR_SOURCE and work, a folder of the test.
page=docs/cluster.md
. "$NADIR_SOURCE/tests/support/page.sh"

failed() {
  echo "FAILED: $*" >&2
  exit 1
}

# make_checkout FOLDER PROGRAM: a checkout with the job scripts, adapted to this machine as a user would
# adapt them: few ranks, which are not bound to cores.
make_checkout() {
  mkdir -p "$1/build/release" "$1/inputs"
  cp -r "$NADIR_SOURCE/jobs" "$1"
  ln -s "$NADIR_SOURCE/tools" "$1/tools"
  cp "$NADIR_SOURCE"/inputs/{identify,dispersion}-1d.toml "$1/inputs"
  ln -s "$NADIR_SOURCE/inputs/data" "$1/inputs/data"
  ln -s "$2" "$1/build/release/nadir"
  sed -i 's/--ntasks-per-node=32/--ntasks=1/' "$1"/jobs/*.slurm
  sed -i 's/^#SBATCH --ntasks=1$/#SBATCH --ntasks=2/' "$1/jobs/train.slurm"
  echo 'launcher=(mpirun --oversubscribe --bind-to none)' >>"$1/jobs/site.sh"
}

# same_run A B: parameters and history of two results agree to 1e-10.
same_run() {
  "$NADIR_SOURCE/tools/compare" "$1" "$2" --tolerance 1e-10 --groups parameters history/loss ||
    failed "$1 and $2 differ"
}

# run_tests TEST...: one after the other.
run_tests() {
  local test
  for test in "$@"; do
    SECONDS=0
    $test
    echo "$test: passed in $SECONDS s"
  done
}

# As root, more ranks than cores, as in tests/CMakeLists.txt.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none OMP_NUM_THREADS=1
