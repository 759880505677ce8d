#include "proxy/security/sealed_token.h"

#include <catch2/catch.hpp>
#include <random>

#include "base/sim_file_system.h"
#include "proxy/security/base64url.h"
#include "proxy/security/secret_file.h"
#include "proxy/security/session_token.h"

namespace proxy::security {
namespace {

Sealer sealer_with(unsigned char byte) {
  Sealer::Key key;
  key.fill(byte);
  return Sealer(key);
}

std::span<const unsigned char> bytes_of(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

std::optional<std::string> open_text(Sealer& sealer, std::string_view purpose,
                                     std::string_view token) {
  std::array<unsigned char, Sealer::kPayloadBytesMax> room;
  const auto size = sealer.open(purpose, token, room);
  if (!size) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(room.data()), *size);
}

TEST_CASE("what was sealed opens again, of every size up to the limit", "[security]") {
  Sealer sealer = sealer_with(1);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3},
                                 std::size_t{100}, Sealer::kPayloadBytesMax}) {
    const std::string payload(size, 'p');
    const std::string token = sealer.seal("test", bytes_of(payload));
    CHECK(open_text(sealer, "test", token) == payload);
    CHECK(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_") == std::string::npos);
  }
}

TEST_CASE("two tokens of the same facts differ", "[security]") {
  Sealer sealer = sealer_with(1);
  CHECK(sealer.seal("test", bytes_of("same")) != sealer.seal("test", bytes_of("same")));
}

TEST_CASE("a token with any changed, missing or added character does not open", "[security]") {
  Sealer sealer = sealer_with(1);
  const std::string token = sealer.seal("test", bytes_of("payload"));
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char c : std::string_view("AB-_z09 \n=+/")) {
      if (token[i] == c) continue;
      std::string changed = token;
      changed[i] = c;
      REQUIRE(!open_text(sealer, "test", changed));
    }
    REQUIRE(!open_text(sealer, "test", token.substr(0, i)));
    REQUIRE(!open_text(sealer, "test", token.substr(i + 1)));
  }
  CHECK(!open_text(sealer, "test", token + "A"));
  CHECK(!open_text(sealer, "test", token + token));
  CHECK(!open_text(sealer, "test", std::string(100'000, 'A')));
  CHECK(open_text(sealer, "test", token) == "payload");
}

TEST_CASE("a token opens only for its purpose, under its key, and into enough room", "[security]") {
  Sealer sealer = sealer_with(1), other = sealer_with(2);
  const std::string token = sealer.seal("cursor", bytes_of("payload"));
  CHECK(!open_text(sealer, "session", token));
  CHECK(!open_text(sealer, "", token));
  CHECK(!open_text(other, "cursor", token));
  std::array<unsigned char, 6> small;
  CHECK(!sealer.open("cursor", token, small));
}

TEST_CASE("base64url text has one form for some bytes", "[security]") {
  std::mt19937 random(3);
  for (std::size_t size = 0; size < 70; ++size) {
    std::vector<unsigned char> bytes(size);
    for (auto& byte : bytes) byte = static_cast<unsigned char>(random());
    std::string text;
    append_base64url(text, bytes);
    std::vector<unsigned char> back(size);
    REQUIRE(decode_base64url(text, back) == size);
    REQUIRE(back == bytes);
  }
  std::array<unsigned char, 8> room;
  CHECK(decode_base64url("QQ", room) == 1);
  CHECK(!decode_base64url("QR", room));  // the same byte with stray bits
  CHECK(!decode_base64url("QQ==", room));
  CHECK(!decode_base64url("Q", room));
}

constexpr base::WallTime kNow{std::chrono::seconds(1'800'000'000)};
constexpr std::chrono::hours kLifetime(24);

TEST_CASE("session facts survive sealing, until the session is too old", "[security]") {
  Sealer sealer = sealer_with(1);
  const SessionFacts facts{.principal = Principal::key_holder,
                           .revision = 4,
                           .client_capabilities = 0x80000005,
                           .nonce = 0xfedcba9876543210,
                           .surface = 0x0123456789abcdef,
                           .issued = kNow + base::Milliseconds(7)};
  const std::string token = seal_session(sealer, facts);
  CHECK(token.size() < 90);
  const auto opened_at = [&](base::WallTime now) {
    return open_session(sealer, token, now, kLifetime);
  };
  CHECK(std::get<SessionFacts>(opened_at(kNow)) == facts);
  CHECK(std::get<SessionFacts>(opened_at(facts.issued + kLifetime)) == facts);
  CHECK(std::get<TokenFault>(opened_at(facts.issued + kLifetime + base::Milliseconds(1))) ==
        TokenFault::expired);
  CHECK(std::get<TokenFault>(opened_at(kNow - std::chrono::minutes(2))) == TokenFault::expired);
}

TEST_CASE("a token for another purpose, or no token at all, is not a session", "[security]") {
  Sealer sealer = sealer_with(1);
  const std::array<unsigned char, 30> payload{1};
  const std::string cursor = sealer.seal("cursor", payload);
  const std::string shorter = sealer.seal("mcp-session/2", std::span(payload).first(29));
  for (const std::string& token : {cursor, shorter, std::string(), std::string("abc")}) {
    CHECK(std::get<TokenFault>(open_session(sealer, token, kNow, kLifetime)) ==
          TokenFault::not_ours);
  }
}

TEST_CASE("a secret is made once, for its owner only, and read afterwards", "[security]") {
  base::SimFileSystem files;
  REQUIRE(files.create_dirs("/data", 0700));
  const auto made = load_or_create_secret(files, "/data/api_key");
  REQUIRE(made);
  CHECK(made->created);
  CHECK(made->text.size() == 2 * kSecretBytes);
  CHECK(files.stat("/data/api_key")->mode == 0600);
  const auto read = load_or_create_secret(files, "/data/api_key");
  REQUIRE(read);
  CHECK(!read->created);
  CHECK(!read->open_to_others);
  CHECK(read->text == made->text);
  const auto another = load_or_create_secret(files, "/data/other");
  CHECK(another->text != made->text);
}

// Whenever the power goes, the next start finds a whole key or makes one; it never finds half of
// one, and a key that was given out is found again.
TEST_CASE("a power cut at any step of making a secret leaves none or a whole one", "[security]") {
  for (std::uint64_t cut_at = 0; cut_at < 12; ++cut_at) {
    base::SimFileSystem files;
    REQUIRE(files.create_dirs("/data", 0700));
    REQUIRE(files.fsync_dir("/"));
    std::uint64_t step = 0;
    files.before_operation([&](base::SimFileSystem::Step, const std::string&) {
      if (step++ == cut_at) files.cut_power(files.waiting_names() / 2);
    });
    const auto made = load_or_create_secret(files, "/data/key");
    files.before_operation(nullptr);
    if (files.powered()) files.cut_power(0);
    files.power_on();
    const auto found = load_or_create_secret(files, "/data/key");
    CAPTURE(cut_at);
    REQUIRE(found);
    CHECK(found->text.size() == 2 * kSecretBytes);
    if (made) CHECK(found->text == made->text);
  }
}

TEST_CASE("a key file that others may read is noticed, and one without a key is refused",
          "[security]") {
  base::SimFileSystem files;
  REQUIRE(files.create_dirs("/data", 0700));
  REQUIRE(files.write_new("/data/open", "my-key \r\n", 0644));
  const auto open = load_or_create_secret(files, "/data/open");
  REQUIRE(open);
  CHECK(open->text == "my-key");
  CHECK(open->open_to_others);
  REQUIRE(files.write_new("/data/empty", "\n", 0600));
  CHECK(load_or_create_secret(files, "/data/empty").error().code ==
        base::ErrorCode::invalid_argument);
  REQUIRE(files.write_new("/data/lines", "a\nb\n", 0600));
  CHECK(!load_or_create_secret(files, "/data/lines"));
  CHECK(!Sealer::load_or_create(files, "/data/open"));
  CHECK(Sealer::load_or_create(files, "/data/seal_key"));
}

TEST_CASE("tokens open after a restart with the same key file", "[security]") {
  base::SimFileSystem files;
  REQUIRE(files.create_dirs("/data", 0700));
  std::string token;
  {
    auto before = Sealer::load_or_create(files, "/data/seal_key");
    REQUIRE(before);
    token = before->seal("test", bytes_of("remember"));
  }
  auto after = Sealer::load_or_create(files, "/data/seal_key");
  REQUIRE(after);
  CHECK(open_text(*after, "test", token) == "remember");
}

TEST_CASE("opening a session id", "[.][benchmark]") {
  Sealer sealer = sealer_with(1);
  const std::string token = seal_session(sealer, {.issued = kNow});
  const auto start = std::chrono::steady_clock::now();
  constexpr int kRounds = 200'000;
  std::size_t opened = 0;
  for (int i = 0; i < kRounds; ++i) {
    opened += open_session(sealer, token, kNow, kLifetime).index() == 0 ? 1 : 0;
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  CHECK(opened == kRounds);
  fmt::print("open_session: {:.0f} ns\n", took.count() / kRounds);
}

}  // namespace
}  // namespace proxy::security
