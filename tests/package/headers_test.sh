#!/bin/bash
# Every header compiles alone, without the precompiled ones: whoever includes one needs to know no other.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$NADIR_SOURCE"

# The compiler and the folders that the build of the program uses.
command=$(grep -o '"command": .*src/app/train\.cpp"' "$NADIR_BUILD/compile_commands.json")
compiler=$(sed -E 's/"command": "//; s/^[^ ]*ccache //; s/ .*//' <<<"$command")
mapfile -t folders < <(grep -oE -- '-(I|isystem )[^ ]+' <<<"$command" | sed 's/^-isystem /-isystem\n/')

# What cannot compile alone is included several times by its source, once for each instruction set.
mapfile -t headers < <(find include src -name '*.hpp' ! -name '*-inl.hpp' | sort)
[ "${#headers[@]}" -gt 100 ] || { echo "only ${#headers[@]} headers were found"; exit 1; }
compile() {
  "$compiler" -std=c++20 -fsyntax-only -w "${folders[@]}" -I"$NADIR_SOURCE/src" -x c++ "$1" 2>"$2" ||
    { echo "$1 does not compile alone:"; head -n 4 "$2"; }
}
printf '#include "nadir/base/text.hpp"\nstd::deque<nadir::Unknown> wrong;\n' >"$work/wrong.hpp"
[ -n "$(compile "$work/wrong.hpp" "$work/log")" ] || { echo "a wrong header passes"; exit 1; }

next() { # every second header, in two processes
  local i
  for ((i = $1; i < ${#headers[@]}; i += 2)); do compile "${headers[i]}" "$work/log$1"; done >"$work/found$1"
}
next 0 &
next 1
wait $!
cat "$work/found0" "$work/found1"
[ ! -s "$work/found0" ] && [ ! -s "$work/found1" ]
echo "${#headers[@]} headers compile alone"
