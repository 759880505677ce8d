// Reads the source tree and fails on what the house rules forbid: includes against the arrows,
// files and functions that grew too long, sleeping tests, work put off by a comment.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

constexpr std::size_t kFileLinesMax = 500;
constexpr std::size_t kFunctionLinesMax = 70;
// Tests hold tables of cases, which are read line by line.
constexpr std::size_t kTestFileLinesMax = 700;
constexpr std::size_t kTestCaseLinesMax = 110;

// The houses, lower first. Equal ranks do not know each other; a house of a rank may include any of
// a lower one.
struct House {
  std::string_view name;
  int rank;
};
constexpr std::array kHouses{House{"base", 0},    House{"net", 1},    House{"protocol", 1},
                             House{"storage", 2}, House{"search", 2}, House{"upstream", 2},
                             House{"proxy", 3},   House{"e2e", 4}};

// The floors of the two large houses, lower first; a floor may include lower ones only.
constexpr std::array<std::string_view, 19> kFloors{
    "upstream/lifecycle", "upstream/transport", "upstream/http", "upstream/session",
    "upstream/fleet",     "proxy/events",       "proxy/config",  "proxy/http",
    "proxy/security",     "proxy/catalog",      "proxy/routing", "proxy/limits",
    "proxy/cache",        "proxy/activity",     "proxy/tools",   "proxy/downstream",
    "proxy/rest",         "proxy/cli",          "proxy/daemon"};

struct SourceFile {
  std::string path;  // from the root of the tree, with /
  std::string text;
};

// Comments and the insides of strings become blanks; line ends stay where they are.
std::string without_comments_and_strings(std::string_view text) {
  std::string out(text);
  const auto blank = [&out](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, out.size()); ++i) {
      if (out[i] != '\n') out[i] = ' ';
    }
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    std::size_t end = i + 1;
    if (rest.starts_with("//")) {
      end = std::min(text.find('\n', i), text.size());
      blank(i, end);
    } else if (rest.starts_with("/*")) {
      end = std::min(text.find("*/", i + 2), text.size() - 2) + 2;
      blank(i, end);
    } else if (rest.starts_with("R\"")) {
      const std::string close = ")" + std::string(rest.substr(2, rest.find('(') - 2)) + "\"";
      end = std::min(text.find(close, i), text.size() - close.size()) + close.size();
      blank(i, end);
    } else if (rest[0] == '"' ||
               (rest[0] == '\'' &&
                (i == 0 || !std::isalnum(static_cast<unsigned char>(text[i - 1]))))) {
      while (end < text.size() && text[end] != rest[0] && text[end] != '\n') {
        end += text[end] == '\\' ? 2 : 1;
      }
      blank(i + 1, end);
      ++end;
    }
    i = end;
  }
  return out;
}

std::size_t line_of(std::string_view text, std::size_t position) {
  return 1 + static_cast<std::size_t>(std::count(
                 text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
}

// Whether the brace at `open` starts a function's body: what stands before it ends like a head.
bool opens_function(std::string_view code, std::size_t open) {
  const std::size_t start = code.find_last_of(";{}", open == 0 ? 0 : open - 1);
  std::string_view head = code.substr(start == std::string_view::npos ? 0 : start + 1,
                                      open - (start == std::string_view::npos ? 0 : start + 1));
  while (!head.empty() && std::isspace(static_cast<unsigned char>(head.back()))) {
    head.remove_suffix(1);
  }
  static const std::regex kNotFunction(
      R"(^\s*(namespace|class|struct|enum|union|extern|if|for|while|switch|else|do|try|return)\b)");
  static const std::regex kEnd(
      R"((\)|\b(const|override|final|noexcept|mutable)|->\s*[\w:<>&*, ]+)$)");
  const std::string text(head);
  return !std::regex_search(text, kNotFunction) && std::regex_search(text, kEnd) &&
         text.find('(') != std::string::npos;
}

struct Function {
  std::size_t first_line;
  std::size_t lines;
};

// Outermost functions only: a lambda counts as part of the one it stands in.
std::vector<Function> functions_of(std::string_view source) {
  const std::string code = without_comments_and_strings(source);
  std::vector<Function> found;
  std::vector<std::size_t> open_braces;
  std::optional<std::size_t> function_depth;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] == '{') {
      if (!function_depth && opens_function(code, i)) function_depth = open_braces.size();
      open_braces.push_back(i);
    } else if (code[i] == '}' && !open_braces.empty()) {
      const std::size_t open = open_braces.back();
      open_braces.pop_back();
      if (function_depth && open_braces.size() == *function_depth) {
        function_depth.reset();
        const std::size_t first = line_of(code, open);
        found.push_back({first, line_of(code, i) - first + 1});
      }
    }
  }
  return found;
}

std::optional<std::size_t> floor_of(std::string_view path) {
  for (std::size_t i = 0; i < kFloors.size(); ++i) {
    if (path.starts_with(std::string(kFloors[i]) + "/")) return i;
  }
  return std::nullopt;
}

const House* house_of(std::string_view path) {
  const auto* house = std::ranges::find(kHouses, path.substr(0, path.find('/')), &House::name);
  return house == kHouses.end() ? nullptr : house;
}

// Why `path` must not include `included`; empty when it may.
std::string include_fault(std::string_view path, std::string_view included) {
  const House* from = house_of(path);
  const House* to = house_of(included);
  if (from == nullptr || to == nullptr) return {};
  if (from != to) {
    return to->rank < from->rank ? "" : "against the arrows of the houses";
  }
  const auto from_floor = floor_of(path);
  const auto to_floor = floor_of(included);
  if (from_floor && to_floor && *to_floor > *from_floor) return "a lower floor includes a higher";
  return {};
}

std::vector<std::string> includes_of(std::string_view source) {
  static const std::regex kInclude("^#include \"([^\"]+)\"", std::regex::multiline);
  std::vector<std::string> found;
  const std::string text(source);
  for (std::sregex_iterator i(text.begin(), text.end(), kInclude), end; i != end; ++i) {
    found.push_back((*i)[1]);
  }
  return found;
}

bool sleeps(std::string_view source) {
  // A declaration or a member named sleep (a seam of time) is no sleeping.
  static const std::regex kSleep(
      R"(\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(|([;{}(]|::)\s*sleep\s*\()");
  return std::regex_search(without_comments_and_strings(source), kSleep);
}

bool puts_work_off(std::string_view source) {
  static const std::regex kWords(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X|HA"
      "CK)\\b");
  return std::regex_search(std::string(source), kWords);
}

// Programs of e2e that act a part may wait, users and those who measure too; what checks them may
// not.
bool is_test(std::string_view path) {
  const bool acts = path.starts_with("e2e/fixture/") || path.starts_with("e2e/bench/") ||
                    path.starts_with("e2e/scale/");
  return path.ends_with("_test.cpp") || path.find("test_") != std::string_view::npos ||
         (path.starts_with("e2e/") && !acts);
}

std::vector<SourceFile> read_tree() {
  std::vector<SourceFile> files;
  const fs::path root = MCPTRUNK_SOURCE_DIR;
  for (const House& house : kHouses) {
    for (const auto& entry : fs::recursive_directory_iterator(root / house.name)) {
      const std::string path = fs::relative(entry.path(), root).generic_string();
      if (path.find("node_modules") != std::string::npos) continue;
      if (!path.ends_with(".h") && !path.ends_with(".cpp")) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      files.push_back({path, text.str()});
    }
  }
  return files;
}

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> kFiles = read_tree();
  return kFiles;
}

TEST_CASE("the tree is read", "[tidy]") {
  CHECK(tree().size() > 50);
  std::size_t functions = 0;
  for (const SourceFile& file : tree()) functions += functions_of(file.text).size();
  CHECK(functions > 500);
}

TEST_CASE("includes follow the arrows", "[tidy]") {
  Lines faults;
  for (const SourceFile& file : tree()) {
    for (const std::string& included : includes_of(file.text)) {
      const std::string fault = include_fault(file.path, included);
      if (!fault.empty()) faults.push_back(file.path + " includes " + included + ": " + fault);
    }
  }
  CHECK(faults == Lines{});
}

TEST_CASE("no file is longer than 500 lines, no file of tests longer than 700", "[tidy]") {
  Lines faults;
  for (const SourceFile& file : tree()) {
    const std::size_t lines = line_of(file.text, file.text.size()) - 1;
    const bool fits = lines <= (is_test(file.path) ? kTestFileLinesMax : kFileLinesMax);
    if (!fits) faults.push_back(file.path + ": " + std::to_string(lines));
  }
  CHECK(faults == Lines{});
}

TEST_CASE("no function is longer than 70 lines, no test case longer than 110", "[tidy]") {
  Lines faults;
  for (const SourceFile& file : tree()) {
    const std::size_t lines_max = is_test(file.path) ? kTestCaseLinesMax : kFunctionLinesMax;
    for (const Function& function : functions_of(file.text)) {
      if (function.lines <= lines_max) continue;
      faults.push_back(file.path + ":" + std::to_string(function.first_line) + ": " +
                       std::to_string(function.lines) + " lines");
    }
  }
  CHECK(faults == Lines{});
}

TEST_CASE("no test sleeps", "[tidy]") {
  Lines faults;
  for (const SourceFile& file : tree()) {
    if (is_test(file.path) && sleeps(file.text)) faults.push_back(file.path);
  }
  CHECK(faults == Lines{});
}

TEST_CASE("no test's name reads as an option of the test program", "[tidy]") {
  static const std::regex kOption(R"(TEST_CASE\(\s*"-)");
  Lines faults;
  for (const SourceFile& file : tree()) {
    if (is_test(file.path) && std::regex_search(file.text, kOption)) faults.push_back(file.path);
  }
  CHECK(faults == Lines{});
}

TEST_CASE("no comment puts work off", "[tidy]") {
  Lines faults;
  for (const SourceFile& file : tree()) {
    if (puts_work_off(file.text)) faults.push_back(file.path);
  }
  CHECK(faults == Lines{});
}

TEST_CASE("the checks find what they are for", "[tidy]") {
  CHECK(!include_fault("base/a.h", "protocol/b.h").empty());
  CHECK(!include_fault("search/a.h", "storage/b.h").empty());
  CHECK(!include_fault("net/a.h", "protocol/b.h").empty());
  CHECK(!include_fault("protocol/a.h", "upstream/session/b.h").empty());
  CHECK(!include_fault("upstream/lifecycle/a.h", "upstream/transport/b.h").empty());
  CHECK(!include_fault("proxy/http/a.h", "proxy/catalog/b.h").empty());
  CHECK(!include_fault("proxy/main.cpp", "e2e/b.h").empty());
  CHECK(include_fault("upstream/fleet/a.h", "upstream/session/b.h").empty());
  CHECK(include_fault("proxy/main.cpp", "proxy/daemon/b.h").empty());
  CHECK(include_fault("search/a.h", "base/b.h").empty());
  CHECK(includes_of("#include <vector>\n#include \"base/a.h\"\n") == Lines{"base/a.h"});

  const std::string body(100, '\n');
  const auto lengths = [](const std::string& source) {
    std::vector<std::size_t> found;
    for (const Function& function : functions_of(source)) found.push_back(function.lines);
    return found;
  };
  using Lengths = std::vector<std::size_t>;
  CHECK(lengths("namespace a {\nint f(int x,\n  int y) {" + body + "}\n}\n") == Lengths{101});
  CHECK(lengths("struct S {\n  S() : a_(1) { if (a) {\n } }\n int g() const {\n}\n};\n") ==
        Lengths{2, 2});
  CHECK(lengths("auto f = [](int) {};\nconst char* s = \"{\"; // {\nvoid g() {\n'{';\n}\n") ==
        Lengths{1, 3});
  CHECK(lengths("void f() {\nauto s = R\"x({\")}\")x\";\n}\nvoid g() {}\n") == Lengths{3, 1});
  CHECK(lengths("constexpr std::array kRows{Row{f(1), 2},\n Row{3}};\n") == Lengths{});

  CHECK(sleeps("std::this_thread::sleep_for(x);"));
  CHECK(sleeps("void f() {\n  sleep(1);\n}"));
  CHECK(!sleeps("virtual void sleep(Duration time);"));
  CHECK(!sleeps("// sleep(1)\nasleep(2); \"sleep(3)\";"));
  CHECK(puts_work_off(std::string("// TO") + "DO: later"));
  CHECK(!puts_work_off("HTODO"));
}

}  // namespace
