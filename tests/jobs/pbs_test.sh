#!/bin/bash
# The PBS script, with stand-ins for qsub and qstat that note the jobs; the test runs them one by one.
# About half a minute.
# usage: pbs_test.sh PROGRAM [TEST...]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
NADIR_SOURCE=${NADIR_SOURCE:-$(cd "$here/../.." && pwd)}
program=$(readlink -f "$1")
. "$here/support/jobs.sh"

work=$(mktemp -d)
finish() {
  local code=$?
  [ $code -eq 0 ] || tail -n 40 "$work"/*/spool/*/log >&2 || true
  [ -z "$(jobs -p)" ] || kill "$(jobs -p)" 2>/dev/null || true
  rm -rf "$work"
  exit $code
}
trap finish EXIT
trap 'exit 1' INT TERM
export PATH=$here/support/pbs:$PATH

# new_checkout NAME PROGRAM: a checkout and an empty queue.
new_checkout() {
  export PBS_SPOOL=$work/$1/spool
  mkdir -p "$PBS_SPOOL"
  make_checkout "$work/$1" "$2"
  cd "$work/$1"
  {
    echo "export PBS_SPOOL=$PBS_SPOOL" # for the stand-ins
    export -p | grep -E 'OMPI_|OMP_'
  } >>jobs/site.sh
}

# start_job NUMBER: as PBS does, from a copy, with no variables but its own; its process is in pid.
start_job() {
  [ -e "$PBS_SPOOL/$1" ] || failed "there is no job $1"
  # shellcheck disable=SC2016  # the job's shell expands it
  env -i PATH="$PATH" HOME="$HOME" bash -c '. "$1/environment"; exec bash "$1/script"' job "$PBS_SPOOL/$1" \
    >"$PBS_SPOOL/$1/log" 2>&1 &
  pid=$!
}

# must_end NUMBER CODE: the job that start_job has started.
must_end() {
  local code=0
  wait "$pid" || code=$?
  [ $code -eq "$2" ] || failed "job $1 ended with $code, not with $2"
}

run_job() {
  start_job "$1"
  must_end "$1" "$2"
}

no_job() { [ ! -e "$PBS_SPOOL/$1" ] || failed "job $1 was submitted"; }

says() { grep -q "$2" "$PBS_SPOOL/$1/log" || failed "the log of job $1 does not say '$2'"; }

wait_for_file() {
  for ((i = 0; i < 300; i++)); do
    if compgen -G "$1" >/dev/null; then return; fi
    sleep 0.1
  done
  failed "no $1 after 30 s"
}

# ---- With the program ---------------------------------------------------------------------------
commands_of_the_page() {
  new_checkout page "$program"
  run_commands pbs
  run_job 1 0
  run_commands pbs-words
  run_job 2 0
  no_job 3
  [ -s results/identify-1d.h5 ] || failed "no result"
  [ "$(h5ls results/five.h5/history/loss)" = "loss                     Dataset {6}" ] || failed "WORDS do not arrive"
}

# inputs/long.toml, which has no end: the default method would converge. More words go to sed.
write_endless() {
  sed -e '/^optimizer\|^gradient_tolerance/d' "$@" \
    -e 's/^iterations .*/iterations = 1000000\noptimizer = "adam"\nlearning_rate = 1e-4\ngradient_tolerance = 0/' \
    "$NADIR_SOURCE/inputs/sst.toml" >inputs/long.toml
}

# Seven seconds of work in a job: twice back into the queue, then few enough iterations to finish.
outlives_its_walltime() {
  local first
  new_checkout walltime "$program"
  write_endless -e 's/^layers .*= 8$/layers = 64/'
  qsub -v CASE=inputs/long.toml -l walltime=00:02:15 jobs/train.pbs
  run_job 1 75
  first=$(cat results/long.tries)
  run_job 2 75
  [ "$(cat results/long.tries)" != "$first" ] || failed "the second job got no further"
  sed -i "s/^iterations .*/iterations = $(($(cut -d' ' -f1 results/long.tries) + 2))/" inputs/long.toml
  run_job 3 0
  no_job 4
  grep -qx "walltime=00:02:15" "$PBS_SPOOL/3/resources" || failed "the walltime is lost"
  grep -qx "select=1:ncpus=32:mpiprocs=32" "$PBS_SPOOL/3/resources" || failed "the size is lost"
  [ -s results/long.h5 ] || failed "no result"
  [ ! -e results/long.tries ] || failed "the count of tries is left behind"
}

# The page's stop file: a checkpoint, and the job comes back.
paused() {
  new_checkout paused "$program"
  write_endless
  WORDS="--output results/identify-1d.h5" qsub -v CASE=inputs/long.toml,WORDS jobs/train.pbs
  start_job 1
  wait_for_file 'results/identify-1d.checkpoint-*0.h5'
  run_commands pause
  must_end 1 75
  says 1 "goes on as job 2.server"
  [ ! -e results/identify-1d.stop ] || failed "the stop file is still there"
}

# ---- With a stand-in for the program ------------------------------------------------------------
# new_stub LINE...: the case of a job 1 that runs the stand-in.
new_stub() {
  stubs=$((${stubs-0} + 1))
  new_checkout "stub$stubs" "$here/support/stub-program"
  echo 'launcher=()' >>jobs/site.sh
  printf '%s\n' "$@" >stub.toml
  qsub -v CASE=stub.toml jobs/train.pbs >/dev/null
}

ends_with_other_codes() {
  local code
  for code in 0 1 2 3 134 139; do
    new_stub code=$code checkpoint=20
    run_job 1 $code
    no_job 2
  done
}

gives_up_without_progress() {
  local job
  new_stub code=75 checkpoint=20
  for job in 1 2 3 4; do run_job $job 75; done # the first one got somewhere
  no_job 5
  says 4 "giving up"
  new_stub code=75 checkpoint=20
  for job in 1 2 3; do run_job $job 75; done
  echo 'code=75 checkpoint=40' >stub.toml # further: the count starts again
  for job in 4 5 6 7; do run_job $job 75; done
  no_job 8
}

ended_by_somebody() {
  new_stub waits=yes
  start_job 1
  wait_for_file "$PBS_SPOOL/1/log"
  until grep -q ready "$PBS_SPOOL/1/log"; do sleep 0.1; done
  kill -TERM $pid
  must_end 1 75
  no_job 2
  says 1 "stopped by SIGTERM"
}

warned() {
  new_stub waits=yes
  start_job 1
  wait_for_file "$PBS_SPOOL/1/log"
  until grep -q ready "$PBS_SPOOL/1/log"; do sleep 0.1; done
  kill -USR1 $pid
  must_end 1 75
  says 1 "goes on as job 2.server"
}

refuses_what_cannot_work() {
  new_stub code=0
  qsub -l walltime=00:01:30 -v CASE=stub.toml jobs/train.pbs >/dev/null
  run_job 2 2
  says 2 "walltime must be longer"
  qsub -v WORDS= jobs/train.pbs >/dev/null
  run_job 3 2
  says 3 "usage"
}

shift
[ $# -gt 0 ] || set -- ends_with_other_codes gives_up_without_progress ended_by_somebody warned \
  refuses_what_cannot_work commands_of_the_page outlives_its_walltime paused
run_tests "$@"
