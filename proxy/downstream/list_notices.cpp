#include "proxy/downstream/list_notices.h"

#include <utility>

namespace proxy::downstream {
namespace {

constexpr std::array<std::string_view, 3> kMessages{
    R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})",
    R"({"jsonrpc":"2.0","method":"notifications/prompts/list_changed"})",
    R"({"jsonrpc":"2.0","method":"notifications/resources/list_changed"})",
};

}  // namespace

std::size_t ListNotices::index(protocol::ListKind kind) {
  switch (kind) {
    case protocol::ListKind::tools:
      return 0;
    case protocol::ListKind::prompts:
      return 1;
    case protocol::ListKind::resources:
    case protocol::ListKind::resource_templates:
      break;
  }
  return 2;
}

void ListNotices::list_changed(protocol::ListKind kind) {
  pending_[index(kind)] = true;
  if (!timer_.armed()) runtime_.timers.start(timer_, sent_ + kInterval);
}

void ListNotices::send() {
  sent_ = runtime_.now();
  for (std::size_t i = 0; i < kKinds; ++i) {
    if (std::exchange(pending_[i], false)) sink_.send_notice(kMessages[i]);
  }
}

}  // namespace proxy::downstream
