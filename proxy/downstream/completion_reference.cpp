#include "proxy/downstream/completion_reference.h"

#include <set>

#include "protocol/members.h"
#include "protocol/splice.h"

namespace proxy::downstream {
namespace {

base::Error wrong(std::string message) {
  return {base::ErrorCode::invalid_argument, std::move(message),
          "send ref as {\"type\":\"ref/prompt\",\"name\":..} or "
          "{\"type\":\"ref/resource\",\"uri\":..}, and "
          "argument as {\"name\":..,\"value\":..}"};
}

std::string_view member_name(CompletionReference::Kind kind) {
  return kind == CompletionReference::Kind::prompt ? "name" : "uri";
}

}  // namespace

base::Result<CompletionReference> read_completion_reference(std::string_view params) {
  CompletionReference reference;
  bool has_argument = false;
  if (!params.empty()) {
    (void)protocol::for_each_member(params, [&](const protocol::JsonMember& member) {
      const bool object = member.kind == protocol::JsonKind::object;
      if (object && member.key_is("ref")) reference.raw = member.value;
      if (object && member.key_is("argument")) has_argument = true;
      return true;
    });
  }
  if (reference.raw.empty()) return wrong("completion/complete needs params.ref, an object");
  if (!has_argument) return wrong("completion/complete needs params.argument, an object");
  std::string type;
  std::string name;
  std::string uri;
  // The server reads it too, and of two values might take the other one.
  std::set<std::string> seen;
  bool twice = false;
  (void)protocol::for_each_member(reference.raw, [&](const protocol::JsonMember& member) {
    twice = !seen.insert(protocol::unescape(member.raw_key)).second;
    if (twice) return false;
    if (member.kind != protocol::JsonKind::string) return true;
    if (member.key_is("type")) type = member.text();
    if (member.key_is("name")) name = member.text();
    if (member.key_is("uri")) uri = member.text();
    return true;
  });
  if (twice) return wrong("params.ref has a key twice");
  if (type != "ref/prompt" && type != "ref/resource") {
    return wrong("params.ref.type is neither ref/prompt nor ref/resource");
  }
  reference.kind = type == "ref/prompt" ? CompletionReference::Kind::prompt
                                        : CompletionReference::Kind::resource;
  reference.text = reference.kind == CompletionReference::Kind::prompt ? name : uri;
  if (reference.text.empty()) {
    return wrong(
        fmt::format("params.ref of type {} needs a {}", type, member_name(reference.kind)));
  }
  return reference;
}

std::string with_completion_reference(std::string_view params, const CompletionReference& reference,
                                      std::string_view text) {
  if (text == reference.text) return std::string(params);
  std::string quoted;
  protocol::append_json_string(quoted, text);
  std::string ref;
  const protocol::MemberEdit rename{member_name(reference.kind), quoted};
  protocol::append_edited_object(ref, reference.raw, {&rename, 1});
  std::string edited;
  const protocol::MemberEdit replace{"ref", ref};
  protocol::append_edited_object(edited, params, {&replace, 1});
  return edited;
}

}  // namespace proxy::downstream
