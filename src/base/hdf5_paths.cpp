#include "nadir/base/files.hpp"
#include "nadir/base/hdf5.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <set>
#include <sstream>
#include <utility>

/// Ways through an HDF5 file: what its paths and links lead to.
namespace nadir::hdf5 {
namespace {

namespace fs = std::filesystem;

/// Where HDF5 looks for the file of an external link, in its order.
std::vector<fs::path> candidates(const fs::path& parent, const fs::path& target) {
  std::vector<fs::path> all{target};
  const fs::path name = target.is_absolute() ? target.filename() : target;
  if (const char* prefixes = std::getenv("HDF5_EXT_PREFIX")) {
    std::istringstream stream(prefixes);
    for (std::string prefix; std::getline(stream, prefix, ':');)
      all.push_back(fs::path(prefix) / name);
  }
  std::error_code ignored;
  all.push_back(parent.parent_path() / name);
  all.push_back(fs::weakly_canonical(parent, ignored).parent_path() / name);
  all.push_back(name);
  return all;
}

/// Why the file of an external link is not opened; empty where it is.
std::string unusable_target(const std::string& parent, const std::string& target) {
  bool found = false;
  for (const fs::path& path : candidates(parent, target)) {
    const std::string problem = irregular_file(path.string());
    if (!problem.empty()) return "that is " + problem;
    std::error_code ignored;
    found = found || fs::exists(path, ignored);
  }
  return found ? "" : "no such file";
}

/// HDF5 asks here before it follows an external link. The text is what take_error_text tells.
herr_t follow(const char* parent, const char* /*group*/, const char* target, const char* /*object*/,
              unsigned* /*flags*/, hid_t /*access*/, void* /*data*/) {
  const std::string problem = unusable_target(parent ? parent : "", target ? target : "");
  if (problem.empty()) return 0;
  H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_LINK, H5E_CANTOPENFILE,
           "a link to %s: %s", target, problem.c_str());
  return -1;
}

/// Calls use() with every beginning of a path that ends before a slash: "/a", "/a/b", ...
template<class Use> void for_beginnings(const std::string& path, Use use) {
  for (std::size_t end = path.find_first_not_of('/'); end != std::string::npos;) {
    end = path.find('/', end);
    if (!use(path.substr(0, end))) return;
    if (end != std::string::npos) end = path.find_first_not_of('/', end);
  }
}

/// What the link at the end of a path holds: "is a broken link to gone.h5:/x: no such file".
std::string broken_link_text(hid_t file, const std::string& path, const Properties& access) {
  H5L_info_t info;
  const std::string circle = "is a broken link: it leads nowhere";
  if (H5Lget_info(file, path.c_str(), &info, access) < 0 || info.type == H5L_TYPE_HARD)
    return circle;
  std::vector<char> value(info.u.val_size + 1, '\0');
  if (H5Lget_val(file, path.c_str(), value.data(), value.size(), access) < 0) return circle;
  if (info.type == H5L_TYPE_SOFT)
    return "is a broken link to " + std::string(value.data()) + ": it leads nowhere";
  const char *target = nullptr, *object = nullptr;
  unsigned flags = 0;
  if (info.type != H5L_TYPE_EXTERNAL ||
      H5Lunpack_elink_val(value.data(), info.u.val_size, &flags, &target, &object) < 0)
    return circle;
  std::string parent(static_cast<std::size_t>(std::max<ssize_t>(0, H5Fget_name(file, nullptr, 0))),
                     '\0');
  H5Fget_name(file, parent.data(), parent.size() + 1);
  const std::string problem = unusable_target(parent, target);
  return "is a broken link to " + std::string(target) + ":" + object + ": " +
         (problem.empty() ? "no such object, or no HDF5 file" : problem);
}

Thing thing_of(H5O_type_t type) {
  return type == H5O_TYPE_DATASET ? Thing::dataset
         : type == H5O_TYPE_GROUP ? Thing::group
                                  : Thing::other;
}

/// Collects the datasets below a group. HDF5's own H5Ovisit trusts the counts of links in the file,
/// and goes round in a circle where one is wrong.
class DatasetList {
 public:
  DatasetList(hid_t file, std::size_t limit) : file_(file), limit_(limit) {}

  std::vector<std::string> all() {
    for (groups_.push_back("/"); next_ < groups_.size() && !full(); ++next_) list(groups_[next_]);
    std::ranges::sort(paths_);
    return std::move(paths_);
  }

 private:
  static constexpr std::size_t most_links = 100'000;

  bool full() const { return paths_.size() >= limit_ || links_ >= most_links; }

  void list(const std::string& group) {
    H5O_info_t info;
    if (H5Oget_info_by_name2(file_, group.c_str(), &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0 ||
        !entered_.insert(info.addr).second)
      return;
    here_ = group == "/" ? group : group + "/";
    auto visit = [](hid_t, const char* name, const H5L_info_t* link, void* data) -> herr_t {
      auto& self = *static_cast<DatasetList*>(data);
      if (link->type == H5L_TYPE_HARD) self.add(self.here_ + name);
      ++self.links_;
      return self.full() ? 1 : 0;
    };
    check(H5Literate_by_name(file_, group.c_str(), H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, this,
                             H5P_DEFAULT),
          "list the file");
  }

  void add(const std::string& path) {
    H5O_info_t info;
    if (H5Oget_info_by_name2(file_, path.c_str(), &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return;
    if (info.type == H5O_TYPE_GROUP && !entered_.contains(info.addr)) groups_.push_back(path);
    if (info.type == H5O_TYPE_DATASET) paths_.push_back(path);
  }

  hid_t file_;
  std::size_t limit_, links_ = 0, next_ = 0;
  std::set<haddr_t> entered_;
  std::vector<std::string> groups_, paths_;
  std::string here_;
};

/// Not open where there is no such object or attribute.
Attribute open_attribute(hid_t file, const std::string& path, const char* name) {
  const Thing thing = look_up(file, path).thing;
  if (thing == Thing::nothing || thing == Thing::broken_link) return Attribute();
  const Properties access = link_access();
  if (H5Aexists_by_name(file, path.c_str(), name, access) <= 0) return Attribute();
  return Attribute(
      check(H5Aopen_by_name(file, path.c_str(), name, H5P_DEFAULT, access), "open attribute"));
}

std::string variable_text_in(const Attribute& attribute) {
  const Type type(check(H5Tcopy(H5T_C_S1), "copy type"));
  check(H5Tset_size(type, H5T_VARIABLE), "set text size");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "set character set");
  char* text = nullptr;
  check(H5Aread(attribute, type, &text), "read attribute");
  std::string result = text ? text : "";
  H5free_memory(text);
  return result;
}

/// Of fixed length, as netCDF writes them: without what fills them up.
std::string fixed_text_in(const Attribute& attribute, const Type& stored) {
  std::string text(H5Tget_size(stored), '\0');
  check(H5Aread(attribute, stored, text.data()), "read attribute");
  text.resize(std::min(text.find('\0'), text.size()));
  if (H5Tget_strpad(stored) == H5T_STR_SPACEPAD) text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

/// Nothing where the attribute is no single text.
std::optional<std::string> text_in(const Attribute& attribute) {
  const Type stored(check(H5Aget_type(attribute), "get type"));
  const Space space(check(H5Aget_space(attribute), "get space"));
  if (H5Tget_class(stored) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1)
    return std::nullopt;
  return H5Tis_variable_str(stored) > 0 ? variable_text_in(attribute)
                                        : fixed_text_in(attribute, stored);
}

} // namespace

Properties link_access() {
  Properties access(check(H5Pcreate(H5P_DATASET_ACCESS), "create access list"));
  check(H5Pset_elink_cb(access, follow, nullptr), "watch external links");
  return access;
}

Place look_up(hid_t file, const std::string& path) {
  if (path.find_first_not_of('/') == std::string::npos)
    return {path.empty() ? Thing::nothing : Thing::group};
  const Properties access = link_access();
  Place place{Thing::group};
  for_beginnings(path, [&](const std::string& part) {
    place.thing = Thing::nothing;
    if (H5Lexists(file, part.c_str(), access) <= 0) return false;
    H5O_info_t info;
    if (H5Oexists_by_name(file, part.c_str(), access) > 0 &&
        H5Oget_info_by_name2(file, part.c_str(), &info, H5O_INFO_BASIC, access) >= 0)
      place.thing = thing_of(info.type);
    else
      place = {Thing::broken_link, broken_link_text(file, part, access)};
    return place.thing != Thing::broken_link;
  });
  H5Eclear2(H5E_DEFAULT);
  return place;
}

bool exists(hid_t file, const std::string& path) {
  const Properties access = link_access();
  bool found = true;
  for_beginnings(path, [&](const std::string& part) {
    found = H5Lexists(file, part.c_str(), access) > 0;
    return found;
  });
  return found;
}

std::vector<std::string> dataset_paths(hid_t file, std::size_t limit) {
  return DatasetList(file, limit).all();
}

std::optional<std::string> text_attribute(hid_t file, const std::string& path, const char* name) {
  const Attribute attribute = open_attribute(file, path, name);
  return attribute.open() ? text_in(attribute) : std::nullopt;
}

std::optional<std::string> text_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return std::nullopt;
  return text_in(Attribute(check(H5Aopen(object, name, H5P_DEFAULT), "open attribute")));
}

std::optional<double> number_attribute(hid_t file, const std::string& path, const char* name) {
  const Attribute attribute = open_attribute(file, path, name);
  if (!attribute.open()) return std::nullopt;
  const Type stored(check(H5Aget_type(attribute), "get type"));
  const Space space(check(H5Aget_space(attribute), "get space"));
  const H5T_class_t kind = H5Tget_class(stored);
  if ((kind != H5T_FLOAT && kind != H5T_INTEGER) || H5Sget_simple_extent_npoints(space) != 1)
    return std::nullopt;
  require_sound_numbers(stored);
  double value = 0;
  check(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value), "read attribute");
  return value;
}

} // namespace nadir::hdf5
