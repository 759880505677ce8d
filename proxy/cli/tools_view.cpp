#include "proxy/cli/tools_view.h"

#include <fmt/format.h>

#include "base/hidden_text.h"
#include "proxy/cli/json_view.h"

namespace proxy::cli {
namespace {

std::string first_line(std::string text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) return {};
  text.erase(0, start);
  return text.substr(0, text.find('\n'));
}

std::string hints_of(const rapidjson::Value& tool) {
  const auto* annotations = base::json_object(tool, "annotations");
  if (annotations == nullptr) return "none (treated as destructive)";
  std::string hints;
  for (const char* name : {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}) {
    const auto value = base::json_bool(*annotations, name);
    if (!value) continue;
    if (!hints.empty()) hints += ", ";
    hints += fmt::format("{}: {}", name, *value);
  }
  return hints;
}

double number_of(const rapidjson::Value& object, const char* name) {
  return base::json_number(object, name).value_or(0);
}

// "name 0.75, summary 0.30"
std::string fields_text(const rapidjson::Value& term) {
  std::string text;
  const auto* fields = base::json_object(term, "fields");
  if (fields == nullptr) return text;
  for (const auto& field : fields->GetObject()) {
    if (!field.value.IsNumber()) continue;
    text += fmt::format("{}{} {:.2f}", text.empty() ? "" : ", ",
                        one_clean_line({field.name.GetString(), field.name.GetStringLength()}),
                        field.value.GetDouble());
  }
  return text;
}

std::string explained(const rapidjson::Value& hit) {
  const auto* explanation = base::json_object(hit, "explanation");
  if (explanation == nullptr) return {};
  std::string text = fmt::format("  {}\n", one_clean_line(text_of(hit, "id")));
  for_each_in(*explanation, "terms", [&](const rapidjson::Value& term) {
    text +=
        fmt::format("    {:<16} {:<16} {:<8} {:6.3f}  {}\n", one_clean_line(text_of(term, "word")),
                    one_clean_line(text_of(term, "term")), one_clean_line(text_of(term, "reason")),
                    number_of(term, "score"), fields_text(term));
  });
  struct Part {
    const char* member;
    const char* what;
    double nothing;
  };
  for (const Part& part :
       {Part{"clause", "the best part of the query", 0}, Part{"server", "the server as a whole", 0},
        Part{"coverage", "the tool's name, covered by the query", 0},
        Part{"act", "another kind of act in the tool's name", 0},
        Part{"prior", "used with success before", 0},
        Part{"factor", "times, for a server that fails", 1}}) {
    const double value = number_of(*explanation, part.member);
    if (value != part.nothing) text += fmt::format("    {:<42} {:6.3f}\n", part.what, value);
  }
  return text;
}

// What was taken for words that no tool knows, and what to try next.
std::string remarks(const rapidjson::Value& data) {
  std::string text;
  if (const auto* respelled = base::json_object(data, "respelled")) {
    for (const auto& word : respelled->GetObject()) {
      const std::string taken = text_of(*respelled, word.name.GetString());
      text += fmt::format(
          "no tool knows \"{}\"{}\n", one_clean_line(word.name.GetString()),
          taken.empty() ? "" : fmt::format("; taken for \"{}\"", one_clean_line(taken)));
    }
  }
  const std::string hint = text_of(data, "hint");
  if (!hint.empty()) text += one_clean_line(hint) + "\n";
  return text;
}

// Text for people keeps its line breaks and tabs; all other control characters go.
std::string clean_text(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\n\t");
    clean += one_clean_line(text.substr(0, end));
    if (end == std::string_view::npos) break;
    clean += text[end];
    text.remove_prefix(end + 1);
  }
  if (!clean.ends_with('\n')) clean += '\n';
  return clean;
}

std::string block_text(const rapidjson::Value& block) {
  const std::string type = text_of(block, "type");
  if (type == "text") return clean_text(text_of(block, "text"));
  const std::string mime = one_clean_line(text_of(block, "mimeType"));
  if (type == "image" || type == "audio") {
    const std::size_t base64 = base::json_string(block, "data").value_or("").size();
    return fmt::format("[{} {}, about {}]\n", type, mime,
                       bytes_text(static_cast<std::int64_t>(base64 / 4 * 3)));
  }
  if (type == "resource_link") {
    return fmt::format("[resource {}]\n", one_clean_line(text_of(block, "uri")));
  }
  if (const auto* resource = base::json_object(block, "resource")) {
    if (const auto text = base::json_string(*resource, "text")) return clean_text(*text);
    return fmt::format("[resource {}]\n", one_clean_line(text_of(*resource, "uri")));
  }
  return fmt::format("[{}]\n", one_clean_line(type));
}

}  // namespace

std::string render_tools(const rapidjson::Value& data, const Screen& screen) {
  const std::vector<Column> columns{{"ID", false, 24, 0}, {"DESCRIPTION", false, 16, 2}};
  std::vector<std::vector<Cell>> rows;
  for_each_in(data, "tools", [&](const rapidjson::Value& tool) {
    rows.push_back({{text_of(tool, "id")}, {first_line(text_of(tool, "description")), Tone::dim}});
  });
  if (rows.empty()) return "no tools\n";
  return render_table(columns, rows, screen) +
         fmt::format("{} tool{}\n", rows.size(), rows.size() == 1 ? "" : "s");
}

std::string render_search(const rapidjson::Value& data, const Screen& screen) {
  const std::vector<Column> columns{
      {"ID"}, {"SCORE", true}, {"STATE", false, 0, 3}, {"DESCRIPTION", false, 16, 2}};
  std::vector<std::vector<Cell>> rows;
  std::string shares;
  for_each_in(data, "results", [&](const rapidjson::Value& hit) {
    const std::string state = text_of(hit, "state");
    rows.push_back({{text_of(hit, "id"), Tone::strong},
                    {fmt::format("{:.2f}", base::json_number(hit, "score").value_or(0))},
                    {state, tone_of_state(state)},
                    {first_line(text_of(hit, "description")), Tone::dim}});
    shares += explained(hit);
  });
  if (rows.empty()) return "nothing found\n" + remarks(data);
  std::string text = render_table(columns, rows, screen);
  if (!shares.empty()) text += "What each word gave:\n" + shares;
  return text + remarks(data);
}

std::string render_tool(const rapidjson::Value& data, const Screen& screen) {
  const std::string state = text_of(data, "state");
  std::string text = render_facts({{"Id", {text_of(data, "id"), Tone::strong}},
                                   {"Server", {text_of(data, "server")}},
                                   {"State", {state, tone_of_state(state)}},
                                   {"Title", {text_of(data, "title")}},
                                   {"Hints", {hints_of(data)}},
                                   {"Description", {text_of(data, "description")}}},
                                  screen);
  for (const char* schema : {"inputSchema", "outputSchema"}) {
    if (const auto* value = base::json_object(data, schema)) {
      text += toned(fmt::format("{}:", schema), Tone::dim, screen) + "\n" +
              base::with_hidden_shown(pretty_json(*value)) + "\n";
    }
  }
  return text;
}

std::string render_call_result(const rapidjson::Value& data, const Screen&) {
  std::string text;
  for_each_in(data, "content", [&](const rapidjson::Value& block) { text += block_text(block); });
  const auto* structured = base::json_member(data, "structuredContent");
  if (text.empty() && structured != nullptr) text = pretty_json(*structured) + "\n";
  return text.empty() ? "the tool answered without content\n" : text;
}

}  // namespace proxy::cli
