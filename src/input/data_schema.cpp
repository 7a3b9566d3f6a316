#include "data_schema.hpp"

namespace nadir::schema {

Section<DatasetCase> dataset_section() {
  Section<DatasetCase> s;
  s.key("file", &DatasetCase::file, input_path(),
        "HDF5 or netCDF-4 file; relative to the case file, on the command line to the working "
        "directory")
      .required();
  s.key("dataset", &DatasetCase::dataset, name(), "path of the dataset inside the file").required();
  return s;
}

Type<DatasetCase> dataset() { return table("DATASET", dataset_section()); }

namespace {

/// The samples of the leading axis: one index, a list, or "all".
Type<FieldCase> sample_index() {
  const auto number = integer(at_least(0));
  const auto numbers = list("integers", number);
  Type<FieldCase> type;
  type.name = "index, list of indices or \"all\"";
  type.read = [=](const Item& item, FieldCase& field) {
    const auto* word = item.node.text();
    if (word && *word == "all") return true;
    field.all_samples = false;
    if (item.node.list()) return numbers.read(item, field.samples);
    if (!std::holds_alternative<std::int64_t>(item.node.value))
      return item.expected("an integer, a list of integers or \"all\"");
    return number.read(item, field.samples.emplace_back());
  };
  type.write = [=](const FieldCase& field) {
    return field.all_samples ? quote("all") : numbers.write(field.samples);
  };
  return type;
}

} // namespace

Section<FieldCase> field_section() {
  Section<FieldCase> s;
  s.include(&FieldCase::source, dataset_section());
  s.key("index", sample_index(), "samples of the leading axis, from 0; one index keeps the axis");
  s.key("mask", &FieldCase::mask, maybe(dataset()), "0 where not observed");
  s.key("scale", &FieldCase::scale, real(not_zero()), "s in `(value - o) / s`");
  s.key("offset", &FieldCase::offset, real(), "o in `(value - o) / s`");
  return s;
}

Section<WithholdCase> withhold_section() {
  Section<WithholdCase> s;
  s.key("fraction", &WithholdCase::fraction, real(from_to_below(0, 1)),
        "share of the observed points to keep out of the loss")
      .by_default("none");
  s.key("seed", &WithholdCase::seed, seed(), "which points: a hash of seed and global index");
  s.include(&WithholdCase::source, dataset_section());
  s.check([](const Item& item, const WithholdCase&) {
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

Section<TargetCase> target_section() {
  Section<TargetCase> s;
  s.include(&TargetCase::field, field_section());
  s.key("layer", &TargetCase::layer, integer(at_least(0)), "the state it is compared with, 0 to n")
      .by_default("n, the last");
  s.key("weight", &TargetCase::weight, real(positive()), "w of this target in the misfit");
  auto withhold = table("WITHHOLD", withhold_section());
  withhold.write = [whole = withhold.write](const WithholdCase& value) {
    return value.source ? dataset().write(*value.source) : whole(value);
  };
  s.key("withhold", &TargetCase::withhold, maybe(withhold),
        "observed points kept out of the loss and scored at the end");
  return s;
}

namespace {

/// One target as a table, or a list of them.
Type<std::vector<TargetCase>> targets() {
  const auto one = table("TARGET", target_section());
  Type<std::vector<TargetCase>> type;
  type.name = "TARGET, or a list of them";
  type.keys = one.keys;
  type.read = [=](const Item& item, std::vector<TargetCase>& value) {
    value.clear();
    if (item.node.table()) return one.read(item, value.emplace_back());
    if (!item.node.list()) return item.expected("a table, or a list of tables");
    bool good = true;
    for (std::size_t i = 0; i < item.node.list()->size(); ++i)
      good = one.read(item.element(i), value.emplace_back()) && good;
    return good;
  };
  type.write = [=](const std::vector<TargetCase>& value) {
    std::string text;
    for (const auto& target : value) text += "  " + one.write(target) + ",\n";
    return text.empty() ? text : "[\n" + text + "]";
  };
  return type;
}

} // namespace

Section<DataCase> data_section() {
  Section<DataCase> s;
  Type<FieldCase> input = table("FIELD", field_section());
  s.key("input", &DataCase::input, input, "the state z_0, one or more samples")
      .required("a FIELD { file, dataset }, the state the network starts from");
  s.key("target", &DataCase::targets, targets(),
        "what the states are compared with: FIELD keys plus layer, weight and withhold; needed by "
        "gradient and train")
      .by_default("none");
  s.key("units", &DataCase::units, text(), "of the raw data");
  return s;
}

} // namespace nadir::schema
