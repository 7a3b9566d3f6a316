#pragma once

#include "nadir/base/check.hpp"

#include <petscdmda.h>
#include <petscksp.h>
#include <petscsnes.h>
#include <petsctao.h>
#include <slepceps.h>

#include <utility>

namespace nadir {

/// Owns one PETSc object; moves, does not copy. `out()` is for PETSc's create functions.
template<class Object, PetscErrorCode (*destroy)(Object*)> class PetscHandle {
 public:
  PetscHandle() = default;
  ~PetscHandle() { reset(); }
  PetscHandle(PetscHandle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  PetscHandle& operator=(PetscHandle&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  PetscHandle(const PetscHandle&) = delete;
  PetscHandle& operator=(const PetscHandle&) = delete;

  Object* out() {
    reset();
    return &object_;
  }
  Object get() const { return object_; }
  operator Object() const { return object_; }
  void reset() {
    if (object_) destroy(&object_);
    object_ = nullptr;
  }

 private:
  Object object_ = nullptr;
};

using VecHandle = PetscHandle<Vec, VecDestroy>;
using MatHandle = PetscHandle<Mat, MatDestroy>;
using KspHandle = PetscHandle<KSP, KSPDestroy>;
using SnesHandle = PetscHandle<SNES, SNESDestroy>;
using EpsHandle = PetscHandle<EPS, EPSDestroy>;
using NullSpaceHandle = PetscHandle<MatNullSpace, MatNullSpaceDestroy>;
using DmHandle = PetscHandle<DM, DMDestroy>;
using TaoHandle = PetscHandle<Tao, TaoDestroy>;

/// The local entries of a vector while this lives; not collective.
class VecWrite {
 public:
  explicit VecWrite(Vec v) : v_(v) { check_petsc(VecGetArray(v_, &data_)); }
  ~VecWrite() { VecRestoreArray(v_, &data_); }
  VecWrite(const VecWrite&) = delete;
  VecWrite& operator=(const VecWrite&) = delete;
  double* data() { return data_; }
  double& operator[](PetscInt i) { return data_[i]; }

 private:
  Vec v_;
  PetscScalar* data_ = nullptr;
};

class VecRead {
 public:
  explicit VecRead(Vec v) : v_(v) { check_petsc(VecGetArrayRead(v_, &data_)); }
  ~VecRead() { VecRestoreArrayRead(v_, &data_); }
  VecRead(const VecRead&) = delete;
  VecRead& operator=(const VecRead&) = delete;
  const double* data() const { return data_; }
  double operator[](PetscInt i) const { return data_[i]; }

 private:
  Vec v_;
  const PetscScalar* data_ = nullptr;
};

} // namespace nadir
