#include "proxy/config/object_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "base/secret_mask.h"
#include "proxy/config/duration.h"
#include "proxy/config/harmless.h"

namespace proxy::config {
namespace {

constexpr std::string_view kDurationRemedy =
    "write a duration such as \"90s\" or \"2m0s\", or a number of seconds";

constexpr std::size_t kWordBytesMax = 64;

// What a message may quote: a value that landed in the wrong field may be a secret.
std::string_view quotable(std::string_view text) {
  const bool harmless = text.empty() || is_plain_name(text) || is_small_number(text);
  return harmless ? text : base::kMasked;
}

// Levenshtein distance. REQUIRES: both have at most kWordBytesMax bytes.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::array<std::size_t, kWordBytesMax + 1> row{};
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[b.size()];
}

bool same_value(const JsonNode& a, const JsonNode& b) {
  return a.kind == b.kind && a.text == b.text &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                    [](const JsonNode& x, const JsonNode& y) {
                      return x.key == y.key && same_value(x, y);
                    });
}

std::optional<Duration> duration_of(const JsonNode& node) {
  if (node.is(JsonKind::string)) return parse_duration(node.text);
  if (node.is(JsonKind::number)) return parse_seconds(node.text);
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> nearest_word(std::string_view text,
                                             std::span<const std::string_view> words) {
  if (text.empty() || text.size() > kWordBytesMax) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t best_distance = text.size() < 5 ? 2 : 3;  // only what is nearer than this
  for (const std::string_view word : words) {
    // Slips in the first letter are rare, and this is asked of every unknown field.
    if (word.empty() || word.size() > kWordBytesMax || word.front() != text.front()) continue;
    const std::size_t longer = std::max(text.size(), word.size());
    if (longer - std::min(text.size(), word.size()) >= best_distance) continue;
    const std::size_t distance = edit_distance(text, word);
    if (distance < best_distance) {
      best = word;
      best_distance = distance;
    }
  }
  return best;
}

ObjectReader::ObjectReader(const JsonNode& object, std::string path, Diagnostics& diagnostics)
    : object_(object), path_(std::move(path)), diagnostics_(diagnostics) {}

const JsonNode* ObjectReader::take(std::string_view key) {
  asked_.push_back(key);
  const JsonNode* node = object_.find(key);
  return node == nullptr || node->is(JsonKind::null) ? nullptr : node;
}

const JsonNode* ObjectReader::take(std::string_view key, JsonKind wanted) {
  const JsonNode* node = take(key);
  if (node == nullptr || node->is(wanted)) return node;
  std::string remedy = fmt::format("write {}", describe(wanted));
  if (wanted == JsonKind::string) remedy += ", in double quotes";
  if (wanted == JsonKind::boolean) remedy = "write true or false, without quotes";
  error(*node, fmt::format("must be {}, but is {}", describe(wanted), describe(node->kind)),
        std::move(remedy));
  return nullptr;
}

void ObjectReader::read(std::string_view key, std::string& out) {
  if (const JsonNode* node = take(key, JsonKind::string)) out = node->text;
}

void ObjectReader::read(std::string_view key, bool& out) {
  if (const JsonNode* node = take(key, JsonKind::boolean)) out = node->is_true();
}

void ObjectReader::read(std::string_view key, std::optional<bool>& out) {
  if (const JsonNode* node = take(key, JsonKind::boolean)) out = node->is_true();
}

void ObjectReader::read(std::string_view key, std::vector<std::string>& out) {
  const JsonNode* node = take(key, JsonKind::array);
  if (node == nullptr) return;
  out.clear();
  for (std::size_t i = 0; i < node->children.size(); ++i) {
    const JsonNode& item = node->children[i];
    if (item.is(JsonKind::string)) {
      out.push_back(item.text);
      continue;
    }
    diagnostics_.error(item.value.begin, fmt::format("{}[{}]", path_of(*node), i),
                       fmt::format("must be a string, but is {}", describe(item.kind)),
                       "write it in double quotes");
  }
}

void ObjectReader::read(std::string_view key, std::map<std::string, std::string>& out) {
  const JsonNode* node = take(key, JsonKind::object);
  if (node == nullptr) return;
  out.clear();
  for (const JsonNode& item : node->children) {
    if (item.is(JsonKind::string)) {
      out.insert_or_assign(item.key, item.text);
      continue;
    }
    diagnostics_.error(item.value.begin, fmt::format("{}.{}", path_of(*node), item.key),
                       fmt::format("must be a string, but is {}", describe(item.kind)),
                       "write it in double quotes");
  }
}

void ObjectReader::read(std::string_view key, double& out, Range<double> range) {
  const JsonNode* node = take(key, JsonKind::number);
  if (node == nullptr) return;
  double value = 0;
  const char* end = node->text.data() + node->text.size();
  const auto parsed = std::from_chars(node->text.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end || value < range.min || value > range.max) {
    error(*node, fmt::format("{} is out of range", node->text),
          fmt::format("write a number from {} to {}", range.min, range.max));
    return;
  }
  out = value;
}

void ObjectReader::read(std::string_view key, Duration& out, Range<Duration> range) {
  std::optional<Duration> value;
  read(key, value, range);
  if (value) out = *value;
}

void ObjectReader::read(std::string_view key, std::optional<Duration>& out, Range<Duration> range) {
  const JsonNode* node = take(key);
  if (node == nullptr) return;
  const std::optional<Duration> value = duration_of(*node);
  if (!value) {
    const bool has_text = node->is(JsonKind::string) || node->is(JsonKind::number);
    error(*node,
          has_text ? fmt::format("\"{}\" is not a duration", quotable(node->text))
                   : fmt::format("must be a duration, but is {}", describe(node->kind)),
          std::string(kDurationRemedy));
    return;
  }
  if (*value < range.min || *value > range.max) {
    error(*node, fmt::format("\"{}\" is out of range", quotable(node->text)),
          fmt::format("write a duration from {} to {}", format_duration(range.min),
                      format_duration(range.max)));
    return;
  }
  out = value;
}

std::optional<std::uint64_t> ObjectReader::integer(std::string_view key,
                                                   Range<std::uint64_t> range) {
  const JsonNode* node = take(key, JsonKind::number);
  if (node == nullptr) return std::nullopt;
  std::uint64_t value = 0;
  const char* end = node->text.data() + node->text.size();
  const auto parsed = std::from_chars(node->text.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end || value < range.min || value > range.max) {
    error(*node, fmt::format("{} is out of range", node->text),
          fmt::format("write a whole number from {} to {}", range.min, range.max));
    return std::nullopt;
  }
  return value;
}

void ObjectReader::unknown_word(const JsonNode& node, std::span<const std::string_view> words) {
  std::string remedy;
  if (const std::optional<std::string_view> meant = nearest_word(node.text, words)) {
    remedy = fmt::format("did you mean \"{}\"? ", *meant);
  }
  remedy += fmt::format("use one of: {}", fmt::join(words, ", "));
  error(node, fmt::format("\"{}\" is not known", quotable(node.text)), std::move(remedy));
}

std::string_view ObjectReader::first_of(std::initializer_list<std::string_view> keys) {
  const JsonNode* first = nullptr;
  for (const std::string_view key : keys) {
    const JsonNode* node = take(key);
    if (node == nullptr) continue;
    if (first == nullptr) {
      first = node;
      continue;
    }
    const std::optional<Duration> a = duration_of(*first);
    const bool same = same_value(*first, *node) || (a && a == duration_of(*node));
    if (!same) {
      warning(*node, fmt::format("disagrees with \"{}\", which is used", first->key),
              fmt::format("remove \"{}\"", node->key));
    }
  }
  return first == nullptr ? *keys.begin() : std::string_view(first->key);
}

void ObjectReader::error(const JsonNode& at, std::string message, std::string remedy) {
  diagnostics_.error(at.value.begin, path_of(at), std::move(message), std::move(remedy));
}

void ObjectReader::warning(const JsonNode& at, std::string message, std::string remedy) {
  diagnostics_.warning(at.value.begin, path_of(at), std::move(message), std::move(remedy));
}

void ObjectReader::no_effect(const JsonNode& at, std::string remedy) {
  warning(at, std::string(kNoEffect), std::move(remedy));
}

void ObjectReader::error(std::string message, std::string remedy) {
  diagnostics_.error(object_.value.begin, path_, std::move(message), std::move(remedy));
}

std::string ObjectReader::path_of(const JsonNode& member) const {
  return path_.empty() ? member.key : fmt::format("{}.{}", path_, member.key);
}

void ObjectReader::report_unused() {
  for (const JsonNode& member : object_.children) {
    if (std::find(asked_.begin(), asked_.end(), member.key) != asked_.end()) continue;
    const auto meant = nearest_word(member.key, asked_);
    const UnknownFields unknown = diagnostics_.unknown_fields();
    std::string hint = meant ? fmt::format("did you mean \"{}\"?", *meant) : "remove it";
    if (unknown == UnknownFields::refused) {
      diagnostics_.error(member.key_span.begin, path_of(member), "no such field", std::move(hint));
    } else if (meant) {
      diagnostics_.warning(member.key_span.begin, path_of(member), "no such field",
                           std::move(hint));
    } else if (unknown == UnknownFields::reported) {
      diagnostics_.unused(member.key_span.begin, path_of(member), "nothing reads this field",
                          "remove it, or leave it: it does no harm");
    }
  }
}

}  // namespace proxy::config
