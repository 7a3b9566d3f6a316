#!/bin/bash
# Submit strong and weak scaling of the 2-D and the 3-D case, or of others: on one node with 1, 2, 4, ...
# ranks, and on more nodes with all of their ranks.
#     jobs/scaling.sh NODES... [-- CASE.toml...]          such as: jobs/scaling.sh 1 2 4 8 16
# Ranks per node are those of --ntasks-per-node in jobs/scaling.slurm. What is said there of environment
# variables holds here too.
set -euo pipefail

NADIR_HOME=$(cd "$(dirname "$0")/.." && pwd)
export NADIR_HOME
nodes=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  [[ $1 =~ ^[1-9][0-9]*$ ]] || { echo "usage: jobs/scaling.sh NODES... [-- CASE.toml...]" >&2; exit 2; }
  nodes+=("$1")
  shift
done
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- "$NADIR_HOME"/jobs/scaling-2d.toml "$NADIR_HOME"/jobs/scaling-3d.toml
[ ${#nodes[@]} -gt 0 ] || nodes=(1)
per_node=$(sed -n 's/^#SBATCH --ntasks-per-node=//p' "$NADIR_HOME/jobs/scaling.slurm")

# numbers NODES: ranks to run on so many nodes.
numbers() {
  local ranks
  if [ "$1" -eq 1 ]; then
    for ((ranks = 1; ranks < per_node; ranks *= 2)); do printf '%s,' "$ranks"; done
  fi
  echo $(($1 * per_node))
}

for count in "${nodes[@]}"; do
  for file in "$@"; do
    for kind in strong weak; do
      job=$(sbatch --parsable --nodes="$count" --array="$(numbers "$count")" \
        "$NADIR_HOME/jobs/scaling.slurm" "$kind" "$file")
      echo "$kind, $file, $count nodes: job $job, ranks $(numbers "$count")"
    done
  done
done
echo "when all are done: tools/scaling ${FOLDER:-results/scaling}"
