#!/bin/bash
# The commit compiled in: none in a tarball (not even inside another repository), the right one
# in a repository, marked when files were changed, and rewritten only when it moves.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a \
  GIT_COMMITTER_EMAIL=a@b

# expect FOLDER HASH DIRTY
expect() {
  cmake -DSOURCE_DIR="$1" -DTEMPLATE="$NADIR_SOURCE/src/base/version.cpp.in" \
    -DOUTPUT="$work/version.cpp" -DNADIR_VERSION=1.2.3 "-DNADIR_COMPILER=some \"quoted\" compiler" \
    -DNADIR_COMPILE_FLAGS=-O3 -P "$NADIR_SOURCE/cmake/version.cmake"
  local line
  for line in "git_hash() { return \"$2\"; }" "git_dirty() { return \"$3\"; }" \
    'compiler() { return "some \"quoted\" compiler"; }'; do
    grep -qF "$line" "$work/version.cpp" || {
      echo "$1: no '$line' in:"
      cat "$work/version.cpp"
      exit 1
    }
  done
}

git init -q "$work/repository"
mkdir "$work/repository/tarball"
echo 1 >"$work/repository/file"
git -C "$work/repository" add file
git -C "$work/repository" commit -q -m one
hash=$(git -C "$work/repository" rev-parse HEAD)

expect "$work" unknown unknown
expect "$work/repository/tarball" unknown unknown
expect "$work/repository" "$hash" no
touch -d '1 hour ago' "$work/version.cpp"
before=$(stat -c %Y "$work/version.cpp")
expect "$work/repository" "$hash" no
[ "$(stat -c %Y "$work/version.cpp")" = "$before" ] || { echo "rewritten without a change"; exit 1; }
echo 2 >"$work/repository/file"
expect "$work/repository" "$hash" yes
git -C "$work/repository" commit -q -a -m two
expect "$work/repository" "$(git -C "$work/repository" rev-parse HEAD)" no
