# shellcheck shell=bash
# What the job scripts have in common: run the program, pass signals on to it, and decide by its exit
# code whether the job goes on. Needs NADIR_HOME; the script defines continue_job.

readonly stopped_early=75 # the program's exit code: a checkpoint is there, run again with --restart

set +u # modules of many sites stumble over unset variables
# shellcheck source=jobs/site.sh
. "$NADIR_HOME/jobs/site.sh"
set -u

say() { echo "job: $*"; }

fail() {
  say "$@" >&2
  exit 2
}

# USR1 comes before the allotted time ends, TERM when somebody ends the job. Both reach the program as
# USR1: at a TERM, mpirun would kill its ranks before their checkpoint is written.
child=
interrupted=
passed_on=
ended=
pass_on() {
  interrupted=yes
  passed_on=yes
  [ -z "$child" ] || kill -USR1 "$child" 2>/dev/null || true
}
trap pass_on USR1
trap 'ended=yes; pass_on' TERM

# run_program WORDS: all ranks of the program; returns its exit code. In the background, since bash
# runs a trap only after a command in the foreground has ended.
run_program() {
  local code
  [ -z "$interrupted" ] || return $stopped_early
  "${launcher[@]}" "$program" "$@" &
  child=$!
  while true; do
    interrupted=
    code=0
    wait "$child" || code=$?
    # A trap ends the wait, with a code above 128, but not the program: wait again.
    if [ -z "$interrupted" ] || [ $code -le 128 ]; then break; fi
  done
  child=
  # A launcher that has just been started dies of the signal before it or the program handles it:
  # nothing was lost, and the next try goes on from where this one would have.
  if [ -n "$passed_on" ] && [ $code -eq $((128 + $(kill -l USR1))) ]; then code=$stopped_early; fi
  return $code
}

# result_file WORDS: the result file of a run with these words, as the program itself names it. Fails
# with the program's message where the case is wrong.
result_file() {
  local word words=()
  for word in "$@"; do
    [ "$word" != -- ] || break # the rest is for PETSc's solvers
    [ "$word" = --quiet ] || words+=("$word")
  done
  "${launcher[@]}" "$program" describe "${words[@]}" | sed -n 's/^disk .* in //p'
}

# newest_checkpoint STEM: the highest N of STEM.checkpoint-N.h5, or "none".
newest_checkpoint() {
  local file number newest=none
  for file in "$1".checkpoint-*.h5; do
    number=${file#"$1.checkpoint-"}
    number=${number%.h5}
    [[ $number =~ ^[0-9]+$ ]] || continue
    if [ "$newest" = none ] || [ "$number" -gt "$newest" ]; then newest=$number; fi
  done
  echo "$newest"
}

# got_further STEM: notes the newest checkpoint in STEM.tries, and how many tries in a row have left it
# the same; fails when these are enough.
got_further() {
  local newest last='' same=0
  newest=$(newest_checkpoint "$1")
  [ ! -e "$1.tries" ] || read -r last same <"$1.tries"
  if [ "$newest" = "$last" ]; then same=$((same + 1)); else same=0; fi
  echo "$newest $same" >"$1.tries"
  [ $same -lt "$patience" ]
}

# run_to_the_end COMMAND WORDS: one job's part of a run that may take several. Ends the script with the
# program's exit code.
run_to_the_end() {
  local result stem code=0
  result=$(result_file "${@:2}")
  stem=${result%.h5}
  run_program "$1" --restart "${@:2}" || code=$?
  if [ $code -ne $stopped_early ]; then
    rm -f "$stem.tries"
    say "$1 ended with exit code $code"
  elif [ -n "$ended" ]; then
    say "stopped by SIGTERM, checkpoint written: the same command goes on from it"
  elif ! got_further "$stem"; then
    rm -f "$stem.tries"
    say "$patience tries without a newer checkpoint than $stem.checkpoint-*.h5: giving up" >&2
  else
    say "stopped early, checkpoint written: going on"
    continue_job
  fi
  exit $code
}
