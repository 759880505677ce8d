// The URI of a server's resource among those of all servers: `mcptrunk://SERVER/URI`, the server's
// own URI (or URI template) following as it is, so that a template still expands and the way back
// needs no table. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace protocol {

// The server's name is percent-encoded where a host name could not hold it.
std::string join_uri(std::string_view server, std::string_view uri);

struct JoinedUri {
  std::string server;
  std::string_view uri;  // a view into the text given
};

// Nothing for a URI that join_uri() did not make.
std::optional<JoinedUri> split_joined_uri(std::string_view uri);

}  // namespace protocol
