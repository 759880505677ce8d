// The sentences people read when an HTTP upstream could not be reached or refused. Pure.
#pragma once
#include "net/url.h"
#include "upstream/http/exchange.h"
#include "upstream/lifecycle/failure.h"

namespace upstream {

// REQUIRES: end.fault is not none.
Failure fault_failure(const Url& at, const HttpEnd& end);
// Of an answer whose status is no success.
Failure status_failure(const Url& at, HttpMethod method, const HttpEnd& end);
// A success that is no answer of an MCP server.
Failure foreign_answer_failure(const Url& at, const HttpEnd& end);
Failure no_answer_in_time_failure(const Url& at, base::Duration waited);
Failure stream_ended_failure(const Url& at);
Failure foreign_redirect_failure(const Url& at, const HttpEnd& end);
// What an asked-for close is told.
Failure stopped_failure();

}  // namespace upstream
