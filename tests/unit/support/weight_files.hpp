#pragma once

#include "nadir/base/error.hpp"
#include "nadir/data/weight_file.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <bit>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Files of weights made byte by byte.
namespace nadir::test {

template<class Integer> inline std::string bytes_of_number(Integer value, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i)
    text += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return text;
}

inline std::string doubles(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += bytes_of_number(std::bit_cast<std::uint64_t>(value), 8);
  return text;
}

inline std::string npy(const std::string& header, const std::string& data) {
  return "\x93NUMPY" + std::string("\1\0", 2) + bytes_of_number(header.size(), 2) + header + data;
}

inline std::string npy_of(const std::string& descr, const std::string& extents,
                          const std::string& data, bool fortran = false) {
  return npy("{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
                 ", 'shape': " + extents + ", }\n",
             data);
}

inline std::string safetensors(const std::string& header, const std::string& data) {
  return bytes_of_number(header.size(), 8) + header + data;
}

inline std::string deflated(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// A zip file of parts, each packed when `pack`.
inline std::string zip(const std::vector<std::pair<std::string, std::string>>& parts, bool pack) {
  std::string file, directory;
  for (const auto& [name, content] : parts) {
    const std::string data = pack ? deflated(content) : content;
    const auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    const std::string common = bytes_of_number(20, 2) + bytes_of_number(0, 2) +
                               bytes_of_number(pack ? 8 : 0, 2) + bytes_of_number(0, 4) +
                               bytes_of_number(sum, 4) + bytes_of_number(data.size(), 4) +
                               bytes_of_number(content.size(), 4) +
                               bytes_of_number(name.size(), 2) + bytes_of_number(0, 2);
    directory += "PK\1\2" + bytes_of_number(20, 2) + common + bytes_of_number(0, 2) +
                 bytes_of_number(0, 2) + bytes_of_number(0, 2) + bytes_of_number(0, 4) +
                 bytes_of_number(file.size(), 4) + name;
    file += "PK\3\4" + common + name + data;
  }
  return file + directory + "PK\5\6" + bytes_of_number(0, 4) + bytes_of_number(parts.size(), 2) +
         bytes_of_number(parts.size(), 2) + bytes_of_number(directory.size(), 4) +
         bytes_of_number(file.size(), 4) + bytes_of_number(0, 2);
}

/// Every rank writes a file of its own and reads it.
class WeightFiles : public testing::Test {
 protected:
  std::string written(const std::string& content) const {
    const std::string path = folder_ / ("weights-" + std::to_string(world_rank()));
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::unique_ptr<WeightArray> open(const std::string& content,
                                    const std::string& name = "") const {
    return open_weights(written(content), name);
  }
  /// What the file is refused with; empty when it is read.
  std::string refusal(const std::string& content, const std::string& name = "") const {
    try {
      open(content, name)->read_all();
    } catch (const InputError& error) {
      return error.what();
    }
    return {};
  }
  void expect_refused(const std::string& content, const std::string& words) const {
    const std::string message = refusal(content);
    EXPECT_NE(message.find(words), std::string::npos)
        << "wanted '" << words << "', got: " << message;
  }

  Folder folder_;
};

} // namespace nadir::test
