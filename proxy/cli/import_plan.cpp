#include "proxy/cli/import_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/nearest.h"
#include "proxy/config/look_alikes.h"
#include "proxy/config/redaction.h"
#include "proxy/config/to_json.h"

namespace proxy::cli {
namespace {

// The server that is there or planned and whose name this one looks like; empty for none.
std::string looks_like(const ImportPlan& plan, const std::set<std::string, std::less<>>& known,
                       std::string_view name) {
  const auto alike = [&](std::string_view other) { return config::look_alike(name, other); };
  if (const auto found = std::ranges::find_if(known, alike); found != known.end()) return *found;
  for (const PlannedServer& other : plan.servers) {
    if (other.status == ImportStatus::fresh && alike(other.found.server.name)) {
      return other.found.server.name;
    }
  }
  return {};
}

bool has_name(const config::ImportedServer& server, std::string_view name) {
  return name == server.server.name || name == server.found_as;
}

bool chosen(const ImportChoice& choice, const config::ImportedServer& server) {
  return choice.only.empty() || std::ranges::any_of(choice.only, [&](const std::string& name) {
           return has_name(server, name);
         });
}

void need_group(ImportPlan& plan, const std::vector<config::GroupConfig>& declared,
                const std::string& name) {
  const auto same = [&](const config::GroupConfig& group) { return group.name == name; };
  if (std::ranges::any_of(plan.groups, same)) return;
  const auto found = std::ranges::find_if(declared, same);
  config::GroupConfig group = found == declared.end() ? config::GroupConfig{} : *found;
  group.name = name;
  plan.groups.push_back(std::move(group));
}

std::string launch_of(const config::ServerConfig& shown) {
  std::string text = shown.command.empty() ? shown.url : shown.command;
  for (const std::string& arg : shown.args) text += " " + arg;
  return text;
}

Tone tone_of(ImportStatus status) {
  switch (status) {
    case ImportStatus::fresh:
    case ImportStatus::added:
      return Tone::good;
    case ImportStatus::exists:
      return Tone::dim;
    case ImportStatus::unusable:
    case ImportStatus::failed:
      return Tone::bad;
  }
  return Tone::plain;
}

}  // namespace

std::string_view to_string(ImportStatus status) {
  switch (status) {
    case ImportStatus::fresh:
      return "new";
    case ImportStatus::exists:
      return "exists";
    case ImportStatus::unusable:
      return "unusable";
    case ImportStatus::added:
      return "added";
    case ImportStatus::failed:
      return "failed";
  }
  return "";
}

void add_to_plan(ImportPlan& plan, const std::string& file, config::ForeignConfig found,
                 const ImportChoice& choice, const std::set<std::string, std::less<>>& known) {
  plan.files.push_back(file);
  for (config::ImportedServer& server : found.servers) {
    if (!chosen(choice, server)) {
      plan.passed_over.push_back(server.server.name);
      continue;
    }
    const bool planned = std::ranges::any_of(plan.servers, [&](const PlannedServer& other) {
      return other.status == ImportStatus::fresh && other.found.server.name == server.server.name;
    });
    PlannedServer entry{std::move(server), file, ImportStatus::fresh, {}};
    config::ServerConfig& config = entry.found.server;
    if (entry.found.refused) {
      entry.status = ImportStatus::unusable;
      entry.error = *entry.found.refused;
    } else if (planned || known.contains(config.name)) {
      entry.status = ImportStatus::exists;
    } else {
      if (choice.quarantine) config::set_mode(config, config::StartupMode::quarantined);
      for (const std::string& group : choice.groups) {
        if (std::ranges::find(config.groups, group) == config.groups.end()) {
          config.groups.push_back(group);
        }
      }
      for (const std::string& group : config.groups) need_group(plan, found.groups, group);
      if (const std::string other = looks_like(plan, known, config.name); !other.empty()) {
        entry.found.notes.push_back(config::look_alike_message(other));
      }
    }
    plan.servers.push_back(std::move(entry));
  }
}

base::Result<void> all_found(const ImportPlan& plan, const ImportChoice& choice) {
  for (const std::string& name : choice.only) {
    const bool found = std::ranges::any_of(
        plan.servers, [&](const PlannedServer& one) { return has_name(one.found, name); });
    if (found) continue;
    const std::vector<std::string_view> names(plan.passed_over.begin(), plan.passed_over.end());
    return base::Error{base::ErrorCode::not_found,
                       fmt::format("there is no server \"{}\" to import.{}", name,
                                   base::did_you_mean(base::nearest(name, names, 3))),
                       fmt::format("there are: {}",
                                   names.empty() ? std::string("none") : base::some_of(names, 40))};
  }
  return base::kDone;
}

std::string render_plan(const ImportPlan& plan, const Screen& screen) {
  std::vector<std::vector<Cell>> rows;
  std::string remarks;
  std::size_t fresh = 0;
  for (const PlannedServer& one : plan.servers) {
    const config::ServerConfig shown = config::redacted(one.found.server);
    fresh += one.status == ImportStatus::fresh ? 1 : 0;
    rows.push_back({{shown.name},
                    {std::string(to_string(one.status)), tone_of(one.status)},
                    {std::string(config::to_string(shown.startup_mode))},
                    {launch_of(shown), Tone::dim}});
    for (const std::string& note : one.found.notes) {
      remarks += fmt::format("{}: {}\n", shown.name, one_clean_line(note));
    }
    if (!one.error.message.empty()) {
      remarks += fmt::format("{}: {}\n", shown.name,
                             toned(one_clean_line(base::one_line(one.error)), Tone::bad, screen));
    }
  }
  std::string text;
  for (const std::string& file : plan.files) text += one_clean_line(file) + "\n";
  if (rows.empty()) return text + "nothing to import\n";
  text += render_table({{"SERVER"}, {"STATUS"}, {"MODE", false, 0, 2}, {"RUNS", false, 16, 1}},
                       rows, screen);
  text += remarks;
  if (!plan.applied) {
    text += fmt::format("{} would be added; to do it, say --apply\n", fresh);
  }
  return text;
}

std::string plan_json(const ImportPlan& plan) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object().field("applied", plan.applied).key("files").begin_array();
  for (const std::string& file : plan.files) out.value(file);
  out.end_array().key("servers").begin_array();
  for (const PlannedServer& one : plan.servers) {
    out.begin_object().field("name", one.found.server.name);
    out.field("found_as", one.found.found_as).field("file", one.file);
    out.field("status", to_string(one.status)).key("notes").begin_array();
    for (const std::string& note : one.found.notes) out.value(note);
    out.end_array().key("error");
    if (one.error.message.empty()) {
      out.null();
    } else {
      out.begin_object().field("code", base::to_string(one.error.code));
      out.field("message", one.error.message).field("remedy", one.error.remedy).end_object();
    }
    out.key("entry");
    config::write_json(out, config::redacted(one.found.server));
    out.end_object();
  }
  out.end_array().end_object();
  return text + "\n";
}

}  // namespace proxy::cli
