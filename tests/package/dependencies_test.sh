#!/bin/bash
# What the configuration refuses, and whether it says why: PETSc that is not there, too old,
# complex or in single precision, SLEPc that is not there or of another PETSc, a serial HDF5, missing headers, flags that break reproducibility.
# What it accepts: a compiler that knows by itself where PETSc and SLEPc are.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# refused NAME TEXT ARGUMENT...: configuring with these arguments must fail and print TEXT.
refused() {
  local name=$1 text=$2
  local log=$work/$name.log
  if cmake -S "$NADIR_SOURCE" -B "$work/$name" -DNADIR_TESTS=OFF "${@:3}" >"$log" 2>&1; then
    echo "$name: was accepted"
  elif ! tr -s ' \n' ' ' <"$log" | grep -F -- "$text" >/dev/null; then
    echo "$name: does not say '$text' but:"
    sed -n '/^CMake Error/,$p' "$log"
  else
    return 0
  fi
  failures=$((failures + 1))
}

# petsc NAME MINOR CONF...: a PETSc of version 3.MINOR with these lines in petscconf.h
petsc() {
  local folder=$work/petsc-$1
  mkdir -p "$folder/lib/pkgconfig" "$folder/include"
  printf '%s\n' "${@:3}" >"$folder/include/petscconf.h"
  printf '#define PETSC_VERSION_MAJOR 3\n#define PETSC_VERSION_MINOR %s\n' "$2" \
    >"$folder/include/petscversion.h"
  printf '%s\n' "prefix=$folder" 'Name: PETSc' 'Description: a test' "Version: 3.$2.0" \
    "Cflags: -I$folder/include" 'Libs:' >"$folder/lib/pkgconfig/PETSc.pc"
}

# A SLEPc whose library needs a PETSc of another name.
slepc_of_another() {
  local folder=$work/slepc
  mkdir -p "$folder/lib/pkgconfig"
  echo 'int SlepcInitialize(void) { return 0; }' >"$work/petsc.c"
  cc -shared -o "$folder/lib/libpetsc_other.so" -Wl,-soname,libpetsc_other.so "$work/petsc.c"
  cc -shared -o "$folder/lib/libslepc_other.so" -Wl,--no-as-needed "$work/petsc.c" \
    -L"$folder/lib" -lpetsc_other
  printf '%s\n' "prefix=$folder" "includedir=$(pkg-config --variable=includedir SLEPc)" \
    "libdir=$folder/lib" 'Name: SLEPc' 'Description: a test' 'Version: 3.18.0' \
    "Libs: -L$folder/lib -lslepc_other" >"$folder/lib/pkgconfig/SLEPc.pc"
}

# A serial HDF5, as far as its compiler wrapper tells: the parallel one with another answer.
serial_hdf5() {
  cat >"$work/h5cc" <<EOF
#!/bin/sh
$(command -v h5pcc) "\$@" | sed 's/Parallel HDF5: yes/Parallel HDF5: no/'
EOF
  chmod +x "$work/h5cc"
}

double='#define PETSC_USE_REAL_DOUBLE 1'
petsc old 17 "$double"
petsc complex 20 "$double" '#define PETSC_USE_COMPLEX 1'
petsc single 20 '#define PETSC_USE_REAL_SINGLE 1'
serial_hdf5

refused nowhere "$work/nowhere/arch-opt/lib/pkgconfig/PETSc.pc (from PETSC_DIR and PETSC_ARCH)" \
  -DPETSC_DIR="$work/nowhere" -DPETSC_ARCH=arch-opt
refused old "version 3.17.0 in '$work/petsc-old' is too old" -DPETSC_DIR="$work/petsc-old"
refused complex "complex scalars" -DPETSC_DIR="$work/petsc-complex"
refused single "double precision" -DPETSC_DIR="$work/petsc-single"
refused slepc "$work/nowhere/lib/pkgconfig/SLEPc.pc" -DSLEPC_DIR="$work/nowhere"
slepc_of_another
refused another "belongs to another PETSc" -DSLEPC_DIR="$work/slepc"
refused serial "is a serial build, but nadir writes with all ranks" \
  -DHDF5_C_COMPILER_EXECUTABLE="$work/h5cc"
refused fast "fast-math" -DCMAKE_CXX_FLAGS=-ffast-math
folder_of() { sed -n "s/^NADIR_$1_FOLDER:.*=//p" "$NADIR_BUILD/CMakeCache.txt"; }
refused highway "hwy/highway.h or its library not found" -DCMAKE_IGNORE_PATH="$(folder_of HIGHWAY)"
refused fftw "fftw3-mpi.h or the libraries" -DNADIR_FFTW_FOLDER=NADIR_FFTW_FOLDER-NOTFOUND \
  -DNADIR_HIGHWAY_FOLDER="$(folder_of HIGHWAY)" -DCMAKE_IGNORE_PATH="$(folder_of FFTW)"
refused lapack "LAPACK: not found" -DCMAKE_DISABLE_FIND_PACKAGE_LAPACK=ON
found=(-DNADIR_HIGHWAY_FOLDER="$(folder_of HIGHWAY)" -DNADIR_FFTW_FOLDER="$(folder_of FFTW)")
refused libzip "zip.h or its library not found" "${found[@]}" -DCMAKE_IGNORE_PATH="$(folder_of LIBZIP)"
refused headers "'toml++/toml.h' not found" "${found[@]}" -DNADIR_LIBZIP_FOLDER="$(folder_of LIBZIP)" \
  -DCMAKE_IGNORE_PATH="$(folder_of TOMLPLUSPLUS)"

read -ra flags < <(pkg-config --cflags --libs SLEPc PETSc)
read -ra mpi < <(mpicxx -show | cut -d' ' -f2-)
printf '#!/bin/sh\nexec %s "$@" %s\n' "$(command -v c++)" "${flags[*]} ${mpi[*]}" >"$work/wrapper"
chmod +x "$work/wrapper"
export PKG_CONFIG_LIBDIR=$work/nowhere PKG_CONFIG_PATH=
refused nothing "the compiler alone"
if ! cmake -S "$NADIR_SOURCE" -B "$work/wrapped" -DNADIR_TESTS=OFF \
  -DCMAKE_CXX_COMPILER="$work/wrapper" >"$work/log" 2>&1; then
  echo "a compiler wrapper that adds PETSc and SLEPc is not accepted:"
  sed -n '/^CMake Error/,$p' "$work/log"
  failures=$((failures + 1))
fi
exit $failures
