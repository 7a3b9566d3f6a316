# shellcheck shell=bash
# The commands of docs/installation.md, for tests that follow it.

# commands NAME: the fenced blocks of the page marked `run: NAME`
commands() {
  awk -v mark="<!-- run: $1 -->" '
    $0 == mark { wanted = 1; next }
    wanted && /^```sh$/ { inside = 1; next }
    inside && /^```$/ { inside = 0; wanted = 0; next }
    inside { print }' "$NADIR_SOURCE/docs/installation.md"
}
