#include "e2e/scale/scale_config.h"

#include <fmt/format.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <array>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "e2e/bench/daemon.h"
#include "e2e/scale/client.h"

namespace scale {
namespace {

using rapidjson::Value;

constexpr std::array kSizes{5, 20, 50};

rapidjson::Document demo_config(const std::filesystem::path& file, Loading loading) {
  std::vector<std::string> command{(bench::program_folder() / "mcptrunk-demo-config").string(),
                                   file.string()};
  if (loading == Loading::eager) command.emplace_back("--eager");
  auto writer = bench::Program::start(command, file.string() + ".log");
  if (!writer || writer->wait() != 0) give_up("the demo configuration was not written");
  rapidjson::Document document;
  if (document.Parse(text_of(file).c_str()).HasParseError()) give_up("no demo configuration");
  return document;
}

void set(rapidjson::Document& document, Value& object, const char* name, Value value) {
  object.RemoveMember(name);
  object.AddMember(Value(name, document.GetAllocator()), value, document.GetAllocator());
}

Value text(rapidjson::Document& document, const std::string& content) {
  return {content.c_str(), document.GetAllocator()};
}

void add_group(rapidjson::Document& document, const std::string& name, const char* parent) {
  Value group(rapidjson::kObjectType);
  set(document, group, "name", text(document, name));
  if (parent != nullptr) set(document, group, "parent", text(document, parent));
  document["groups"].PushBack(group, document.GetAllocator());
}

void join_group(rapidjson::Document& document, Value& server, const std::string& group,
                std::set<std::string>& members) {
  if (!server.HasMember("groups")) {
    Value groups(rapidjson::kArrayType);
    groups.PushBack(Value(server["group_name"], document.GetAllocator()), document.GetAllocator());
    set(document, server, "groups", std::move(groups));
  }
  server["groups"].PushBack(text(document, group), document.GetAllocator());
  members.insert(server["name"].GetString());
}

// Members in the order of the file, whatever their mode is; the first group of a server stays its
// own.
void add_groups(rapidjson::Document& document, ScaleConfig& config) {
  add_group(document, kParentGroup, nullptr);
  auto servers = document["mcpServers"].GetArray();
  rapidjson::SizeType next = 0;
  for (const int size : kSizes) {
    add_group(document, group_of(size), kParentGroup);
    for (int i = 0; i < size; ++i) {
      join_group(document, servers[next++], group_of(size), config.members[size]);
    }
  }
}

void add_group_of_all(rapidjson::Document& document, ScaleConfig& config) {
  add_group(document, kEverybody, nullptr);
  for (Value& server : document["mcpServers"].GetArray()) {
    join_group(document, server, kEverybody, config.everybody);
  }
}

// The last that may run: outside of all those groups.
void make_one_fail(rapidjson::Document& document, ScaleConfig& config) {
  Value* failing = nullptr;
  for (Value& server : document["mcpServers"].GetArray()) {
    if (base::json_string(server, "startup_mode") == "active") failing = &server;
  }
  if (failing == nullptr) give_up("no active server in the demo configuration");
  (*failing)["args"].PushBack("--exit", document.GetAllocator());
  (*failing)["args"].PushBack("7", document.GetAllocator());
  config.failing = (*failing)["name"].GetString();
}

}  // namespace

std::string group_of(int size) {
  return fmt::format("scale-{}", size);
}

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

ScaleConfig write_scale_config(const std::filesystem::path& folder, Loading loading) {
  const std::filesystem::path own = folder / (loading == Loading::lazy ? "lazy" : "eager");
  std::filesystem::create_directories(own);
  ScaleConfig config;
  config.path = own / "config.json";
  config.data_dir = own / "data";
  rapidjson::Document document = demo_config(config.path, loading);
  set(document, document, "listen", text(document, "127.0.0.1:0"));
  set(document, document, "data_dir", text(document, config.data_dir.string()));
  if (loading == Loading::lazy) set(document, document, "idle_timeout", text(document, "1s"));
  set(document, document["logging"], "enable_console", Value(false));
  add_groups(document, config);
  if (loading == Loading::eager) add_group_of_all(document, config);
  make_one_fail(document, config);
  rapidjson::StringBuffer out;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(out);
  writer.SetIndent(' ', 2);
  document.Accept(writer);
  std::ofstream(config.path, std::ios::binary) << kComment << "\n" << out.GetString() << "\n";
  return config;
}

}  // namespace scale
