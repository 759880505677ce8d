#include "proxy/http/exchange.h"

#include <utility>

#include "proxy/http/connection.h"

namespace proxy::http {

Exchange::Exchange(Exchange&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)),
      watcher_(std::exchange(other.watcher_, nullptr)),
      streaming_(std::exchange(other.streaming_, false)) {
  if (connection_ != nullptr) connection_->moved(*this);
}

Exchange& Exchange::operator=(Exchange&& other) noexcept {
  if (this == &other) return *this;
  finish();
  connection_ = std::exchange(other.connection_, nullptr);
  watcher_ = std::exchange(other.watcher_, nullptr);
  streaming_ = std::exchange(other.streaming_, false);
  if (connection_ != nullptr) connection_->moved(*this);
  return *this;
}

Exchange::~Exchange() {
  finish();
}

void Exchange::finish() {
  if (!open()) return;
  if (streaming_) {
    connection_->abandon_stream();
  } else {
    respond(Status::internal_server_error, "text/plain; charset=utf-8",
            "The request was not answered.\n");
  }
}

void Exchange::respond(Status status, std::string_view content_type, Parts body, Fields headers) {
  if (open()) connection_->respond(status, content_type, body, headers);
}

void Exchange::begin_stream(Status status, std::string_view content_type, Fields headers) {
  if (!open()) return;
  streaming_ = true;
  connection_->begin_stream(status, content_type, headers);
}

void Exchange::write(Parts parts) {
  if (open()) connection_->write_chunk(parts);
}

void Exchange::end() {
  if (open()) connection_->end_stream();
}

std::size_t Exchange::queued_bytes() const {
  return open() ? connection_->queued_bytes() : 0;
}

bool Exchange::congested() const {
  return open() && connection_->congested();
}

}  // namespace proxy::http
