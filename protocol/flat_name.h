// Flat tool names: `server__tool` in the alphabet that all clients and models accept. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace protocol {

inline constexpr std::size_t kFlatNameBytesMin = 24;  // smaller limits are raised to this
inline constexpr std::size_t kFlatNameBytesDefault = 48;

// The name of a server's tool (or prompt) among those of all servers: [A-Za-z0-9_-], at most
// `bytes_max`. A pure function of its arguments, the same for ever.
//
// Other characters become '_'. The name ends in '_' and 8 hex digits (SHA-256 of "server NUL tool")
// when that changed anything, when the border between the two would be unclear (the server contains
// "__" or ends in '_', the tool starts with '_' or is empty), when it had to be cut, or when it
// would end like a hash without being one: no tool takes another's name by being called like it. So
// two names can only meet by a collision of 32 bits: the catalog's table decides. It never splits a
// name: the way back is that table.
std::string flat_name(std::string_view server, std::string_view tool,
                      std::size_t bytes_max = kFlatNameBytesDefault);

}  // namespace protocol
