#include "net/admission.h"

namespace net {

Admission::Verdict Admission::ask() const {
  if (protocol_ == Protocol::http1) return Verdict::go;
  if (protocol_ == Protocol::http2 && running_ < ready_ * streams_max_) return Verdict::go;
  return scouting_ ? Verdict::wait : Verdict::scout;
}

void Admission::start(bool scout) {
  scout ? void(scouting_ = true) : void(++running_);
}

void Admission::scout_connected(Protocol protocol, std::size_t open) {
  protocol_ = protocol;
  ready_ = open;
  scouting_ = false;
  overflowed_ = false;
  ++running_;
}

void Admission::end(bool scout) {
  scout ? void(scouting_ = false) : void(--running_);
}

void Admission::note_overflow() {
  if (protocol_ != Protocol::http2 || overflowed_) return;
  overflowed_ = true;
  streams_max_ = std::max<std::size_t>(streams_max_ / 2, 1);
}

void Admission::forget() {
  if (protocol_ == Protocol::http2) protocol_ = Protocol::unknown;
  streams_max_ = kStreamsMax;
  ready_ = 0;
}

}  // namespace net
