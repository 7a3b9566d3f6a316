#!/bin/bash
# Follows docs/installation.md to the letter, in a copy of the sources: a cluster without root, with
# PETSC_DIR and PETSC_ARCH, header-only libraries in a folder, and a compiler wrapper.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

page=docs/installation.md
. "$NADIR_SOURCE/tests/support/page.sh"

copy_sources "$work/nadir"
cd "$work/nadir"

# The PETSc of this system, as one of the user's own.
petsc=$work/home/software/petsc/arch-linux-c-opt
prefix=$(pkg-config --variable=prefix PETSc)
mkdir -p "$petsc/lib/pkgconfig"
ln -s "$prefix/include" "$petsc/include"
ln -s "$prefix"/lib/libpetsc* "$petsc/lib"
sed "s|^prefix=.*|prefix=$petsc|" "$(pkg-config --variable=pcfiledir PETSc)/PETSc.pc" \
  >"$petsc/lib/pkgconfig/PETSc.pc"

mkdir -p tomlplusplus/include CLI11/include json/include
ln -s "$(sed -n 's/^NADIR_TOMLPLUSPLUS_FOLDER:.*=//p' "$NADIR_BUILD/CMakeCache.txt")/toml++" \
  tomlplusplus/include
ln -s "$(sed -n 's/^NADIR_CLI11_FOLDER:.*=//p' "$NADIR_BUILD/CMakeCache.txt")/CLI" CLI11/include
ln -s "$(sed -n 's/^NADIR_NLOHMANN_JSON_FOLDER:.*=//p' "$NADIR_BUILD/CMakeCache.txt")/nlohmann" json/include

# A wrapper, as clusters have them; this one also saves the time of optimising, and of all instruction sets but one.
compiler=$(command -v c++)
printf '#!/bin/sh\nexec %s "$@" -O0 -DHWY_COMPILE_ONLY_STATIC\n' "$compiler" >"$work/wrapper"
chmod +x "$work/wrapper"
export HOME=$work/home CXX=$work/wrapper
unset PKG_CONFIG_PATH

commands cluster >"$work/cluster.sh"
[ "$(wc -l <"$work/cluster.sh")" -ge 10 ] || { echo "$page has lost its commands"; exit 1; }
echo "set -e; . '$work/cluster.sh'" | bash -ex
for file in build/release/nadir results/check.h5 "$HOME/software/nadir/bin/nadir"; do
  [ -s "$file" ] || { echo "$file was not made"; exit 1; }
done
grep -q "isystem $HOME/software/headers" build/release/compile_commands.json
grep -q "isystem $petsc/include" build/release/compile_commands.json
# The installed program finds the user's PETSc without LD_LIBRARY_PATH.
ldd "$HOME/software/nadir/bin/nadir" | grep "$petsc/lib/libpetsc" >/dev/null
