#include "field_schema.hpp"

namespace nadir::schema {

Section<DatasetSpec> dataset_section() {
  Section<DatasetSpec> s;
  s.key("file", &DatasetSpec::file, input_path(),
        "HDF5 or netCDF-4 file; relative to the case file, on the command line to the working "
        "directory")
      .required();
  s.key("dataset", &DatasetSpec::dataset, name(), "path of the dataset inside the file").required();
  return s;
}

Type<DatasetSpec> dataset() { return table("DATASET", dataset_section()); }

namespace {

/// The samples of the leading axis: one index, a list, or "all".
Type<FieldSpec> sample_index() {
  const auto number = integer(at_least(0));
  const auto numbers = list("integers", number);
  Type<FieldSpec> type;
  type.name = "index, list of indices or \"all\"";
  type.read = [=](const Item& item, FieldSpec& field) {
    const auto* word = item.node.text();
    if (word && *word == "all") return true;
    field.all_samples = false;
    if (item.node.list()) return numbers.read(item, field.samples);
    if (!std::holds_alternative<std::int64_t>(item.node.value))
      return item.expected("an integer, a list of integers or \"all\"");
    return number.read(item, field.samples.emplace_back());
  };
  type.write = [=](const FieldSpec& field) {
    return field.all_samples ? quote("all") : numbers.write(field.samples);
  };
  return type;
}

} // namespace

Section<FieldSpec> field_section() {
  Section<FieldSpec> s;
  s.include(&FieldSpec::source, dataset_section());
  s.key("index", sample_index(), "samples of the leading axis, from 0; one index keeps the axis");
  s.key("mask", &FieldSpec::mask, maybe(dataset()), "0 where not observed");
  s.key("scale", &FieldSpec::scale, real(not_zero()), "s in `(value - o) / s`");
  s.key("offset", &FieldSpec::offset, real(), "o in `(value - o) / s`");
  return s;
}

Section<WithholdSpec> withhold_section() {
  Section<WithholdSpec> s;
  s.key("fraction", &WithholdSpec::fraction, real(from_to_below(0, 1)),
        "share of the observed points to keep out of the loss")
      .by_default("none");
  s.key("seed", &WithholdSpec::seed, seed(), "which points: a hash of seed and global index");
  s.include(&WithholdSpec::source, dataset_section());
  s.check([](const Item& item, const WithholdSpec&) {
    const auto& table = *item.node.table();
    const bool random = find(table, "fraction") || find(table, "seed");
    const bool file = find(table, "file"), dataset = find(table, "dataset");
    if (file != dataset) return item.problem("needs both file and dataset");
    if (file && random)
      return item.problem("takes either fraction and seed, or file and dataset, not both");
    if (!file && !find(table, "fraction"))
      return item.problem("needs fraction, or file and dataset");
    return true;
  });
  return s;
}

} // namespace nadir::schema
