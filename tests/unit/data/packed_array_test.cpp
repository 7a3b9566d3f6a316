#include "data/packed_array.hpp"

#include "nadir/base/error.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace nadir {
namespace {

std::vector<std::byte> bytes_of(const std::string& text) {
  std::vector<std::byte> bytes;
  for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
  return bytes;
}

double decoded(Element element, std::string text, bool big_endian = false) {
  double value = 0;
  decode(element, big_endian, bytes_of(text), std::span(&value, 1));
  return value;
}

/// The bytes of a number, lowest first.
template<class Number> std::string stored(Number number) {
  auto text = std::bit_cast<std::array<char, sizeof(Number)>>(number);
  if constexpr (std::endian::native == std::endian::big) std::ranges::reverse(text);
  return {text.begin(), text.end()};
}

std::string reversed(std::string text) {
  std::ranges::reverse(text);
  return text;
}

TEST(PackedArray, NumbersOfEveryTypeAndOrder) {
  const auto expect = [](Element element, const std::string& text, double value) {
    EXPECT_EQ(bytes_of(element), text.size());
    EXPECT_EQ(decoded(element, text), value);
    EXPECT_EQ(decoded(element, reversed(text), true), value);
  };
  expect(Element::f8, stored(-0.1), -0.1);
  expect(Element::f4, stored(0.1F), 0.1F);
  expect(Element::i1, stored(std::int8_t{-3}), -3);
  expect(Element::i2, stored(std::int16_t{-300}), -300);
  expect(Element::i4, stored(std::int32_t{-70'000}), -70'000);
  expect(Element::i8, stored(std::int64_t{-1} << 40), -0x1p40);
  expect(Element::u1, stored(std::uint8_t{0xff}), 255);
  expect(Element::u2, stored(std::uint16_t{0xfffe}), 65534);
  expect(Element::u4, stored(std::uint32_t{0xfffffffe}), 4294967294.0);
  expect(Element::u8, stored(std::uint64_t{1} << 63), 0x1p63);
  expect(Element::bf2, stored(std::uint16_t{0x3fc0}), 1.5);
}

TEST(PackedArray, HalfPrecision) {
  const auto half = [](std::uint16_t bits) { return decoded(Element::f2, stored(bits)); };
  EXPECT_EQ(half(0x3c00), 1.0);
  EXPECT_EQ(half(0xc000), -2.0);
  EXPECT_EQ(half(0x3555), 0x1.554p-2); // nearest to 1/3
  EXPECT_EQ(half(0x7bff), 65504.0);    // the largest
  EXPECT_EQ(half(0x0400), 0x1p-14);    // the smallest normal one
  EXPECT_EQ(half(0x0001), 0x1p-24);
  EXPECT_TRUE(std::signbit(half(0x8000)));
  EXPECT_EQ(half(0xfc00), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(half(0x7e00)));
}

TEST(PackedArray, BytesAreCountedUpTo62Bits) {
  EXPECT_EQ(bytes_of(PackedLayout{.element = Element::f4, .shape = {3, 5}}), 60U);
  EXPECT_EQ(bytes_of(PackedLayout{.shape = {}}), 8U);
  EXPECT_EQ(bytes_of(PackedLayout{.shape = {1LL << 60, 0}}), std::nullopt);
  EXPECT_EQ(bytes_of(PackedLayout{.shape = {0, 1LL << 60}}), 0U);
  EXPECT_EQ(bytes_of(PackedLayout{.shape = {1LL << 59}}), std::uint64_t{1} << 62);
  EXPECT_EQ(bytes_of(PackedLayout{.shape = {1LL << 59, 2}}), std::nullopt);
  EXPECT_EQ(bytes_of(PackedLayout{.shape = {-1}}), std::nullopt);
}

PackedArray array_of(const std::string& text, PackedLayout layout) {
  return {"a", std::make_shared<MemoryBytes>("a", bytes_of(text)), std::move(layout)};
}

TEST(PackedArray, RowsOfBothOrders) {
  PackedLayout layout{.element = Element::u1, .shape = {2, 3, 2}, .offset = 1};
  const std::string text("x\0\1\2\3\4\5\6\7\10\11\12\13", 13);
  std::vector<double> row(6);
  array_of(text, layout).read(1, 1, row);
  EXPECT_EQ(row, (std::vector<double>{6, 7, 8, 9, 10, 11}));
  layout.fortran_order = true; // element (i, j, k) is number i + 2 (j + 3 k)
  array_of(text, layout).read(1, 1, row);
  EXPECT_EQ(row, (std::vector<double>{1, 7, 3, 9, 5, 11}));
  EXPECT_EQ(array_of(text, layout).read_all(),
            (std::vector<double>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}));
}

/// More than are decoded at a time.
TEST(PackedArray, ManyNumbers) {
  const std::int64_t n = 200'001;
  std::string text;
  for (std::int64_t i = 0; i < n; ++i) text += stored(static_cast<std::int32_t>(i));
  const auto values = array_of(text, {.element = Element::i4, .shape = {n}}).read_all();
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < n; ++i)
    wrong += values[static_cast<std::size_t>(i)] != static_cast<double>(i);
  EXPECT_EQ(wrong, 0);
}

TEST(PackedArray, WhatDoesNotFitTheFileIsRefused) {
  EXPECT_NO_THROW(array_of("abcd", {.element = Element::u2, .shape = {2}}));
  EXPECT_THROW(array_of("abc", {.element = Element::u2, .shape = {2}}), InputError);
  EXPECT_THROW(array_of("abcd", {.element = Element::u2, .shape = {2}, .offset = 1}), InputError);
  EXPECT_THROW(array_of("abcd", {.element = Element::u2, .shape = {1}, .offset = 5}), InputError);
  EXPECT_THROW(array_of("abcd", {.element = Element::u1, .shape = {2, 0}}), InputError);
}

TEST(PackedArray, TheArrayThatIsMeant) {
  EXPECT_EQ(choose_array("f", "", {"only"}), "only");
  EXPECT_EQ(choose_array("f", "b", {"a", "b"}), "b");
  const auto refusal = [](const std::string& wanted, const std::vector<std::string>& names) {
    try {
      return choose_array("f", wanted, names);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(refusal("", {}), "f: has no arrays");
  EXPECT_EQ(refusal("", {"a", "b"}), "f: has several arrays; choose one by --dataset: a, b");
  EXPECT_EQ(refusal("wieght", {"weight", "bias"}),
            "f: has no array 'wieght' (did you mean 'weight'?); it has weight, bias");
  const std::vector<std::string> many(13, "x");
  EXPECT_TRUE(refusal("", many).ends_with("x, ..."));
}

} // namespace
} // namespace nadir
