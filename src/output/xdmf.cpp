#include "nadir/output/xdmf.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"
#include "nadir/output/place_file.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string_view>

namespace nadir {
namespace {

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    default:
      result += c;
    }
  }
  return result;
}

std::string list(std::span<const std::int64_t> values) {
  std::string text;
  for (const std::int64_t value : values) {
    if (!text.empty()) text += ' ';
    text += std::to_string(value);
  }
  return text;
}

/// Three values slowest first, `filler` on the axes a grid of lower dimension lacks.
template<class Value> std::vector<Value> three(const std::vector<Value>& values, Value filler) {
  std::vector<Value> result(max_dimension, filler);
  std::ranges::copy(values, result.end() - std::ssize(values));
  return result;
}

std::string real_list(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) {
    if (!text.empty()) text += ' ';
    text += exact_digits(value);
  }
  return text;
}

std::string number_attributes(StoredType number) {
  switch (number) {
  case StoredType::f8:
    return "NumberType=\"Float\" Precision=\"8\"";
  case StoredType::i8:
    return "NumberType=\"Int\" Precision=\"8\"";
  case StoredType::i4:
    return "NumberType=\"Int\" Precision=\"4\"";
  case StoredType::i1:
    return "NumberType=\"Char\" Precision=\"1\"";
  case StoredType::u1:
    return "NumberType=\"UChar\" Precision=\"1\"";
  }
  throw std::logic_error("unknown type of number");
}

/// One box of the dataset: the three rows of a HyperSlab are start, stride and count.
std::string attribute_text(const GridSpec& grid, const std::string& h5_name, const XdmfField& field,
                           std::size_t step) {
  const auto& at = field.at.size() == 1 ? field.at.front() : field.at.at(step);
  std::vector<std::int64_t> extents = field.extents;
  extents.insert(extents.end(), grid.shape.begin(), grid.shape.end());
  std::vector<std::int64_t> start = at;
  start.resize(extents.size(), 0);
  std::vector<std::int64_t> count(field.extents.size(), 1);
  count.insert(count.end(), grid.shape.begin(), grid.shape.end());
  const std::vector<std::int64_t> stride(extents.size(), 1);
  const std::string shape = list(three(grid.shape, std::int64_t{1}));
  const std::string rank = std::to_string(extents.size());

  std::string text = "        <Attribute Name=\"" + escaped(field.name) +
                     "\" AttributeType=\"Scalar\" Center=\"Node\">\n";
  text += "          <DataItem ItemType=\"HyperSlab\" Dimensions=\"" + shape + "\">\n";
  text += "            <DataItem Dimensions=\"3 " + rank + "\" Format=\"XML\">" + list(start) +
          " " + list(stride) + " " + list(count) + "</DataItem>\n";
  text += "            <DataItem Format=\"HDF\" " + number_attributes(field.number) +
          " Dimensions=\"" + list(extents) + "\">" + xdmf_reference(h5_name) + ":" + field.dataset +
          "</DataItem>\n";
  text += "          </DataItem>\n        </Attribute>\n";
  return text;
}

std::string grid_text(const GridSpec& grid) {
  const std::string shape = list(three(grid.shape, std::int64_t{1}));
  std::string text = "        <Topology TopologyType=\"3DCoRectMesh\" Dimensions=\"" + shape +
                     "\"/>\n        <Geometry GeometryType=\"ORIGIN_DXDYDZ\">\n";
  for (const auto& values : {three(grid.origin, 0.0), three(grid.spacing, 1.0)}) {
    text += "          <DataItem Dimensions=\"3\" NumberType=\"Float\" Precision=\"8\" "
            "Format=\"XML\">" +
            real_list(values) + "</DataItem>\n";
  }
  return text + "        </Geometry>\n";
}

/// How every XDMF file of this program begins, and hardly another.
constexpr std::string_view beginning =
    "<?xml version=\"1.0\" ?>\n<!DOCTYPE Xdmf SYSTEM \"Xdmf.dtd\" []>\n<Xdmf Version=\"2.0\">\n"
    "  <Domain>\n    <Grid Name=\"layers\" GridType=\"Collection\" CollectionType=\"Temporal\">\n";

/// Whether a file that may be absent was written by somebody else.
bool is_foreign(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  std::string text(beginning.size(), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text != beginning;
}

std::string numbered(const std::string& name, std::int64_t sample, std::int64_t samples) {
  return samples == 1 ? name : name + " " + std::to_string(sample);
}

} // namespace

std::string xdmf_reference(const std::string& h5_name) {
  const bool colon = h5_name.find(':') != std::string::npos;
  const bool begins_plain = !h5_name.empty() && h5_name.front() > ' ' && h5_name.front() < '\x7f';
  std::string reference;
  if (colon) reference = "FILE:";
  if (colon || !begins_plain) reference += "./";
  reference += escaped(h5_name);
  return reference;
}

std::string xdmf_text(const GridSpec& grid, const std::string& h5_name,
                      const std::vector<double>& times, const std::vector<XdmfField>& fields) {
  std::string text(beginning);
  for (std::size_t step = 0; step < times.size(); ++step) {
    text += "      <Grid Name=\"grid\" GridType=\"Uniform\">\n";
    text += "        <Time Value=\"" + exact_digits(times[step]) + "\"/>\n" + grid_text(grid);
    for (const XdmfField& field : fields) text += attribute_text(grid, h5_name, field, step);
    text += "      </Grid>\n";
  }
  return text + "    </Grid>\n  </Domain>\n</Xdmf>\n";
}

std::string write_xdmf(MPI_Comm comm, const GridSpec& grid, const std::string& h5_path,
                       const std::vector<double>& times, const std::vector<XdmfField>& fields) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  const std::string path = output_stem(h5_path) + ".xdmf";
  std::string kept;
  together<SystemError>(comm, "", [&] {
    if (rank != 0) return;
    if (is_foreign(path)) kept = keep_companion(path);
    const std::string h5_name = std::filesystem::path(h5_path).filename().string();
    place_text(xdmf_text(grid, h5_name, times, fields), path);
  });
  return broadcast_text(comm, kept);
}

std::vector<XdmfField> state_fields(std::int64_t samples, std::int64_t stored_layers) {
  std::vector<XdmfField> fields;
  for (std::int64_t sample = 0; sample < samples; ++sample) {
    XdmfField field{
        numbered("state", sample, samples), "/state", StoredType::f8, {samples, stored_layers}, {}};
    for (std::int64_t layer = 0; layer < stored_layers; ++layer)
      field.at.push_back({sample, layer});
    fields.push_back(field);
  }
  return fields;
}

std::vector<XdmfField> sample_fields(const std::string& dataset, StoredType number,
                                     std::int64_t samples) {
  std::vector<XdmfField> fields;
  const std::string name = dataset.substr(dataset.rfind('/') + 1);
  for (std::int64_t sample = 0; sample < samples; ++sample)
    fields.push_back({numbered(name, sample, samples), dataset, number, {samples}, {{sample}}});
  return fields;
}

std::vector<XdmfField> parameter_fields(const std::string& name, std::int64_t layers,
                                        bool varies_layer,
                                        const std::vector<std::string>& component_names,
                                        const std::vector<std::int64_t>& stored_layers) {
  const auto components = static_cast<std::int64_t>(component_names.size());
  std::vector<std::int64_t> shown{0};
  if (varies_layer) shown = stored_layers;
  std::vector<XdmfField> fields;
  for (std::int64_t component = 0; component < std::max<std::int64_t>(components, 1); ++component) {
    XdmfField field{name, "/parameters/" + name, StoredType::f8, {}, {}};
    if (varies_layer) field.extents.push_back(layers);
    if (components > 0) {
      field.extents.push_back(components);
      field.name += " " + component_names[static_cast<std::size_t>(component)];
    }
    for (const std::int64_t layer : shown) {
      std::vector<std::int64_t> at;
      if (varies_layer) at.push_back(std::max<std::int64_t>(layer - 1, 0));
      if (components > 0) at.push_back(component);
      field.at.push_back(at);
    }
    fields.push_back(field);
  }
  return fields;
}

} // namespace nadir
