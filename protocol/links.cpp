#include "protocol/links.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "protocol/jsonrpc.h"
#include "protocol/raw_json.h"

namespace protocol {
namespace {

// Where the reader stands: which object or array of the result.
enum class Place : std::uint8_t {
  elsewhere,
  root,
  messages,
  message,
  blocks,
  block,
  resources,
  resource
};

Place list_in_root(LinkForm form) {
  switch (form) {
    case LinkForm::tool_result:
      return Place::blocks;
    case LinkForm::prompt_result:
      return Place::messages;
    case LinkForm::read_result:
      break;
  }
  return Place::resources;
}

std::string_view list_key(LinkForm form) {
  switch (form) {
    case LinkForm::tool_result:
      return "content";
    case LinkForm::prompt_result:
      return "messages";
    case LinkForm::read_result:
      break;
  }
  return "contents";
}

class LinkSink {
 public:
  LinkSink(LinkForm form, std::vector<std::string_view>& found) : form_(form), found_(found) {}

  bool scalar(JsonKind kind, std::string_view raw) {
    if (kind != JsonKind::string) return true;
    if (here() == Place::resource && key_ == "uri") found_.push_back(raw);
    if (here() == Place::block && key_ == "uri") block_uri_ = raw;
    if (here() == Place::block && key_ == "type") is_link_ = raw == "\"resource_link\"";
    return true;
  }
  bool key(std::string_view raw) {
    key_ = raw;
    return true;
  }
  bool open(JsonKind kind, const char*) {
    const Place place = depth_ == 0 ? Place::root : inside(kind);
    places_[depth_++] = place;
    if (place == Place::block) {
      block_uri_ = {};
      is_link_ = false;
    }
    return true;
  }
  bool close(const char*) {
    if (here() == Place::block && is_link_ && !block_uri_.empty()) found_.push_back(block_uri_);
    --depth_;
    return true;
  }

 private:
  Place here() const { return depth_ == 0 ? Place::elsewhere : places_[depth_ - 1]; }

  Place inside(JsonKind kind) const {
    const bool object = kind == JsonKind::object;
    switch (here()) {
      case Place::root:
        return !object && key_ == list_key(form_) ? list_in_root(form_) : Place::elsewhere;
      case Place::messages:
        return object ? Place::message : Place::elsewhere;
      case Place::message:
        if (key_ != "content") break;
        return object ? Place::block : Place::blocks;
      case Place::blocks:
        return object ? Place::block : Place::elsewhere;
      case Place::block:
        return object && key_ == "resource" ? Place::resource : Place::elsewhere;
      case Place::resources:
        return object ? Place::resource : Place::elsewhere;
      case Place::resource:
      case Place::elsewhere:
        break;
    }
    return Place::elsewhere;
  }

  LinkForm form_;
  std::vector<std::string_view>& found_;
  std::array<Place, kJsonDepthMax> places_{};
  std::uint32_t depth_ = 0;
  std::string_view key_;
  std::string_view block_uri_;
  bool is_link_ = false;
};

}  // namespace

std::vector<std::string_view> find_links(LinkForm form, std::string_view result) {
  std::vector<std::string_view> found;
  // Quotes are everywhere in JSON: std::string_view::find() would stop at each.
  constexpr std::string_view kKey = "\"uri\"";
  if (::memmem(result.data(), result.size(), kKey.data(), kKey.size()) == nullptr) return found;
  LinkSink sink(form, found);
  if (!ok(read_json(result, sink))) found.clear();
  // A block's own URI is known at its end, behind what is inside it.
  std::sort(found.begin(), found.end(),
            [](std::string_view a, std::string_view b) { return a.data() < b.data(); });
  return found;
}

bool append_relinked(std::string& out, LinkForm form, std::string_view result,
                     const LinkReplacer& replace) {
  const char* done = result.data();
  for (const std::string_view raw : find_links(form, result)) {
    const std::string uri = unescape(between_quotes(raw));
    const std::string other = replace(uri);
    if (other == uri) continue;
    append_line_safe(out, {done, static_cast<std::size_t>(raw.data() - done)});
    append_json_string(out, other);
    done = raw.data() + raw.size();
  }
  if (done == result.data()) return false;
  append_line_safe(out, {done, static_cast<std::size_t>(result.data() + result.size() - done)});
  return true;
}

}  // namespace protocol
