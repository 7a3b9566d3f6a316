#!/bin/bash
# The Spack recipe, the container and the module file, as far as that goes without Spack, a container
# engine and a module system: they agree with the build, with Debian 12 and with docs/installation.md.
# usage: packaging_test.sh PROGRAM
# Exit code 77: Debian's package lists or tclsh are missing, all that needs neither has passed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(readlink -f "$1")
packaging=$NADIR_SOURCE/tools/packaging
page=docs/installation.md
. "$NADIR_SOURCE/tests/support/page.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
skipped=0

failed() { printf '%s\n' "$*"; failures=$((failures + 1)); }
skip() { printf 'skipped: %s\n' "$*"; skipped=1; }

# ---- The page ----------------------------------------------------------------------------------
while read -r path; do
  [ -e "$NADIR_SOURCE/$path" ] || failed "docs/installation.md: there is no $path"
done < <(grep -oE 'tools/packaging/[A-Za-z0-9_./-]*[A-Za-z0-9]' "$NADIR_SOURCE/docs/installation.md")

# ---- Spack -------------------------------------------------------------------------------------
python3 "$here/packaging/recipe.py" "$packaging/spack_repo/nadir/packages/nadir/package.py" \
  "$NADIR_SOURCE" "$NADIR_BUILD" || failed "the Spack recipe does not fit, see above"

# ---- What `cmake --install` gives --------------------------------------------------------------
export HOME=$work/home
prefix=$HOME/software/nadir
cmake --install "$NADIR_BUILD" --prefix "$prefix" >"$work/log" || { cat "$work/log"; exit 1; }

home=$prefix/share/nadir
# with_module COMMAND...: in another folder, with what the module file sets
with_module() {
  (cd "$work" && env PATH="$prefix/bin:$PATH" PYTHONPATH="$home/tools" NADIR_HOME="$home" MPLBACKEND=Agg "$@")
}
# must_say TEXT COMMAND...: the command succeeds there and prints it
must_say() {
  local said
  if said=$(with_module "${@:2}" 2>&1) && [[ $said == *"$1"* ]]; then return; fi
  failed "'${*:2}' does not say '$1' but: $said"
}

# The tools by their commands, and a job script's own idea of where all is.
with_module nadir train "$home/inputs/dispersion-1d.toml" --quiet --set training.iterations=3 --output a.h5
with_module nadir interpret a.h5 --quiet --output b.h5
must_say '' nadir-plot a.h5
must_say '' nadir-report b.h5
must_say '0 different' nadir-compare a.h5 a.h5
must_say 'kernel.higher.init' nadir-learned a.h5
python=$("$home/tools/python-with" h5py xarray)
must_say '(96,)' "$python" -c 'import nadir_io; print(nadir_io.open_run("a.h5").state.x.shape)'
cat >"$work/job.sh" <<'JOB'
. "$NADIR_HOME/jobs/site.sh"
"$program" --version
"$tools/learned" a.h5
JOB
must_say 'nadir 0.1.0' bash job.sh
must_say 'kernel.higher.init' bash job.sh
for file in "$NADIR_SOURCE"/jobs/*; do
  [ "$(stat -c %a "$home/jobs/${file##*/}")" = "$(stat -c %a "$file")" ] || failed "installed jobs/${file##*/}: other permissions"
done
[ "$(grep -c '^program=' "$home/jobs/site.sh")" = 1 ] || failed "the installed jobs/site.sh has not one program"
diff -r -x '*.pyc' "$NADIR_SOURCE/inputs" "$home/inputs" >"$work/log" || failed "other inputs are installed: $(cat "$work/log")"

# ---- The container -----------------------------------------------------------------------------
containerfile=$packaging/container/Containerfile
# instructions NAME [STAGE]: the arguments of these instructions, one instruction a line
instructions() {
  awk -v only="${2-}" '/^FROM / { stage++ } !only || stage == only' "$containerfile" |
    sed -e :a -e '/\\$/N; s/\\\n/ /; ta' | sed -n "s/^$1 //p"
}
# named_packages STAGE: what its lines `apt-get install` name
named_packages() {
  instructions RUN "$1" | sed 's/&&/\n/g' | sed -n 's/.*apt-get install//p' | tr -s ' ' '\n' |
    sed '/^-/d; /^$/d'
}

while read -r source target; do
  [ -e "$NADIR_SOURCE/$source" ] || failed "Containerfile: COPY $source $target: no such file"
done < <(instructions COPY | grep -v -- --from)
# /opt/nadir is the installed tree, /nadir the checkout.
while read -r source target; do
  case "$source" in
    /opt/nadir/*) there=$prefix/${source#/opt/nadir/} ;;
    *) there=$NADIR_SOURCE/${source#/nadir/} ;;
  esac
  [ -e "$there" ] || failed "Containerfile: COPY --from=build $source $target: no such file"
done < <(instructions COPY | sed -n 's/^--from=build //p')
for folder in bin share/nadir; do
  instructions COPY | grep -qxF -e "--from=build /opt/nadir/$folder /usr/local/$folder" ||
    failed "Containerfile: the image gets no $folder"
done

# resolve PACKAGE...: all that apt would install for these into an empty Debian, without recommendations
resolve() {
  apt-get install --simulate --no-install-recommends -o Dir::State::status=/dev/null "$@" 2>"$work/log" |
    sed -n 's/^Inst \([^ ]*\) .*/\1/p'
}
# brought LIBRARY FILE: whether a package resolved contains the file, or stands for the library as those
# of BLAS do. Debian lists files of /lib with and without /usr.
brought() {
  grep -qxF -e "$2" -e "${2#/usr}" "$work/files" || grep -qE "(^| )${1//./\\.}(,|\$)" "$work/provides"
}

container_packages() {
  local names modules name library path
  named_packages 1 | xargs apt-cache show >/dev/null || failed "Containerfile: no such packages, see above"
  mapfile -t names < <(named_packages 2)
  read -rd '' -a modules < <(sed -n 's/.*python-with" \(.*\)) ||.*/\1/p' "$home"/tools/{plot,report,compare,learned,scaling}) || true
  [ ${#modules[@]} -ge 5 ] || failed "the tools ask for no modules: ${modules[*]}"
  for name in "${modules[@]}"; do
    [ "$name" = tomllib ] || [[ " ${names[*]} " == *" python3-$name "* ]] ||
      failed "Containerfile: the tools lack python3-$name"
  done
  [ ${#names[@]} -ge 5 ] || failed "Containerfile: it names too few packages: ${names[*]}"
  resolve "${names[@]}" >"$work/resolved" || { failed "Containerfile: $(cat "$work/log")"; return; }
  { xargs dpkg -L <"$work/resolved" || true; } >"$work/files" 2>/dev/null # not all of them are here
  xargs apt-cache show <"$work/resolved" | sed -n 's/^Provides: //p' >"$work/provides"
  while read -r library path; do
    brought "$library" "$(readlink -f "$path")" || failed "Containerfile: no package brings $library ($path)"
  done < <(ldd "$program" | sed -n 's/^\t\([^ ]*\) => \(\/[^ ]*\) .*/\1 \2/p')
}

# Whole outputs first: a grep that has found its line would end a pipe that counts as failed.
libraries=$(ldd "$program")
policy=$(apt-cache policy libpetsc-real3.18 2>/dev/null || true)
if ! grep -qx 'VERSION_CODENAME=bookworm' /etc/os-release; then
  skip "the packages of the container, this is not Debian 12"
elif ! grep -q 'libpetsc_real\.so' <<<"$libraries"; then
  skip "the packages of the container, PETSc is not the one of Debian with 32-bit indices"
elif ! grep -q 'http\|file:\|cdrom' <<<"$policy"; then
  skip "the packages of the container, there are no package lists (apt-get update)"
else
  container_packages
fi

# ---- The module file ---------------------------------------------------------------------------
[ "$(commands module | wc -l)" -ge 2 ] || failed "docs/installation.md: the commands of the module are gone"
cd "$NADIR_SOURCE"
commands module | bash -e
if command -v tclsh >/dev/null; then
  tclsh "$here/packaging/modulefile.tcl" "$HOME/modulefiles/nadir/0.1.0" >"$work/module" ||
    failed "the module file fails, see above"
  for line in 'conflict nadir' "prepend-path PATH $prefix/bin" "prepend-path CMAKE_PREFIX_PATH $prefix" \
    "prepend-path PYTHONPATH $home/tools" "setenv NADIR_HOME $home" \
    "prepend-path PKG_CONFIG_PATH $(dirname "$(find "$prefix" -name nadir.pc)")"; do
    grep -qxF "$line" "$work/module" || failed "the module file has no '$line'"
  done
  PATH=$(sed -n 's/^prepend-path PATH //p' "$work/module"):$PATH nadir --version >/dev/null ||
    failed "the module's PATH does not lead to the program"
else
  skip "the module file, there is no tclsh (Debian: tcl)"
fi

[ $failures -eq 0 ] || exit 1
[ $skipped -eq 0 ] || exit 77
