// The paths of /api/v1 that change the configuration file, and the backup: entries of the table of
// routes only.
#pragma once
#include "proxy/rest/router.h"

namespace proxy::rest {

void add_server(const Handling& handling);
void update_server(const Handling& handling);
void remove_server(const Handling& handling);
void add_group(const Handling& handling);
void update_group(const Handling& handling);
void remove_group(const Handling& handling);
void replace_config(const Handling& handling);
void back_up(const Handling& handling);

}  // namespace proxy::rest
