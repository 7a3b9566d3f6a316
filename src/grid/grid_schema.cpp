#include "grid_schema.hpp"

namespace nadir::schema {

/// "periodic", "reflect" or { value = number }.
Type<BoundarySpec> boundary() {
  Section<BoundarySpec> s;
  s.key("value", &BoundarySpec::value, real(), "of every ghost").required();
  const auto fixed = table("BOUNDARY", s, BoundarySpec{BoundaryKind::value, 0.0});
  const auto named = choice<BoundaryKind>(
      "boundary", {{"periodic", BoundaryKind::periodic}, {"reflect", BoundaryKind::reflect}});
  Type<BoundarySpec> type;
  type.name = "BOUNDARY";
  type.keys = s.docs();
  type.read = [=](const Item& item, BoundarySpec& value) {
    if (item.node.table()) return fixed.read(item, value);
    if (item.node.text()) return named.read(item, value.kind);
    return item.expected("\"periodic\", \"reflect\" or { value = number }");
  };
  type.write = [=](const BoundarySpec& value) {
    return value.kind == BoundaryKind::value ? fixed.write(value) : named.write(value.kind);
  };
  return type;
}

Section<GridSpec> grid_section() {
  Section<GridSpec> s;
  s.key("shape", &GridSpec::shape, list("integers", integer(at_least(1)), {1, 3}),
        "points per axis, slowest first (C order): `[x]`, `[y, x]` or `[z, y, x]`")
      .required("the number of points per axis, such as [90, 180]");
  s.key("spacing", &GridSpec::spacing, list("numbers", real(positive())), "Δ of each axis")
      .by_default("1.0 for each axis");
  s.key("origin", &GridSpec::origin, list("numbers", real()), "coordinates of the first point")
      .by_default("0.0 for each axis");
  s.key("units", &GridSpec::units, text(), "of spacing and origin");
  s.key("boundary", &GridSpec::boundary, list("boundaries, one per axis", boundary()),
        "what lies beyond the ends of each axis; no default, since a wrong guess would go unseen")
      .required("one of \"periodic\", \"reflect\", { value = number } for each axis; there is no "
                "default, since a wrong guess would go unseen");
  return s;
}

} // namespace nadir::schema
