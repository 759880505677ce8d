// Reads the top level's own fields: everything but servers and groups. A function of the parser, no
// I/O.
#pragma once
#include "proxy/config/config.h"
#include "proxy/config/object_reader.h"

namespace proxy::config {

void read_settings(ObjectReader& root, Config& config);

}  // namespace proxy::config
