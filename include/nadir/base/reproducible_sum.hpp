#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace nadir {

/// A sum of doubles that does not depend on their order, on how they are spread over ranks or on
/// the instruction set: the same bits always.
///
/// Every number is cut at fixed places of the binary scale into digits of 40 bits, and digits are
/// added as integers. Only the three places from the largest number down are kept: at most
/// n 2^-80 of that number is lost, far less than in a plain sum. (Binned summation after Demmel
/// and Nguyen, ARITH 21, 2013; J. Demmel, P. Ahrens, H. D. Nguyen, ReproBLAS.) Up to 2^80 numbers.
class ReproducibleSum {
 public:
  /// Adds all values, in vectors. A value that is not finite makes the sum NaN.
  void add(const double* values, std::int64_t n);
  void add(double value) { add(&value, 1); }
  /// Adds x_i y_i, each product rounded.
  void add_products(const double* x, const double* y, std::int64_t n);

  void merge(const ReproducibleSum& other);

  /// The sum, correctly rounded from what was kept.
  double value() const;

  /// As integers of 64 bits, place and each digit's halves, for files and messages, and back.
  static constexpr int places = 3;
  using Packed = std::array<std::int64_t, 1 + 2 * places>;
  Packed packed() const;
  static ReproducibleSum unpacked(const Packed& words);

 private:
  __extension__ using Digit = __int128;

  void merge(int top, const std::array<Digit, places>& digits);

  static constexpr int nothing = -1, not_finite = 1 << 20;
  std::int64_t top_ = nothing; ///< place of digits_[0]
  std::array<Digit, places> digits_{};
};

/// A reproducible sum of numbers that come one by one.
class BufferedSum {
 public:
  void add(double value) {
    if (count_ == buffer_.size()) flush();
    buffer_[count_++] = value;
  }
  /// value(0) .. value(n - 1), in a loop without branches.
  template<class Value> void add_all(std::int64_t n, Value value) {
    for (std::int64_t i = 0; i < n;) {
      if (count_ == buffer_.size()) flush();
      const auto room = static_cast<std::int64_t>(buffer_.size() - count_);
      const std::int64_t end = std::min(n, i + room);
      for (; i < end; ++i) buffer_[count_++] = value(i);
    }
  }
  ReproducibleSum take() {
    flush();
    return sum_;
  }

 private:
  void flush() {
    sum_.add(buffer_.data(), static_cast<std::int64_t>(count_));
    count_ = 0;
  }
  ReproducibleSum sum_;
  std::array<double, 1024> buffer_;
  std::size_t count_ = 0;
};

} // namespace nadir
