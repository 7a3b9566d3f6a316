// What activations are written with, once for every instruction set: no #pragma once.
#if defined(NADIR_ACTIVATION_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NADIR_ACTIVATION_INL
#undef NADIR_ACTIVATION_INL
#else
#define NADIR_ACTIVATION_INL
#endif

#include "vector_math-inl.hpp"

#include "nadir/kernel/activation.hpp"

/// An activation (theory, section 2) is a file activations/NAME-inl.hpp and nothing else: a struct
/// of the file's name (leaky_relu: LeakyRelu) with
///
///     info                 what it is called, and what is true of it
///     at(d, Z)             f(Z) and f'(Z) of a vector of any length
///     derivative(d, f)     f' as a function of f, only where it is one
///     first, second, third at(d, Z) in three steps (for_lanes_in_steps), only where that is faster
///
/// The build finds it; activation.cpp includes them all once for every instruction set. Its own
/// test is tests/unit/kernel/activations/NAME_test.cpp; what holds for all is tested for all.
HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

template<class D> struct Activated { hn::Vec<D> value, derivative; };

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
