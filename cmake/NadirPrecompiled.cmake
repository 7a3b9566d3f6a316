# Headers of others, parsed once per target instead of once per source: half of the time of a build.
# Never a header of nadir, so that a source that forgets one does not compile; and each header of nadir
# is compiled without this, alone, by the test package.headers.

set(nadir_common_headers
  <algorithm> <array> <bit> <cmath> <complex> <cstdint> <cstring> <filesystem> <functional> <limits> <map>
  <memory> <numeric> <optional> <span> <sstream> <string> <string_view> <utility> <vector>)
set(nadir_library_headers <mpi.h> <petsctao.h> <hdf5.h>)

# Precompiles the common headers and those named for a target.
function(nadir_precompile target)
  target_precompile_headers(${target} PRIVATE ${nadir_common_headers} ${ARGN})
endfunction()
