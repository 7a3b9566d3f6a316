# shellcheck shell=bash
# For tests that follow a page of the documents to the letter. Needs NADIR_SOURCE, and `page`, the one meant
# where none is named.

# commands NAME [PAGE]: the lines of the page's blocks marked `run: NAME`; fails where there are none.
commands() {
  local page=${2:-$page}
  awk -v mark="<!-- run: $1 -->" '
    $0 == mark { wanted = 1; next }
    wanted && /^```sh$/ { inside = 1; next }
    inside && /^```$/ { inside = 0; wanted = 0; next }
    inside { found = 1; print }
    END { exit !found }' "$NADIR_SOURCE/$page" || { echo "$page has lost its block '$1'" >&2; return 1; }
}

# run_commands NAME [PAGE]: runs them in this shell.
run_commands() {
  local lines
  lines=$(commands "$@") || exit 1
  eval "$lines"
}

# copy_sources FOLDER: what a user has after unpacking.
copy_sources() {
  mkdir -p "$1"
  tar -C "$NADIR_SOURCE" --exclude=./build --exclude=./results --exclude=./.git -cf - . | tar -C "$1" -xf -
}
