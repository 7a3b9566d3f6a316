#pragma once

#include <petsctao.h>

namespace nadir {

/// For TaoRegister, which calls it "bqnls": limited-memory BFGS with line search and bounds, the
/// method of PETSc's type of that name.
///
///     H_k g     two-loop recursion over the last m pairs s = x_{j+1} - x_j, y = g_{j+1} - g_j,
///               around a model of the Hessian (use_initial_hessian), made anew at iterations 0, 1,
///               2, 3, 4, 6, 9, 13, ...; or else a diagonal that follows the Broyden class (phi =
///               1/8) and is scaled to y.s / y.H0 y
///     bounds    components near a bound whose gradient points outward are active (Bertsekas): the
///               step puts them on it, and the model is that of the others
///     step      More-Thuente line search (-tao_ls_...); where it fails, once more with the pairs
///               forgotten and a new model, and then from the scaled gradient
///
/// It needs half the vectors of PETSc's, and IterationState holds everything a step depends on.
/// -tao_bqnls_mat_lmvm_hist_size sets m (5). Sources: Nocedal & Wright, Numerical Optimization
/// (2006), algorithm 7.4; Gilbert & Lemarechal, Math. Program. 45 (1989); Bertsekas, SIAM J.
/// Control Optim. 20 (1982). Collective.
PetscErrorCode create_quasi_newton(Tao tao);

} // namespace nadir
