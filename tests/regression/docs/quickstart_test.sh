#!/bin/bash
# The README's first command, where everything is installed and built already: it must leave result,
# XDMF, history and pictures, and print the withheld error and both baselines.
set -euo pipefail
cd "$(dirname "$0")/../../.."
[ "$(readlink -f "$1")" = "$PWD/build/release/nadir" ] || { echo "not the release build: nothing to test"; exit 0; }

output=$(tools/quickstart)
for text in "the network" "persistence" "interpolated"; do
  grep -q "$text" <<<"$output" || { echo "quickstart does not print '$text':"; echo "$output"; exit 1; }
done
for file in sst.h5 sst.xdmf sst.csv sst/overview.png; do
  [ -s "results/$file" ] || { echo "quickstart leaves no results/$file"; exit 1; }
done
