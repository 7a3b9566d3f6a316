#!/bin/bash
# The Slurm scripts under a real Slurm of one node: jobs that go on over their time limit, that are
# cancelled, a sweep and a chain, by the commands of docs/cluster.md, and those of docs/scaling.md. About
# two minutes.
# usage: slurm_test.sh PROGRAM [TEST...]          exit code 77: Slurm is missing and cannot be installed
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
NADIR_SOURCE=${NADIR_SOURCE:-$(cd "$here/../.." && pwd)}
program=$(readlink -f "$1")
. "$here/support/jobs.sh"
. "$here/support/slurm.sh"

install_slurm || { echo "skipped: slurm-wlm and munge are missing and cannot be installed"; exit 77; }
work=$(mktemp -d)

finish() {
  local code=$?
  [ $code -eq 0 ] || tail -n 40 "$work"/checkout/*.log >&2 || true
  stop_slurm || true
  rm -rf "$work"
  exit $code
}
trap finish EXIT
trap 'exit 1' INT TERM

mkdir "$work/slurm"
start_slurm "$work/slurm"
make_checkout "$work/checkout" "$program"
cd "$work/checkout"

# Some twenty iterations a second, and no end: the default method would converge.
sed -e '/^optimizer\|^gradient_tolerance/d' -e 's/^layers .*= 8$/layers = 64/' \
  -e 's/^iterations .*/iterations = 1000000\noptimizer = "adam"\nlearning_rate = 1e-4\ngradient_tolerance = 0/' \
  "$NADIR_SOURCE/inputs/sst.toml" >inputs/endless.toml

# ---- What the tests ask ------------------------------------------------------------------------
# field JOB NAME: what Slurm says of a job, such as JobState, Restarts, ExitCode, Dependency.
field() { scontrol --oneliner show job "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -n 1; }
has() { [ "$(field "$1" "$2")" = "$3" ]; }
ended() { [[ $(field "$1" JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT)$ ]]; }
queue_is_empty() { [ -z "$(squeue --noheader)" ]; }
# job_named NAME: its number, of those that wait or run.
job_named() { squeue --noheader --name="$1" --states=PENDING,RUNNING --format=%i; }

# newest STEM: the number of its newest checkpoint, or 0.
newest() {
  local number
  number=$(find results -name "$1.checkpoint-*.h5" 2>/dev/null | sed -n 's/.*-\([0-9]*\)\.h5$/\1/p' | sort -n | tail -n 1)
  echo "${number:-0}"
}
is_beyond() { [ "$(newest "$1")" -gt "$2" ]; }

# must_end JOB STATE CODE
must_end() {
  wait_for 60 ended "$1"
  local outcome
  outcome="$(field "$1" JobState) $(field "$1" ExitCode)"
  [ "$outcome" = "$2 $3:0" ] || failed "job $1 ended as $outcome, not as $2 $3:0"
}

must_stand() {
  local file
  for file in "$@"; do [ -s "$file" ] || failed "no $file"; done
}

# ---- Tests --------------------------------------------------------------------------------------
# In the queue twice because of run.time_limit; then few enough iterations to finish: the same numbers as
# in one go.
outlives_its_time_limit() {
  local job words=(--set training.gradient_tolerance=0)
  { cat inputs/endless.toml; printf '\n[run]\ntime_limit = 6\n'; } >inputs/long.toml
  job=$(sbatch --parsable jobs/train.slurm inputs/long.toml "${words[@]}")
  wait_for 90 has "$job" Restarts 2
  is_beyond long 1 || failed "no checkpoint after two tries"
  sed -i "s/^iterations .*/iterations = $(($(newest long) + 5))/" inputs/long.toml # while the job waits
  must_end "$job" COMPLETED 0
  mpirun --oversubscribe --bind-to none -n 2 "$program" train inputs/long.toml "${words[@]}" --quiet \
    --set run.time_limit=600 --output results/reference.h5
  same_run results/reference.h5 results/long.h5
  [ ! -e results/long.tries ] || failed "the count of tries is left behind"
  [ "$(grep -c "stopped early, checkpoint written: going on" "nadir-train-$job.log")" -eq 2 ] ||
    failed "there must be one log of all tries"
}

# Slurm's own signal, and a cluster that forbids to requeue: a new job, and the chain waits for that one.
# Then somebody ends it: a checkpoint, nothing comes back, and the rest of the chain is cancelled.
warned_by_slurm_and_ended() {
  local numbers job next forward stopped_at
  echo 'continuation=submit' >>jobs/site.sh
  numbers=$(SBATCH_TIMELIMIT=2 SBATCH_SIGNAL=B:USR1@75 jobs/chain.sh inputs/endless.toml)
  [[ $numbers =~ ^train\ ([0-9]+),\ forward\ ([0-9]+),\ pictures\ ([0-9]+)$ ]] || failed "chain.sh prints '$numbers'"
  next=${BASH_REMATCH[1]} forward=${BASH_REMATCH[2]}
  stopped_at=0
  # Slurm sends its signal up to a minute early: perhaps before the training has begun.
  for _ in 1 2 3; do
    job=$next
    must_end "$job" FAILED 75
    stopped_at=$(newest endless)
    next=$(job_named nadir-train)
    [ -n "$next" ] || failed "nothing was submitted after job $job"
    [ "$stopped_at" -eq 0 ] || break
  done
  [ "$stopped_at" -gt 0 ] || failed "no checkpoint after Slurm's signal, three times"
  has "$forward" Dependency "afterok:$next(unfulfilled)" || failed "the chain waits for $(field "$forward" Dependency)"
  wait_for 60 is_beyond endless "$stopped_at"
  job=$next
  run_commands end
  must_end "$job" FAILED 75
  wait_for 20 queue_is_empty
  sed -i '/^continuation=submit$/d' jobs/site.sh
}

# A plain scancel kills; the newest checkpoint is whole and the training goes on from it, on fewer ranks.
cancelled() {
  local job stopped_at words=(--output results/endless.h5)
  stopped_at=$(newest endless)
  job=$(sbatch --parsable jobs/train.slurm inputs/endless.toml "${words[@]}")
  wait_for 60 is_beyond endless "$stopped_at"
  run_commands cancel
  wait_for 30 ended "$job"
  has "$job" JobState CANCELLED || failed "job $job is $(field "$job" JobState)"
  wait_for 30 nothing_runs
  stopped_at=$(newest endless)
  words+=(--set "training.iterations=$((stopped_at + 3))")
  job=$(sbatch --parsable --ntasks=1 jobs/train.slurm inputs/endless.toml "${words[@]}")
  must_end "$job" COMPLETED 0
  grep -q "checkpoint-$stopped_at.h5" "nadir-train-$job.log" || failed "did not go on from iteration $stopped_at"
}

wrong_case() {
  local job
  job=$(sbatch --parsable jobs/train.slurm inputs/identify-1d.toml --set network.layrs=3)
  must_end "$job" FAILED 2
  has "$job" Restarts 0 || failed "a wrong case came back"
}

# The rest of docs/cluster.md; what is in one line may run at the same time. The chain twice: the other kernel has
# parameters that not all kernels have.
commands_of_the_page() {
  local names name codes
  for names in "train train-words sweep" "ranks post" chain; do
    for name in $names; do run_commands "$name"; done
    [ "$names" != chain ] || jobs/chain.sh inputs/dispersion-1d.toml
    wait_for 90 queue_is_empty
  done
  codes=$(sed -n 's/^job: .* ended with exit code //p' nadir-sweep-*.log nadir-forward-*.log | sort -u)
  [ "$codes" = 0 ] || failed "jobs of the page ended with $codes"
  must_stand results/{identify-1d,five,plain,gradients,slow,by-layer,identify-1d-forward}.h5
  must_stand results/{sweep-pictures,identify-1d-pictures}/*.png
  same_run results/plain.h5 results/identify-1d.h5
  for name in identify-1d dispersion-1d; do
    "$NADIR_SOURCE/tools/compare" "results/$name.h5" "results/$name-forward.h5" --groups parameters state ||
      failed "the layers of $name run with other coefficients than those learned"
  done
  [ "$(h5ls results/by-layer.h5/parameters/diffusion)" = "diffusion                Dataset {8}" ] ||
    failed "the words of a row do not arrive"
}

# docs/scaling.md on a node of two ranks, with grids so small that times mean nothing: the jobs share the
# node. tools/scaling fails where the program counted other messages than its model.
scaling() {
  local kind case ranks said
  sed -i -e 's/^#SBATCH --ntasks=1$/#SBATCH --ntasks-per-node=2/' \
    -e 's/^#SBATCH --exclusive$/#SBATCH --oversubscribe/' jobs/scaling.slurm
  sed -i 's/^shape .*/shape = [64, 64]/' jobs/scaling-2d.toml
  sed -i 's/^shape .*/shape = [16, 16, 16]/' jobs/scaling-3d.toml
  export REPEAT=3
  run_commands submit docs/scaling.md
  wait_for 60 queue_is_empty
  for kind in strong weak; do
    for case in 2d 3d; do
      for ranks in 00001 00002; do must_stand "results/scaling/$kind-scaling-$case-$ranks.h5"; done
    done
  done
  [ -z "$(find results/scaling/whole results/scaling/fields -type f)" ] || failed "whole results are left behind"
  run_commands report docs/scaling.md
  said=$(run_commands predict docs/scaling.md)
  [[ $said == *16384x16384* ]] || failed "no prediction for another grid"
  must_stand results/scaling/scaling.json results/scaling/{strong,weak}-tanh-network-{2,3}-d-*.png results/larger/*.png
}

shift
[ $# -gt 0 ] || set -- outlives_its_time_limit warned_by_slurm_and_ended cancelled wrong_case commands_of_the_page \
  scaling
run_tests "$@"
