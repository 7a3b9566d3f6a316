#include "json.hpp"

#include <array>
#include <charconv>

namespace nadir {
namespace {

constexpr int deepest = 32;

/// One pass over the text; every function is false, or returns nothing, at the first mistake.
class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : rest_(text) {}

  std::optional<Json> document() {
    auto result = value(0);
    skip_spaces();
    return rest_.empty() ? result : std::nullopt;
  }
  const std::string& repeated() const { return repeated_; }

 private:
  void skip_spaces() {
    const auto start = rest_.find_first_not_of(" \n\t\r");
    rest_.remove_prefix(start == std::string_view::npos ? rest_.size() : start);
  }
  bool take(std::string_view word) {
    skip_spaces();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::optional<Json> value(int depth) {
    if (depth > deepest) return std::nullopt;
    if (take("{")) return object(depth);
    if (take("[")) return array(depth);
    if (take("true")) return Json{true};
    if (take("false")) return Json{false};
    if (take("null")) return Json{};
    if (!rest_.empty() && rest_.front() == '"') {
      auto content = text();
      return content ? std::optional(Json{std::move(*content)}) : std::nullopt;
    }
    return number();
  }

  std::optional<Json> object(int depth) {
    Json::Object result;
    if (take("}")) return Json{std::move(result)};
    do {
      skip_spaces();
      auto key = text();
      if (!key || !take(":")) return std::nullopt;
      auto content = value(depth + 1);
      if (!content) return std::nullopt;
      const auto [place, is_new] = result.emplace(std::move(*key), std::move(*content));
      if (!is_new) repeated_ = place->first;
      if (!is_new) return std::nullopt;
    } while (take(","));
    return take("}") ? std::optional(Json{std::move(result)}) : std::nullopt;
  }

  std::optional<Json> array(int depth) {
    Json::Array result;
    if (take("]")) return Json{std::move(result)};
    do {
      auto content = value(depth + 1);
      if (!content) return std::nullopt;
      result.push_back(std::move(*content));
    } while (take(","));
    return take("]") ? std::optional(Json{std::move(result)}) : std::nullopt;
  }

  std::optional<Json> number() {
    const auto length = std::min(rest_.find_first_not_of("+-0123456789.eE"), rest_.size());
    const std::string_view word = rest_.substr(0, length);
    rest_.remove_prefix(length);
    const auto whole_word = [&](auto parsed) {
      return parsed.ec == std::errc() && parsed.ptr == word.end();
    };
    std::int64_t whole = 0;
    if (whole_word(std::from_chars(word.begin(), word.end(), whole))) return Json{whole};
    double real = 0;
    if (whole_word(std::from_chars(word.begin(), word.end(), real))) return Json{real};
    return std::nullopt;
  }

  std::optional<std::string> text() {
    if (!rest_.starts_with('"')) return std::nullopt;
    std::string result;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (c == '"') {
        rest_.remove_prefix(i + 1);
        return result;
      }
      if (c != '\\')
        result += c;
      else if (!escape(i, result))
        return std::nullopt;
    }
    return std::nullopt;
  }

  /// The escape whose backslash stands at `i`, which is moved to its last character.
  bool escape(std::size_t& i, std::string& result) const {
    constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    if (++i >= rest_.size()) return false;
    if (const auto at = letters.find(rest_[i]); at != std::string_view::npos) {
      result += meanings[at];
      return true;
    }
    unsigned code = 0;
    if (rest_[i] != 'u' || i + 4 >= rest_.size()) return false;
    const char* digits = rest_.data() + i + 1;
    if (std::from_chars(digits, digits + 4, code, 16).ptr != digits + 4) return false;
    i += 4;
    add_utf8(code, result);
    return true;
  }

  /// Halves of a pair stay what they are: names are only compared and shown.
  static void add_utf8(unsigned code, std::string& result) {
    if (code < 0x80) {
      result += static_cast<char>(code);
    } else if (code < 0x800) {
      result += static_cast<char>(0xC0 | code >> 6);
      result += static_cast<char>(0x80 | (code & 63));
    } else {
      result += static_cast<char>(0xE0 | code >> 12);
      result += static_cast<char>(0x80 | (code >> 6 & 63));
      result += static_cast<char>(0x80 | (code & 63));
    }
  }

  std::string_view rest_;
  std::string repeated_;
};

} // namespace

std::optional<Json> parse_json(std::string_view text, std::string* repeated) {
  JsonParser parser(text);
  auto document = parser.document();
  if (repeated) *repeated = parser.repeated();
  return document;
}

} // namespace nadir
