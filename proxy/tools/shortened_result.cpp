#include "proxy/tools/shortened_result.h"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "protocol/jsonrpc.h"
#include "protocol/members.h"
#include "protocol/splice.h"
#include "proxy/tools/text_piece.h"

namespace proxy::tools {
namespace {

using protocol::JsonKind;
using protocol::JsonMember;
using protocol::MemberEdit;

struct Block {
  std::string_view raw;
  bool has_text = false;
  std::string_view resource;  // raw, of an embedded text resource
  std::string text;
  std::uint64_t length = 0;  // in characters
};

struct Parts {
  std::vector<Block> blocks;
  std::string_view structured;  // raw; empty: none
  std::string_view meta;
  std::uint64_t text_length = 0;
  bool readable = false;
};

void take_text(Block& block, const JsonMember& member) {
  block.has_text = true;
  block.text = member.text();
  block.length = characters(block.text);
}

Block read_block(std::string_view raw) {
  Block block;
  block.raw = raw;
  (void)protocol::for_each_member(raw, [&](const JsonMember& member) {
    if (member.key_is("text") && member.kind == JsonKind::string) take_text(block, member);
    if (member.key_is("resource") && member.kind == JsonKind::object) {
      (void)protocol::for_each_member(member.value, [&](const JsonMember& inner) {
        if (!inner.key_is("text") || inner.kind != JsonKind::string) return true;
        block.resource = member.value;
        take_text(block, inner);
        return true;
      });
    }
    return true;
  });
  return block;
}

Parts read_parts(std::string_view result) {
  Parts parts;
  (void)protocol::for_each_member(result, [&](const JsonMember& member) {
    if (member.key_is("structuredContent")) parts.structured = member.value;
    if (member.key_is("_meta") && member.kind == JsonKind::object) parts.meta = member.value;
    if (!member.key_is("content") || member.kind != JsonKind::array) return true;
    parts.readable = true;
    (void)protocol::for_each_element(member.value, [&](const JsonMember& element) {
      parts.blocks.push_back(read_block(element.value));
      parts.text_length += parts.blocks.back().length;
      return true;
    });
    return true;
  });
  return parts;
}

std::string quoted(std::string_view text) {
  std::string out;
  protocol::append_json_string(out, text);
  return out;
}

void append_cut_block(std::string& out, const Block& block, std::string_view text) {
  const std::string value = quoted(text);
  const MemberEdit text_edit{"text", value};
  if (block.resource.empty()) {
    protocol::append_edited_object(out, block.raw, {&text_edit, 1});
    return;
  }
  std::string resource;
  protocol::append_edited_object(resource, block.resource, {&text_edit, 1});
  const MemberEdit resource_edit{"resource", resource};
  protocol::append_edited_object(out, block.raw, {&resource_edit, 1});
}

// The texts one after another, a line break between them.
std::string joined_text(const Parts& parts, bool with_structured) {
  std::string text;
  for (const Block& block : parts.blocks) {
    if (!block.has_text) continue;
    if (!text.empty()) text += '\n';
    text += block.text;
  }
  if (with_structured) {
    if (!text.empty()) text += '\n';
    text += parts.structured;
  }
  return text;
}

// Appends the blocks with at most `limit` characters of text; returns where the rest begins in the
// joined text.
std::uint64_t append_blocks(std::string& out, const Parts& parts, std::uint64_t limit) {
  std::uint64_t room = limit;
  std::uint64_t position = 0;  // of the block in the joined text
  std::optional<std::uint64_t> rest;
  bool first_text = true;
  for (const Block& block : parts.blocks) {
    if (out.back() != '[') out += ',';
    if (!block.has_text) {
      protocol::append_line_safe(out, block.raw);
      continue;
    }
    if (!std::exchange(first_text, false)) ++position;
    if (!rest && block.length <= room) {
      protocol::append_line_safe(out, block.raw);
      room -= block.length;
      position += block.length;
      continue;
    }
    Piece piece;
    if (!rest && room > 0) piece = piece_of(block.text, 0, room);
    if (!rest) rest = position + piece.next;
    append_cut_block(out, block, piece.text.empty() ? "[cut: see the end]" : piece.text);
    position += block.length;
  }
  return rest.value_or(position);
}

}  // namespace

std::optional<Shortened> shorten(std::string_view result, std::uint64_t limit,
                                 std::string_view key) {
  const Parts parts = read_parts(result);
  const std::uint64_t structured = characters(parts.structured);
  if (!parts.readable || parts.text_length + structured <= limit) return std::nullopt;
  const bool drops_structured = !parts.structured.empty();
  // Structured content mostly says the same again; it counts as text where there is no other.
  const bool is_the_text = drops_structured && parts.text_length == 0;

  Shortened shortened;
  shortened.text = joined_text(parts, drops_structured);
  std::string content = "[";
  std::uint64_t next = append_blocks(content, parts, limit);
  if (is_the_text) {
    const Piece piece = piece_of(parts.structured, 0, limit);
    if (content.back() != '[') content += ',';
    content += fmt::format(R"({{"type":"text","text":{}}})", quoted(piece.text));
    next = piece.next;
  }
  const std::string note = fmt::format(
      R"([mcptrunk: the result has {} characters, of which {} are shown. Read on with read_cache {{"key":"{}","offset":{}}}])",
      characters(shortened.text), next, key, next);
  if (content.back() != '[') content += ',';
  content += fmt::format(R"({{"type":"text","text":{}}}])", quoted(note));

  const std::string cached =
      fmt::format(R"({{"key":"{}","total":{},"next":{}}})", key, characters(shortened.text), next);
  const MemberEdit meta_edit{"mcptrunk/cached", cached};
  std::string meta;
  protocol::append_edited_object(meta, parts.meta.empty() ? "{}" : parts.meta, {&meta_edit, 1});
  const std::array edits{MemberEdit{"content", content}, MemberEdit{"structuredContent", {}},
                         MemberEdit{"_meta", meta}};
  protocol::append_edited_object(shortened.result, result, edits);
  return shortened;
}

}  // namespace proxy::tools
