// The admin types as JSON: the shapes that the command line and other REST clients read. Members
// are only ever added. Pure.
#pragma once
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "proxy/rest/admin_types.h"
#include "storage/records.h"

namespace proxy::rest {

// {"code":"MCPT_...","message":"...","remedy":"..."}.
void write(base::JsonWriter& out, const base::Error& error);

std::string to_json(const DaemonStatus& status);
// `now` is for the times left.
std::string to_json(const ServerList& list, base::WallTime now);
std::string to_json(const ServerDetail& detail, base::WallTime now);
// `action` is what was asked for: "enable", "add".
std::string to_json(const ServerActionAnswer& answer, std::string_view action);
std::string log_json(std::string_view server, const std::vector<std::string>& lines);

// id, server, state and those members of the upstream's definition that a client can use; a
// definition that is no object gives the first three and the name.
std::string to_json(const ToolView& tool);
std::string to_json(const ToolPage& page);
std::string to_json(const SearchAnswer& answer, std::string_view query);

// {activity:[{sequence,at,kind,server,tool,actor,success,code,detail,duration_us,response_bytes,
// skipped_before}],next_before}: `next_before` asks for the page after this one, 0 when it is
// empty.
std::string to_json(const std::vector<storage::ActivityRecord>& records);

std::string to_json(const GroupList& list);
std::string to_json(const GroupDetail& group);
std::string to_json(const GroupActionAnswer& answer, std::string_view action);
std::string to_json(const ConfigChange& change, const std::vector<std::string>& warnings);

}  // namespace proxy::rest
