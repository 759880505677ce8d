// Whether the next exchange may go to libcurl, and whether over a new connection: over TLS it is
// the server that says, in the handshake, whether many share one. libcurl would open one for each
// that comes before it knows, and one more for each beyond what a connection carries. Value; pure.
//
// So the first exchange goes alone, a scout; when its connection is ready the others follow. Over
// HTTP/2 a further scout goes when the connections are full, one at a time.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace net {

class Admission {
 public:
  enum class Protocol : std::uint8_t { unknown, http1, http2 };
  enum class Verdict : std::uint8_t {
    go,
    scout,  // over a new connection
    wait,   // for the scout, or for another to end
  };
  // Fewer than servers commonly allow (100), and 16 connections carry 1,024.
  static constexpr std::size_t kStreamsMax = 64;

  // `tls`: the server chooses the protocol; otherwise it is HTTP/1.1.
  explicit Admission(bool tls) : protocol_(tls ? Protocol::unknown : Protocol::http1) {}

  Protocol protocol() const { return protocol_; }
  bool scouting() const { return scouting_; }
  Verdict ask() const;

  // As ask() said.
  void start(bool scout);
  // The scout's connection is ready; so many are open with it.
  void scout_connected(Protocol protocol, std::size_t open);
  // An exchange is over. `scout`: it was one, and never got its connection.
  void end(bool scout);
  // So many connections are open at most.
  void note_open(std::size_t open) { ready_ = std::min(ready_, open); }
  // libcurl opened a connection for one that was let go: they carry less than was thought.
  void note_overflow();
  // All connections are closed: the next server may be another.
  void forget();

 private:
  Protocol protocol_;
  std::size_t streams_max_ = kStreamsMax;
  std::size_t running_ = 0;  // without the scout
  std::size_t ready_ = 0;    // connections
  bool scouting_ = false;
  bool overflowed_ = false;  // since the last scout
};

}  // namespace net
