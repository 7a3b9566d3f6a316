#!/bin/bash
# Three Slurm jobs, each starting when the one before has succeeded: train a case, run the layers with
# what was learned, storing all of them, and draw pictures.
#     jobs/chain.sh CASE.toml [OTHER.toml]      OTHER.toml: the case to run instead of CASE.toml
# Leaves results/NAME.h5, results/NAME-forward.h5 and their pictures, NAME after CASE.toml.
set -euo pipefail

case $# in
  1 | 2) ;;
  *) echo "usage: jobs/chain.sh CASE.toml [OTHER.toml]" >&2; exit 2 ;;
esac
NADIR_HOME=$(cd "$(dirname "$0")/.." && pwd)
export NADIR_HOME
name=$(basename "$1" .toml)
trained=results/$name.h5
run=results/$name-forward.h5

# after JOB SCRIPT WORDS: submits a job that is cancelled should JOB fail; prints its number.
after() {
  sbatch --parsable --dependency="afterok:$1" --kill-on-invalid-dep=yes "$NADIR_HOME/jobs/$2" "${@:3}"
}

train=$(sbatch --parsable "$NADIR_HOME/jobs/train.slurm" "$1" --output "$trained")
forward=$(after "$train" forward.slurm "${2:-$1}" "$trained" --output "$run" --set output.layers=all)
post=$(after "$forward" post.slurm "$trained" "$run")
echo "train $train, forward $forward, pictures $post"
