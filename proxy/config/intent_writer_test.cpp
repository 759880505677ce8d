#include "proxy/config/intent_writer.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <deque>

#include "base/sim_file_system.h"
#include "proxy/config/intent_recovery.h"
#include "proxy/config/parser.h"

namespace proxy::config {
namespace {

using base::ErrorCode;
using base::Result;
using base::SimFileSystem;
using Step = SimFileSystem::Step;

constexpr const char* kPath = "/etc/mcp_config.json";
constexpr const char* kText = R"({"mcpServers": {"a": {"command": "x"}}} // mine
)";
constexpr const char* kDisabled =
    R"({"mcpServers": {"a": {"command": "x", "startup_mode": "disabled"}}} // mine
)";
constexpr const char* kTheirs = R"({"mcpServers": {"b": {"command": "y"}}})";

// What the loop would do next, in order.
struct Turns {
  std::deque<std::function<void()>> queue;
  void run() {
    while (!queue.empty()) {
      const std::function<void()> next = std::move(queue.front());
      queue.pop_front();
      next();
    }
  }
};

// Durable at once, answers later; may refuse.
class FakeJournal final : public IntentJournal {
 public:
  explicit FakeJournal(Turns& turns) : turns_(turns) {}
  void begin(IntentEntry entry, Callback done) override {
    if (!refuse_begin) open = entry;
    reply("begin", refuse_begin, std::move(done));
  }
  void finish(const IntentEntry& entry, std::uint64_t command, Callback done) override {
    CHECK(open == entry);
    last_command = command;
    if (!refuse_finish) open.reset();
    reply("finish", refuse_finish, std::move(done));
  }
  void abandon(const IntentEntry&, Callback done) override {
    open.reset();
    reply("abandon", false, std::move(done));
  }

  std::optional<IntentEntry> open;
  std::vector<std::string> calls;
  std::uint64_t last_command = 0;
  bool refuse_begin = false;
  bool refuse_finish = false;

 private:
  void reply(const char* call, bool refuse, Callback done) {
    calls.emplace_back(call);
    turns_.queue.emplace_back([done = std::move(done), refuse] {
      done(refuse ? Result<void>(base::Error{ErrorCode::store_unavailable, "no", "wait"})
                  : Result<void>(base::kDone));
    });
  }
  Turns& turns_;
};

struct World {
  World() : journal(turns) {
    files.edit(kPath, kText);
    writer.emplace(
        files, journal,
        [this](std::function<void()> work, std::function<void()> then) {
          turns.queue.emplace_back([work = std::move(work), then = std::move(then)] {
            work();
            then();
          });
        },
        kPath, 0);
  }

  // Submits and runs to the end.
  Result<IntentWriter::Outcome> write(IntentWriter::Request request) {
    std::optional<Result<IntentWriter::Outcome>> answer;
    writer->submit(std::move(request),
                   [&](Result<IntentWriter::Outcome> result) { answer = std::move(result); });
    REQUIRE(!answer);
    turns.run();
    REQUIRE(answer);
    CHECK(writer->idle());
    return *answer;
  }
  std::string text() const { return files.peek(kPath).value_or("missing"); }

  Turns turns;
  SimFileSystem files;
  FakeJournal journal;
  std::optional<IntentWriter> writer;
};

IntentWriter::Request disable() {
  return {std::vector<Edit>{SetServerMode{{"a"}, StartupMode::disabled}}, std::nullopt, 7};
}

TEST_CASE("a change is announced, swapped in, finished with its command, and answered",
          "[config]") {
  World world;
  const Result<IntentWriter::Outcome> result = world.write(disable());
  REQUIRE(result);
  CHECK(result->changed);
  CHECK(result->revision == 1);
  CHECK(result->config.servers.at(0).startup_mode == StartupMode::disabled);
  CHECK(result->hash == content_hash(kDisabled));
  CHECK(world.text() == kDisabled);
  CHECK(world.journal.calls == std::vector<std::string>{"begin", "finish"});
  CHECK(world.journal.last_command == 7);
  CHECK(world.files.all_files() == std::vector<std::string>{kPath});
}

TEST_CASE("a change that the file says already touches neither file nor journal", "[config]") {
  World world;
  const std::uint64_t fsyncs = world.files.fsync_count();
  const Result<IntentWriter::Outcome> result =
      world.write({std::vector<Edit>{SetServerMode{{"a"}, StartupMode::active}}, std::nullopt, 0});
  REQUIRE(result);
  CHECK(!result->changed);
  CHECK(result->text == kText);
  CHECK(world.journal.calls.empty());
  CHECK(world.files.fsync_count() == fsyncs);
}

TEST_CASE("changes wait for each other and see what came before", "[config]") {
  World world;
  std::vector<std::uint64_t> revisions;
  const auto note = [&](Result<IntentWriter::Outcome> result) {
    REQUIRE(result);
    revisions.push_back(result->revision);
  };
  ServerConfig server;
  server.command = "z";
  for (const char* name : {"b", "c", "d"}) {
    server.name = name;
    world.writer->submit({std::vector<Edit>{AddServer{server}}, std::nullopt, 0}, note);
  }
  world.turns.run();
  CHECK(revisions == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(parse(world.text()).config->servers.size() == 4);
}

TEST_CASE("too many waiting changes are refused", "[config]") {
  World world;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < IntentWriter::kPendingMax + 3; ++i) {
    world.writer->submit(disable(), [&](const Result<IntentWriter::Outcome>& result) {
      if (!result && result.error().code == ErrorCode::overloaded) ++refused;
    });
  }
  CHECK(refused == 0);
  world.writer.reset();  // and what waits is dropped with the writer
  world.turns.run();
  CHECK(refused == 2);
}

TEST_CASE("an edit made for another text is refused", "[config]") {
  World world;
  IntentWriter::Request request = disable();
  request.if_match = content_hash("something older");
  CHECK(world.write(request).error().code == ErrorCode::config_changed);
  request.if_match = content_hash(kText);
  CHECK(world.write(request).ok());
}

TEST_CASE("a change that makes no configuration is refused with its lines", "[config]") {
  World world;
  const Result<IntentWriter::Outcome> result =
      world.write({ReplaceText{"{\n\"listen\": 5}"}, std::nullopt, 0});
  REQUIRE(!result);
  CHECK(result.error().code == ErrorCode::config_invalid);
  CHECK(result.error().message.find("line 2") != std::string::npos);
  CHECK(world.text() == kText);
  CHECK(world.journal.calls.empty());
}

TEST_CASE("a file that cannot be written is said to be so, with the edit to make", "[config]") {
  World world;
  const auto check = [&] {
    const Result<IntentWriter::Outcome> result = world.write(disable());
    REQUIRE(!result);
    CHECK(result.error().code == ErrorCode::config_read_only);
    CHECK(world.text() == kText);
    CHECK(world.files.all_files() == std::vector<std::string>{kPath});
    return result.error().remedy;
  };
  world.files.fail(Step::create, EROFS, 1);
  CHECK(check().find(R"(set "startup_mode": "disabled" in server "a")") != std::string::npos);
  CHECK(world.journal.calls.empty());
  world.files.fail(Step::rename_exchange, EBUSY, 1);  // the file itself is a mount
  check();
  CHECK(world.journal.calls == std::vector<std::string>{"begin", "abandon"});
}

TEST_CASE("an editor that saves in between wins, however it saves", "[config]") {
  World world;
  const bool by_rename = GENERATE(true, false);
  const bool exchange = GENERATE(true, false);
  if (!exchange) world.files.without_exchange();
  bool armed = true;
  world.files.before_operation([&](Step step, const std::string&) {
    const Step moment = exchange ? Step::rename_exchange : Step::copy_mode_and_owner;
    if (step != moment || !armed) return;
    armed = false;
    by_rename ? world.files.edit_by_rename(kPath, kTheirs) : world.files.edit(kPath, kTheirs);
  });
  CHECK(world.write(disable()).error().code == ErrorCode::config_changed);
  CHECK(world.text() == kTheirs);
  CHECK(world.files.all_files() == std::vector<std::string>{kPath});
  CHECK(!world.journal.open);
}

TEST_CASE("what an editor saved in between survives a power cut right after the refusal",
          "[config]") {
  World world;
  bool armed = true;
  world.files.before_operation([&](Step step, const std::string&) {
    if (step == Step::rename_exchange && std::exchange(armed, false)) {
      world.files.edit_by_rename(kPath, kTheirs);
    }
  });
  CHECK(world.write(disable()).error().code == ErrorCode::config_changed);
  world.files.cut_power(std::min<std::size_t>(1, world.files.waiting_names()));
  world.files.power_on();
  CHECK(world.text() == kTheirs);
}

TEST_CASE("what an editor saved survives a power cut where the directory could not be synced",
          "[config]") {
  World world;
  bool armed = true;
  world.files.before_operation([&](Step step, const std::string&) {
    if (step == Step::rename_exchange && std::exchange(armed, false)) {
      world.files.edit_by_rename(kPath, kTheirs);
      world.files.fail(Step::fsync_dir, EIO, 1);
    }
  });
  CHECK(world.write(disable()).error().code == ErrorCode::config_changed);
  REQUIRE(world.journal.open);
  world.files.cut_power(1);
  world.files.power_on();
  CHECK(world.text() == kDisabled);
  CHECK(recover_file(world.files, kPath, *world.journal.open).value() ==
        Recovery::restore_their_text);
  CHECK(world.text() == kTheirs);
}

TEST_CASE("an entry that stayed open is closed with the next change", "[config]") {
  World world;
  const int failures = GENERATE(1, 2);
  bool armed = true;
  world.files.before_operation([&](Step step, const std::string&) {
    if (step == Step::rename_exchange && std::exchange(armed, false)) {
      world.files.edit_by_rename(kPath, kTheirs);
      world.files.fail(Step::fsync_dir, EIO, failures);
    }
  });
  CHECK(!world.write(disable()).ok());
  CHECK(world.journal.calls == std::vector<std::string>{"begin"});
  if (failures == 2) CHECK(!world.write({ReplaceText{"no JSON"}, std::nullopt, 8}).ok());
  CHECK(world.journal.calls == std::vector<std::string>{"begin"});
  world.files.edit(kPath, kText);
  CHECK(world.write(disable()).ok());
  CHECK(world.journal.calls == std::vector<std::string>{"begin", "abandon", "begin", "finish"});
}

TEST_CASE("a disk that fails while an editor's text is put back does not cost it", "[config]") {
  World world;
  int exchanges = 0;
  world.files.before_operation([&](Step step, const std::string&) {
    if (step != Step::rename_exchange) return;
    if (++exchanges == 1) world.files.edit_by_rename(kPath, kTheirs);
    if (exchanges == 2) world.files.fail(Step::rename_exchange, EIO, 1);
  });
  CHECK(!world.write(disable()));
  CHECK(exchanges == 2);
  CHECK(world.text() == kTheirs);
  CHECK(world.files.all_files() == std::vector<std::string>{kPath});
}

TEST_CASE("a disk that fails between two texts of an editor keeps the newer one", "[config]") {
  World world;
  int exchanges = 0;
  world.files.before_operation([&](Step step, const std::string&) {
    if (step != Step::rename_exchange) return;
    if (++exchanges == 1) world.files.edit_by_rename(kPath, R"({"tools_limit": 3})");
    if (exchanges == 2) world.files.edit_by_rename(kPath, kTheirs);
    if (exchanges == 3) world.files.fail(Step::rename_exchange, EIO, 1);
  });
  CHECK(world.write(disable()).error().code == ErrorCode::config_changed);
  CHECK(exchanges == 3);
  CHECK(world.text() == kTheirs);
  CHECK(world.files.all_files() == std::vector<std::string>{kPath});
}

TEST_CASE("a disk that fails to put one text back keeps the one saved meanwhile", "[config]") {
  World world;
  int exchanges = 0;
  world.files.before_operation([&](Step step, const std::string&) {
    if (step != Step::rename_exchange) return;
    if (++exchanges == 1) world.files.edit_by_rename(kPath, R"({"tools_limit": 3})");
    if (exchanges == 2) {
      world.files.edit_by_rename(kPath, kTheirs);
      world.files.fail(Step::rename_exchange, EIO, 1);
    }
  });
  CHECK(world.write(disable()).error().code == ErrorCode::config_changed);
  CHECK(exchanges == 2);
  CHECK(world.text() == kTheirs);
  CHECK(world.files.all_files() == std::vector<std::string>{kPath});
}

TEST_CASE("an editor that saves again while its text is put back wins too", "[config]") {
  World world;
  int saves = 0;
  world.files.before_operation([&](Step step, const std::string&) {
    if (step != Step::rename_exchange || saves == 3) return;
    ++saves;
    world.files.edit_by_rename(kPath, fmt::format(R"({{"tools_limit": {}}})", saves));
  });
  CHECK(world.write(disable()).error().code == ErrorCode::config_changed);
  CHECK(saves == 3);
  CHECK(world.text() == R"({"tools_limit": 3})");
  CHECK(world.files.all_files() == std::vector<std::string>{kPath});
}

TEST_CASE("a store that does not take the entry leaves the file as it was", "[config]") {
  World world;
  world.journal.refuse_begin = true;
  CHECK(world.write(disable()).error().code == ErrorCode::store_unavailable);
  CHECK(world.text() == kText);
  world.journal.refuse_begin = false;
  world.journal.refuse_finish = true;
  CHECK(world.write(disable()).error().code == ErrorCode::store_unavailable);
  CHECK(world.text() == kText);
  CHECK(world.files.all_files() == std::vector<std::string>{kPath});
  world.journal.refuse_finish = false;
  CHECK(world.write(disable()).ok());
}

TEST_CASE("a disk that fails leaves the file as it was", "[config]") {
  World world;
  const Step step = GENERATE(Step::create, Step::write, Step::fsync_file, Step::copy_mode_and_owner,
                             Step::rename_exchange, Step::fsync_dir);
  CAPTURE(static_cast<int>(step));
  world.files.fail(step, step == Step::write ? ENOSPC : EIO, 1);
  CHECK(!world.write(disable()).ok());
  CHECK(world.text() == kText);
  CHECK(world.files.all_files() == std::vector<std::string>{kPath});
  CHECK(!world.journal.open);
  CHECK(world.write(disable()).ok());
  CHECK(world.text() == kDisabled);
}

TEST_CASE("a symlink stays one, its target keeps mode and owner", "[config]") {
  World world;
  world.files.edit("/real/config.json", kText);
  world.files.set_owner("/real/config.json", 5, 6);
  REQUIRE(world.files.remove(kPath));
  world.files.add_symlink(kPath, "/real/config.json");
  const base::FileInfo before = world.files.stat(kPath).value();
  REQUIRE(world.write(disable()));
  CHECK(world.files.lstat(kPath)->kind == base::FileKind::symlink);
  CHECK(world.files.peek("/real/config.json") == kDisabled);
  const base::FileInfo after = world.files.stat(kPath).value();
  CHECK(after.mode == before.mode);
  CHECK(after.uid == 5);
  CHECK(after.gid == 6);
}

// Runs the write and cuts the power before its step number `cut`; false when there are fewer steps.
bool crash(World& world, std::uint64_t cut, std::size_t names_kept, bool& answered) {
  std::uint64_t steps = 0;
  bool cut_happened = false;
  world.files.before_operation([&](Step, const std::string&) {
    if (steps++ == cut) {
      world.files.cut_power(names_kept);
      cut_happened = true;
    }
  });
  world.writer->submit(disable(),
                       [&](const Result<IntentWriter::Outcome>& r) { answered = r.ok(); });
  // With the power goes the journal's chance to learn of anything more.
  while (!world.turns.queue.empty() && world.files.powered()) {
    const std::function<void()> next = std::move(world.turns.queue.front());
    world.turns.queue.pop_front();
    const std::optional<IntentEntry> open = world.journal.open;
    next();
    if (!world.files.powered()) world.journal.open = open;
  }
  world.files.before_operation({});
  world.writer.reset();
  world.files.power_on();
  return cut_happened;
}

TEST_CASE(
    "a power cut at any step leaves the old or the new text, and recovery agrees with the "
    "journal",
    "[config]") {
  int crashes = 0;
  for (const bool exchange : {true, false}) {
    for (std::size_t names_kept : {0, 1, 2, 3}) {
      for (std::uint64_t cut = 0;; ++cut) {
        CAPTURE(exchange, names_kept, cut);
        World world;
        if (!exchange) world.files.without_exchange();
        bool answered = false;
        if (!crash(world, cut, names_kept, answered)) {
          CHECK(answered);
          break;
        }
        ++crashes;
        CHECK(!answered);
        const std::string after = world.text();
        CHECK((after == kText || after == kDisabled));
        if (world.journal.open) {
          const Result<Recovery> recovered = recover_file(world.files, kPath, *world.journal.open);
          REQUIRE(recovered);
          CHECK(*recovered == (after == kText ? Recovery::write_again : Recovery::done));
          CHECK(world.text() == kDisabled);
        } else {
          REQUIRE(remove_leftovers(world.files, kPath));
          CHECK(world.text() == kText);
        }
        CHECK(world.files.all_files() == std::vector<std::string>{kPath});
      }
    }
  }
  CHECK(crashes > 40);
}

TEST_CASE("a hash reads back from its digits", "[config]") {
  const ContentHash hash = content_hash("abc");
  CHECK(to_hex(hash) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash_from_hex(to_hex(hash)) == hash);
  CHECK(!hash_from_hex("ba78"));
  CHECK(!hash_from_hex(std::string(64, 'g')));
}

}  // namespace
}  // namespace proxy::config
