// `mcptrunk backup FILE`.
#include <filesystem>

#include "proxy/cli/command.h"
#include "proxy/cli/json_view.h"

namespace proxy::cli {
namespace {

ExitCode back_up(Context& context, const std::string& file) {
  // The daemon may have been started somewhere else.
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(file, error);
  if (file.empty() || error) {
    return context.fail({base::ErrorCode::invalid_argument, "no file is named",
                         "write it like: mcptrunk backup state.mdb"});
  }
  std::string body;
  base::JsonWriter out(body);
  out.begin_object().field("path", path.lexically_normal().string()).end_object();
  return context.present(
      context.post("backup", body), [](const rapidjson::Value& data, const Screen&) {
        return "the daemon's state is saved in " + one_clean_line(text_of(data, "path")) + "\n";
      });
}

}  // namespace

void add_backup_command(CommandLine& line) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = line.add(line.app, "backup",
                               "Copy the daemon's state (state.mdb) into a new file, consistently",
                               "mcptrunk backup ~/mcptrunk-state.mdb");
  line.takes(command->add_option("file", *file, "A file that does not exist yet")
                 ->required()
                 ->option_text("FILE"),
             Values::files);
  line.on(command, [&context = line.context, file] { return back_up(context, *file); });
}

}  // namespace proxy::cli
