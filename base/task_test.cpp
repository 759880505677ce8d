#include "base/task.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/result.h"
#include "base/sim_runtime.h"

namespace base {
namespace {

using namespace std::chrono_literals;

// Counts what is alive, so that a test sees each frame's locals destroyed once.
struct Alive {
  explicit Alive(int& count) : count_(&count) { ++*count_; }
  Alive(Alive&& other) noexcept : count_(other.count_) { ++*count_; }
  Alive& operator=(Alive&&) = delete;
  ~Alive() { --*count_; }
  int* count_;
};

Task<int> number(int value) {
  co_return value;
}

Task<Result<std::string>> wait_then_join(Runtime runtime, std::string left, std::string right) {
  const Duration delay = 10ms;
  co_await Sleep(runtime, delay);
  const int seven = co_await number(7);
  if (left.empty()) co_return Error{ErrorCode::invalid_argument, "nothing on the left", ""};
  co_return left + right + std::to_string(seven);
}

TEST_CASE("a task does nothing until it is started", "[base]") {
  bool ran = false;
  const auto flow = [](bool* flag) -> Task<> {
    *flag = true;
    co_return;
  };
  {
    const Task<> never = flow(&ran);
    CHECK(never.running());
  }
  CHECK(!ran);
  Task<> task = flow(&ran);
  bool ended = false;
  task.start([&] { ended = true; });
  CHECK(ran);
  CHECK(ended);
  CHECK(!task.running());
}

TEST_CASE("values and errors come out of nested flows", "[base]") {
  SimRuntime sim;
  std::string result;
  Task<Result<std::string>> good = wait_then_join(sim.runtime(), std::string(100, 'l'), "right");
  good.start([&](Result<std::string>&& joined) { result = *joined; });
  CHECK(result.empty());
  sim.advance(10ms);
  CHECK(result == std::string(100, 'l') + "right7");

  Task<Result<std::string>> bad = wait_then_join(sim.runtime(), "", "x");
  bad.start([&](Result<std::string>&& joined) { result = joined.error().message; });
  sim.advance(10ms);
  CHECK(result == "nothing on the left");
}

Task<> holds(Runtime runtime, Alive alive) {
  const Duration delay = 1h;
  co_await Sleep(runtime, delay);
  *alive.count_ = -1000;
}

Task<> holds_more(Runtime runtime, int* count) {
  const Alive local(*count);
  Alive passed(*count);
  Task<> inner = holds(runtime, std::move(passed));
  co_await inner;
  *count = -1000;
}

TEST_CASE("destroying a task destroys all it holds and unregisters what it awaits", "[base]") {
  SimRuntime sim;
  int alive = 0;
  {
    Task<> task = holds_more(sim.runtime(), &alive);
    task.start([&] { FAIL("a cancelled flow ended"); });
    CHECK(alive == 3);
    CHECK(sim.timers().armed_count() == 1);
  }
  CHECK(alive == 0);
  CHECK(sim.timers().armed_count() == 0);
  sim.advance(2h);
  CHECK(alive == 0);
}

TEST_CASE("the owner may destroy a task when it is told of the end", "[base]") {
  SimRuntime sim;
  auto task = std::make_unique<Task<Result<std::string>>>(
      wait_then_join(sim.runtime(), "a long enough string for the heap", "right"));
  std::string result;
  task->start([&](Result<std::string>&& joined) {
    task.reset();
    result = *joined;
  });
  sim.advance(1s);
  CHECK(task == nullptr);
  CHECK(result == "a long enough string for the heapright7");
}

Task<int> sum_of_many(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await number(i & 1);
  co_return sum;
}

TEST_CASE("awaiting a million tasks that end at once does not grow the stack", "[base]") {
  int sum = 0;
  Task<int> task = sum_of_many(1'000'000);
  task.start([&](int&& total) { sum = total; });
  CHECK(sum == 500'000);
}

Task<> take(Completion<std::string>* first, Completion<std::string>* second, std::string* out) {
  *out = co_await *first;
  const std::string more = co_await *second;
  *out += more;
}

TEST_CASE("a completion resumes its flow, or waits for it", "[base]") {
  Completion<std::string> first;
  Completion<std::string> second;
  std::string out;
  Task<> task = take(&first, &second, &out);
  second.complete("late");
  bool ended = false;
  task.start([&] { ended = true; });
  CHECK(out.empty());
  first.complete("early ");
  CHECK(out == "early late");
  CHECK(ended);
}

// --- the rules for gcc 12, checked on the tree -------------------------------------------------

// The code with comments and the contents of literals blanked, line breaks kept.
std::string code_only(std::string_view text) {
  std::string code;
  enum { code_state, line_comment, block_comment, literal } state = code_state;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (state == code_state && rest.starts_with("R\"(")) {
      const std::size_t end = text.find(")\"", i);
      i = end == std::string_view::npos ? text.size() : end + 1;
      continue;
    }
    if (state == code_state && (rest.starts_with("//") || rest.starts_with("/*"))) {
      state = rest[1] == '/' ? line_comment : block_comment;
    } else if (state == code_state && (text[i] == '"' || text[i] == '\'') &&
               !(text[i] == '\'' && i > 0 && std::isdigit(text[i - 1]) != 0)) {
      state = literal;
      quote = text[i];
    } else if (state == block_comment && rest.starts_with("*/")) {
      state = code_state;
      ++i;
      continue;
    } else if (state == literal && text[i] == '\\') {
      ++i;
      continue;
    } else if (state == literal && text[i] == quote) {
      state = code_state;
      continue;
    }
    if (text[i] == '\n') {
      if (state == line_comment) state = code_state;
      code.push_back('\n');
    } else if (state == code_state) {
      code.push_back(text[i]);
    }
  }
  return code;
}

// What follows up to the end of the expression: a semicolon, or a closing bracket too many.
std::string_view expression_at(std::string_view code) {
  int depth = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] == '(' || code[i] == '{') ++depth;
    if (code[i] == ')' || code[i] == '}') --depth;
    if (depth < 0 || (depth == 0 && code[i] == ';')) return code.substr(0, i);
  }
  return code;
}

// Parameters that can refer to a temporary, which is gone when the coroutine goes on. A reference
// that is not const binds to none: it stands for an object that outlives the flow.
bool may_dangle(std::string_view parameters) {
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= parameters.size(); ++i) {
    const char c = i < parameters.size() ? parameters[i] : ',';
    depth += c == '<' || c == '(' ? 1 : c == '>' || c == ')' ? -1 : 0;
    if (c != ',' || (depth > 0 && i < parameters.size())) continue;
    const std::string_view one = parameters.substr(start, i - start);
    const auto has = [&](std::string_view text) {
      return one.find(text) != std::string_view::npos;
    };
    if (has("&&") || (has("&") && has("const ")) || has("string_view") || has("span<")) return true;
    start = i + 1;
  }
  return false;
}

// Lines that break a rule, as "12: co_await ...".
std::vector<std::string> broken_rules(std::string_view text) {
  const std::string code = code_only(text);
  std::vector<std::string> broken;
  const auto report = [&](std::size_t at, std::string_view what) {
    const auto line = 1 + std::count(code.begin(), code.begin() + static_cast<long>(at), '\n');
    broken.push_back(std::to_string(line) + ": " + std::string(what));
  };
  for (std::size_t at = code.find("co_await"); at != std::string::npos;
       at = code.find("co_await", at + 1)) {
    const std::string_view before = std::string_view(code).substr(0, at);
    if (before.ends_with("operator ")) continue;
    const std::string_view expression = expression_at(std::string_view(code).substr(at));
    if (expression.find('{') != std::string_view::npos) report(at, expression);
  }
  for (std::size_t at = code.find("Task<"); at != std::string::npos;
       at = code.find("Task<", at + 1)) {
    std::size_t i = at + 5;
    for (int depth = 1; i < code.size() && depth > 0; ++i) {
      depth += code[i] == '<' ? 1 : code[i] == '>' ? -1 : 0;
    }
    std::size_t name = i;
    while (i < code.size() && (std::isalnum(code[i]) != 0 || code[i] == '_' || code[i] == ':' ||
                               code[i] == ' ' || code[i] == '\n')) {
      ++i;
    }
    while (name < i && std::isspace(code[name]) != 0) ++name;
    if (name == i || i >= code.size() || code[i] != '(' ||
        std::string_view(code).substr(name, i - name) == "operator") {
      continue;
    }
    const std::string_view parameters = expression_at(std::string_view(code).substr(i + 1));
    if (may_dangle(parameters)) report(at, parameters);
  }
  return broken;
}

TEST_CASE("the check of awaited expressions finds what gcc 12 miscompiles", "[base][tidy]") {
  CHECK(broken_rules("co_await f(Point{1, 2});").size() == 1);
  CHECK(broken_rules("x = co_await f({1, 2});").size() == 1);
  CHECK(broken_rules("if (!co_await f([&] { return 1; })) {\n}").size() == 1);
  CHECK(broken_rules("\n\nco_await f(\n  [] {});")[0].starts_with("3: "));
  CHECK(broken_rules("Task<int> Session::probe(const std::string& url) {").size() == 1);
  CHECK(broken_rules("Task<Result<std::vector<int>>> list(int n, Name&& name);").size() == 1);

  CHECK(broken_rules("if (co_await f(name, 7)) { g({1}); }").empty());
  CHECK(broken_rules("for (int i : co_await f()) {\n}").empty());
  CHECK(broken_rules("co_await f(\"{\", '{'); // co_await f({})\n/* co_await f({}) */").empty());
  CHECK(broken_rules("Task<int> f(int n, std::string_view name);").size() == 1);
  CHECK(broken_rules("Task<int> f(Name name); void g(const Name& name);").empty());
  CHECK(broken_rules("Task<int> f(Port& port, const Name name, std::map<A, B> m);").empty());
  CHECK(broken_rules("Task& operator=(Task&& other); Task<Task<int>> x;").empty());
}

TEST_CASE("no awaited expression in the tree has braces, no coroutine may dangle", "[base][tidy]") {
  namespace fs = std::filesystem;
  int files = 0;
  for (const char* house : {"base", "protocol", "storage", "search", "upstream", "proxy", "e2e"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(MCPTRUNK_SOURCE_DIR) / house)) {
      const fs::path& path = entry.path();
      if (path.extension() != ".h" && path.extension() != ".cpp") continue;
      if (path.filename() == "task.h") continue;  // explains the rules in its own words
      std::ifstream file(path);
      std::stringstream text;
      text << file.rdbuf();
      ++files;
      for (const std::string& rule : broken_rules(text.str())) {
        FAIL_CHECK(path.string() << ":" << rule);
      }
    }
  }
  CHECK(files > 10);
}

}  // namespace
}  // namespace base
