// The bytes of one connection of cpp-httplib, counted before it sees them: the library itself
// takes a head, an informational answer or the line of a chunk of any length. Clients that read
// through it, plain and TLS. Resources.
//
// Ownership: of the connection; the meter outlives the client.
// Threads:   the worker's that carries the exchange.
#pragma once
#include <httplib.h>

#include <memory>
#include <string>

#include "upstream/http/answer_meter.h"

namespace upstream {

// `meter` is asked before each byte is handed out; when it refuses, reading fails.
std::unique_ptr<httplib::ClientImpl> metered_client(const std::string& host, int port,
                                                    AnswerMeter& meter);
std::unique_ptr<httplib::SSLClient> metered_tls_client(const std::string& host, int port,
                                                       AnswerMeter& meter);

}  // namespace upstream
