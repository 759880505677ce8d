// Changes to a JSON text that leave every byte alone which does not belong to a changed value:
// comments, order, indentation, CRLF and a byte order mark stay. What is added is laid out like its
// neighbours. Resource; lives for one edit.
//
// All changes are collected against one tree and made together by apply(). At most one change of
// each node; a node below a removed or replaced one is not changed besides (asserted).
#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/spanned_json.h"

namespace proxy::config {

class JsonPatch {
 public:
  // REQUIRES: `root` is the tree of `text`; both outlive this.
  JsonPatch(std::string_view text, const JsonNode& root);
  JsonPatch(const JsonPatch&) = delete;
  JsonPatch& operator=(const JsonPatch&) = delete;

  // `json` is one JSON value in any layout.
  void replace(const JsonNode& value, std::string_view json);
  void remove(const JsonNode& container, std::size_t index);
  void remove_member(const JsonNode& object, std::string_view key);  // fine when it is not there
  void append_item(const JsonNode& array, std::string_view json);
  void append_member(const JsonNode& object, std::string_view key, std::string_view json);
  // Replaces the member's value, or appends the member.
  void set_member(const JsonNode& object, std::string_view key, std::string_view json);

  bool empty() const { return replaced_.empty() && changes_.empty(); }
  // The new text.
  std::string apply() const;

 private:
  struct ContainerChange {
    std::set<std::size_t> removed;      // indices of children
    std::vector<std::string> appended;  // `value` or `"key": value`, compact
  };
  struct Splice {
    std::size_t begin;
    std::size_t end;
    std::string text;
  };

  void change_container(const JsonNode& node, const ContainerChange& change,
                        std::vector<Splice>& out) const;
  void splice_removals(const JsonNode& node, const ContainerChange& change,
                       std::vector<Splice>& out) const;
  void splice_appends(const JsonNode& node, const ContainerChange& change,
                      std::vector<Splice>& out) const;
  void append_into_empty(const JsonNode& node, const std::vector<std::string>& items,
                         std::vector<Splice>& out) const;
  void append_behind(const JsonNode& last, bool comma_after_all,
                     const std::vector<std::string>& items, std::vector<Splice>& out) const;

  // Where the comma behind this offset stands, or npos; comments and white space are skipped.
  std::size_t comma_behind(std::size_t offset) const;
  // The end of the line when nothing but white space and comments follows on it, else `offset`.
  std::size_t line_tail(std::size_t offset) const;
  bool starts_line(std::size_t offset) const;
  std::string indent_of_line(std::size_t offset) const;

  std::string_view text_;
  std::string newline_;
  std::string unit_;  // one level of indentation
  std::vector<Splice> replaced_;
  std::map<const JsonNode*, ContainerChange> changes_;
};

}  // namespace proxy::config
