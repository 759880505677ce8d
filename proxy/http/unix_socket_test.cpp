// The unix socket: whose it is, what lies in its way, how it ends; and what a peer says of itself.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "proxy/http/test_server.h"

namespace proxy::http {
namespace {

using namespace server_test;

struct Folder {
  Folder() {
    std::string text = "/tmp/unix_socket_XXXXXX";
    REQUIRE(::mkdtemp(text.data()) != nullptr);
    path = text;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

// Answers with what is known of the peer.
class PeerTeller : public Handler {
 public:
  void on_request(Request& request, Exchange& exchange) override {
    const Peer& peer = request.peer();
    const std::string text = fmt::format(
        "{} {} {}", peer.via == Peer::Via::unix_socket ? "unix" : "tcp",
        peer.loopback ? "near" : "far", peer.uid() ? std::to_string(*peer.uid()) : "unknown");
    exchange.respond(Status::ok, "text/plain", text + "\n");
  }
};

TEST_CASE("a unix socket serves like TCP, and its peer is known by its user", "[http]") {
  const Folder folder;
  const std::string path = folder.path + "/a.sock";
  base::Loop loop(1);
  PeerTeller teller;
  Server server(loop, {}, teller);
  REQUIRE(server.listen_unix(path));
  TestClient client(loop, path);
  client.send(get("/1"));
  client.until(fmt::format("unix near {}\n", ::getuid()));
  client.received().clear();
  client.send(get("/2"));
  client.until("unix near");
  CHECK(server.counters().accepted == 1);
}

TEST_CASE("a unix socket is the owner's alone, whatever the umask", "[http]") {
  const Folder folder;
  const std::string path = folder.path + "/a.sock";
  Fixture f;
  const mode_t before = ::umask(0);
  const auto listening = f.server.listen_unix(path);
  ::umask(before);
  REQUIRE(listening);
  CHECK(mode_of(path) == 0600);
}

TEST_CASE("a user who does not own the unix socket cannot connect to it", "[http]") {
  if (::getuid() != 0) return;  // only root can play somebody else
  const Folder folder;
  std::filesystem::permissions(folder.path, std::filesystem::perms::all);
  const std::string path = folder.path + "/a.sock";
  Fixture f;
  REQUIRE(f.server.listen_unix(path));
  const pid_t child = ::fork();
  if (child == 0) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::setuid(65534) != 0) ::_exit(2);
    const bool connected =
        ::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::_exit(connected ? 1 : 0);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a socket left by an earlier life is replaced, anything else is not", "[http]") {
  const Folder folder;
  const std::string path = folder.path + "/a.sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(stale, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  ::close(stale);
  {
    Fixture f;
    REQUIRE(f.server.listen_unix(path));
    TestClient client(f.loop, path);
    client.send(get("/x"));
    client.until("/x:");
  }
  CHECK(!std::filesystem::exists(path));
  std::ofstream(path) << "precious";
  Fixture f;
  CHECK(f.server.listen_unix(path).error().code == base::ErrorCode::already_exists);
  CHECK(std::filesystem::file_size(path) == 8);
  std::filesystem::remove(path);
  std::filesystem::create_symlink("/nowhere", path);
  CHECK(f.server.listen_unix(path).error().code == base::ErrorCode::already_exists);
}

TEST_CASE("draining removes the socket, but not one that another server has put there", "[http]") {
  const Folder folder;
  const std::string path = folder.path + "/a.sock";
  Fixture first, second;
  REQUIRE(first.server.listen_unix(path));
  first.server.drain(milliseconds(1), [] {});
  CHECK(!std::filesystem::exists(path));
  Fixture third;
  REQUIRE(third.server.listen_unix(path));
  REQUIRE(second.server.listen_unix(path));
  third.server.drain(milliseconds(1), [] {});
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("a path longer than an address of a socket can be listened on", "[http]") {
  const Folder folder;
  const std::string directory = folder.path + "/" + std::string(200, 'd');
  std::filesystem::create_directory(directory);
  Fixture f;
  REQUIRE(f.server.listen_unix(directory + "/a.sock"));
  CHECK(mode_of(directory + "/a.sock") == 0600);
  TestClient client(f.loop, directory + "/a.sock");
  client.send(get("/x"));
  client.until("/x:");
}

TEST_CASE("a directory that is not there is an error that names the socket", "[http]") {
  Fixture f;
  const auto listening = f.server.listen_unix("/nowhere/at/all/a.sock");
  REQUIRE(!listening);
  CHECK(listening.error().message.find("/nowhere/at/all/a.sock") != std::string::npos);
}

}  // namespace
}  // namespace proxy::http
