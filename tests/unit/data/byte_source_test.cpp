#include "data/byte_source.hpp"

#include "nadir/base/error.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

std::vector<std::byte> bytes_of(const std::string& text) {
  std::vector<std::byte> bytes;
  for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
  return bytes;
}

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(ByteSource, NumbersHaveTheirLowestByteFirst) {
  const MemoryBytes bytes("memory", bytes_of(std::string("\1\2\3\4\5\6\7\x88", 8)));
  EXPECT_EQ(bytes.number<std::uint8_t>(7), 0x88);
  EXPECT_EQ(bytes.number<std::uint16_t>(1), 0x0302);
  EXPECT_EQ(bytes.number<std::uint32_t>(4), 0x88070605U);
  EXPECT_EQ(bytes.number<std::uint64_t>(0), 0x8807060504030201U);
}

TEST(ByteSource, NothingIsReadBeyondTheEnd) {
  const MemoryBytes bytes("memory", bytes_of("abc"));
  const std::string early =
      "memory: the file ends too early; write it again, or copy it completely";
  EXPECT_EQ(bytes.text(0, 3), "abc");
  EXPECT_EQ(bytes.text(3, 0), "");
  EXPECT_EQ(refusal([&] { bytes.text(1, 3); }), early);
  EXPECT_EQ(refusal([&] { bytes.text(4, 0); }), early);
  EXPECT_EQ(refusal([&] { bytes.number<std::uint32_t>(0); }), early);
  // Sums of these leave 64 bits, and the length what memory there is.
  EXPECT_EQ(refusal([&] { bytes.text(2, ~std::uint64_t{0}); }), early);
  EXPECT_EQ(refusal([&] { bytes.number<std::uint64_t>(~std::uint64_t{0} - 3); }), early);
}

TEST(ByteSource, FilesAreReadWhereTheyAreAskedFor) {
  const test::Folder folder;
  folder.touch({"numbers"});
  const FileBytes file(folder / "numbers");
  EXPECT_EQ(file.size(), 7U);
  EXPECT_EQ(file.text(3, 4), "bers");
  EXPECT_THROW(file.text(3, 5), InputError);
  EXPECT_EQ(file.text(0, 3), "num") << "after a refusal";
  EXPECT_EQ(refusal([&] { FileBytes(folder / "none"); }),
            "cannot open " + (folder / "none") + ": No such file or directory");
}

} // namespace
} // namespace nadir
