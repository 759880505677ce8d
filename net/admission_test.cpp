#include "net/admission.h"

#include <catch2/catch.hpp>

namespace net {
namespace {

using Protocol = Admission::Protocol;
using Verdict = Admission::Verdict;

// Starts as many as are let go; the scouts among them are not connected yet.
struct Counts {
  int gone = 0;
  int scouts = 0;
};
Counts start_many(Admission& admission, int wanted) {
  Counts counts;
  for (int i = 0; i < wanted && admission.ask() != Verdict::wait; ++i) {
    const bool scout = admission.ask() == Verdict::scout;
    admission.start(scout);
    ++(scout ? counts.scouts : counts.gone);
  }
  return counts;
}

TEST_CASE("without TLS all go at once", "[net]") {
  Admission admission(/*tls=*/false);
  CHECK(start_many(admission, 1000).gone == 1000);
}

TEST_CASE("over TLS one goes alone, the rest as the server speaks", "[net]") {
  Admission admission(/*tls=*/true);
  CHECK(start_many(admission, 1000).scouts == 1);
  CHECK(admission.ask() == Verdict::wait);
  Admission other = admission;
  admission.scout_connected(Protocol::http1, 1);
  CHECK(start_many(admission, 1000).gone == 1000);
  other.scout_connected(Protocol::http2, 1);
  const Counts counts = start_many(other, 1000);
  CHECK(counts.gone == static_cast<int>(Admission::kStreamsMax) - 1);
  CHECK(counts.scouts == 1);
}

TEST_CASE("sixteen connections carry a thousand", "[net]") {
  Admission admission(/*tls=*/true);
  int running = 0;
  std::size_t connections = 0;
  while (running < 1000) {
    const Counts counts = start_many(admission, 1000 - running);
    running += counts.gone + counts.scouts;
    if (counts.scouts > 0) admission.scout_connected(Protocol::http2, ++connections);
  }
  CHECK(connections <= 16);
}

TEST_CASE("a scout that found nothing leaves its place to another", "[net]") {
  Admission admission(/*tls=*/true);
  admission.start(/*scout=*/true);
  admission.end(/*scout=*/true);
  CHECK(admission.ask() == Verdict::scout);
}

TEST_CASE("connections that are lost carry no more", "[net]") {
  Admission admission(/*tls=*/true);
  admission.start(/*scout=*/true);
  admission.scout_connected(Protocol::http2, 1);
  admission.end(/*scout=*/false);
  CHECK(admission.ask() == Verdict::go);
  admission.note_open(0);
  CHECK(admission.ask() == Verdict::scout);
}

TEST_CASE("a server that takes fewer at once than thought is sent fewer", "[net]") {
  Admission admission(/*tls=*/true);
  admission.start(/*scout=*/true);
  admission.scout_connected(Protocol::http2, 1);
  admission.note_overflow();
  admission.note_overflow();
  CHECK(start_many(admission, 1000).gone == static_cast<int>(Admission::kStreamsMax) / 2 - 1);
  admission.end(/*scout=*/true);
  admission.forget();
  CHECK(admission.protocol() == Protocol::unknown);
}

}  // namespace
}  // namespace net
