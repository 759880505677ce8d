#include "proxy/config/json_patch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <tuple>
#include <utility>

#include "base/json.h"
#include "proxy/config/json_layout.h"

namespace proxy::config {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::size_t start_of(const JsonNode& node) {
  return node.key_span.size() > 0 ? node.key_span.begin : node.value.begin;
}

// Behind the comment that begins here, its newline not included; `at` when none does.
std::size_t skip_comment(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) {
    const std::size_t end = text.find("*/", at + 2);
    return end == kNone ? text.size() : end + 2;
  }
  return at;
}

std::string member_text(std::string_view key, std::string_view json) {
  std::string out;
  base::append_json_string(out, key);
  out += ": ";
  out += json;
  return out;
}

}  // namespace

JsonPatch::JsonPatch(std::string_view text, const JsonNode& root)
    : text_(text), newline_(text.find("\r\n") == kNone ? "\n" : "\r\n"), unit_("  ") {
  if (root.children.empty()) return;
  const std::size_t first = start_of(root.children.front());
  if (starts_line(first) && !indent_of_line(first).empty()) unit_ = indent_of_line(first);
}

void JsonPatch::replace(const JsonNode& value, std::string_view json) {
  const std::string indent = indent_of_line(value.value.begin);
  const bool is_compact = text_.find('\n') == kNone;
  std::string laid_out =
      is_compact ? std::string(json) : layout_json(json, {indent, unit_, newline_});
  if (text_.substr(value.value.begin, value.value.size()) == laid_out) return;
  replaced_.push_back({value.value.begin, value.value.end, std::move(laid_out)});
}

void JsonPatch::remove(const JsonNode& container, std::size_t index) {
  assert(index < container.children.size());
  changes_[&container].removed.insert(index);
}

void JsonPatch::remove_member(const JsonNode& object, std::string_view key) {
  const JsonNode* member = object.find(key);
  if (member != nullptr) remove(object, static_cast<std::size_t>(member - object.children.data()));
}

void JsonPatch::append_item(const JsonNode& array, std::string_view json) {
  assert(array.is(JsonKind::array));
  changes_[&array].appended.emplace_back(json);
}

void JsonPatch::append_member(const JsonNode& object, std::string_view key, std::string_view json) {
  assert(object.is(JsonKind::object));
  changes_[&object].appended.push_back(member_text(key, json));
}

void JsonPatch::set_member(const JsonNode& object, std::string_view key, std::string_view json) {
  const JsonNode* member = object.find(key);
  if (member != nullptr) {
    replace(*member, json);
  } else {
    append_member(object, key, json);
  }
}

std::string JsonPatch::apply() const {
  std::vector<Splice> splices = replaced_;
  for (const auto& [node, change] : changes_) change_container(*node, change, splices);
  std::stable_sort(splices.begin(), splices.end(), [](const Splice& a, const Splice& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  std::string out;
  std::size_t at = 0;
  for (const Splice& splice : splices) {
    // Two removals may both take the white space between them.
    assert((splice.begin >= at || splice.text.empty()) && "changes overlap");
    const std::size_t begin = std::max(splice.begin, at);
    out += text_.substr(at, begin - at);
    out += splice.text;
    at = std::max(splice.end, at);
  }
  out += text_.substr(at);
  return out;
}

void JsonPatch::change_container(const JsonNode& node, const ContainerChange& change,
                                 std::vector<Splice>& out) const {
  splice_removals(node, change, out);
  if (!change.appended.empty()) splice_appends(node, change, out);
}

// Each removed child takes the comma behind it along. When the last one has none, the comma behind
// the last child that stays goes instead, unless something is appended there.
void JsonPatch::splice_removals(const JsonNode& node, const ContainerChange& change,
                                std::vector<Splice>& out) const {
  for (const std::size_t index : change.removed) {
    const JsonNode& child = node.children[index];
    const std::size_t begin = start_of(child);
    std::size_t end = child.value.end;
    const std::size_t comma = comma_behind(end);
    if (comma != kNone) {
      const std::string_view between = text_.substr(end, comma - end);
      if (between.find_first_not_of(" \t\r\n") == kNone) {
        end = comma + 1;
      } else {
        out.push_back({comma, comma + 1, ""});
      }
    }
    std::size_t left = begin;
    while (left > 0 && is_blank(text_[left - 1])) --left;
    std::size_t right = end;
    while (right < text_.size() && is_blank(text_[right])) ++right;
    const bool ends_line =
        text_.substr(right).starts_with('\n') || text_.substr(right).starts_with("\r\n");
    if (starts_line(begin) && ends_line) {
      out.push_back({left, text_.find('\n', right) + 1, ""});
    } else if (ends_line || comma == kNone) {
      out.push_back({left, end, ""});
    } else {
      out.push_back({begin, right, ""});
    }
  }
  const std::size_t count = node.children.size();
  if (count == 0 || !change.removed.contains(count - 1) || !change.appended.empty()) return;
  if (comma_behind(node.children.back().value.end) != kNone) return;
  for (std::size_t i = count; i-- > 0;) {
    if (change.removed.contains(i)) continue;
    const std::size_t comma = comma_behind(node.children[i].value.end);
    out.push_back({comma, comma + 1, ""});
    return;
  }
}

void JsonPatch::splice_appends(const JsonNode& node, const ContainerChange& change,
                               std::vector<Splice>& out) const {
  const std::size_t count = node.children.size();
  const bool comma_after_all = count > 0 && comma_behind(node.children.back().value.end) != kNone;
  for (std::size_t i = count; i-- > 0;) {
    if (change.removed.contains(i)) continue;
    append_behind(node.children[i], comma_after_all, change.appended, out);
    return;
  }
  append_into_empty(node, change.appended, out);
}

void JsonPatch::append_into_empty(const JsonNode& node, const std::vector<std::string>& items,
                                  std::vector<Splice>& out) const {
  const std::size_t bracket = node.value.end - 1;
  const bool multi_line = text_.find('\n') != kNone;
  const bool scalars = node.is(JsonKind::array) &&
                       std::none_of(items.begin(), items.end(), [](const std::string& item) {
                         return item.starts_with('{') || item.starts_with('[');
                       });
  if (!multi_line || (scalars && !starts_line(bracket))) {
    out.push_back({bracket, bracket, fmt::format("{}", fmt::join(items, ", "))});
    return;
  }
  const std::string indent = indent_of_line(bracket);
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool own_line = i == 0 && starts_line(bracket);
    text += own_line ? unit_ : newline_ + indent + unit_;
    text += layout_json_member(items[i], {indent + unit_, unit_, newline_});
    if (i + 1 < items.size()) text += ',';
  }
  text += newline_ + indent;
  out.push_back({bracket, bracket, std::move(text)});
}

void JsonPatch::append_behind(const JsonNode& last, bool comma_after_all,
                              const std::vector<std::string>& items,
                              std::vector<Splice>& out) const {
  const std::size_t comma = comma_behind(last.value.end);
  const bool multi_line = starts_line(start_of(last));
  std::size_t at = comma == kNone ? last.value.end : comma + 1;
  std::string text;
  if (multi_line) {
    if (comma == kNone) out.push_back({at, at, ","});
    at = line_tail(at);
    const std::string indent = indent_of_line(start_of(last));
    for (std::size_t i = 0; i < items.size(); ++i) {
      text += newline_ + indent + layout_json_member(items[i], {indent, unit_, newline_});
      if (i + 1 < items.size() || comma_after_all) text += ',';
    }
  } else {
    for (std::size_t i = 0; i < items.size(); ++i) {
      text += comma == kNone || i > 0 ? ", " : " ";
      text += items[i];
    }
    if (comma_after_all) text += ',';
  }
  out.push_back({at, at, std::move(text)});
}

std::size_t JsonPatch::comma_behind(std::size_t offset) const {
  while (offset < text_.size()) {
    const char c = text_[offset];
    if (c == ',') return offset;
    if (is_blank(c) || c == '\n' || c == '\r') {
      ++offset;
      continue;
    }
    const std::size_t behind = skip_comment(text_, offset);
    if (behind == offset) return kNone;
    offset = behind;
  }
  return kNone;
}

std::size_t JsonPatch::line_tail(std::size_t offset) const {
  std::size_t at = offset;
  while (at < text_.size()) {
    const char c = text_[at];
    if (c == '\n') break;
    if (is_blank(c) || c == '\r') {
      ++at;
      continue;
    }
    const std::size_t behind = skip_comment(text_, at);
    if (behind == at) return offset;
    if (text_.substr(at, behind - at).find('\n') != kNone) return offset;
    at = behind;
  }
  if (at > offset && text_[at - 1] == '\r') --at;
  while (at > offset && is_blank(text_[at - 1])) --at;
  return at;
}

bool JsonPatch::starts_line(std::size_t offset) const {
  while (offset > 0 && is_blank(text_[offset - 1])) --offset;
  return offset > 0 && text_[offset - 1] == '\n';
}

std::string JsonPatch::indent_of_line(std::size_t offset) const {
  const std::size_t newline = offset == 0 ? kNone : text_.rfind('\n', offset - 1);
  const std::size_t begin = newline == kNone ? 0 : newline + 1;
  std::size_t end = begin;
  while (end < text_.size() && is_blank(text_[end])) ++end;
  return std::string(text_.substr(begin, end - begin));
}

}  // namespace proxy::config
