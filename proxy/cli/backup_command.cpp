// `mcptrunk backup FILE`.
#include <fmt/format.h>

#include <filesystem>

#include "proxy/cli/command.h"
#include "proxy/cli/json_view.h"

namespace proxy::cli {
namespace {

// Larger states have been backed up by other means long ago.
constexpr std::size_t kStateBytesMax = std::size_t{4} << 30;
constexpr std::uint32_t kOwnerOnly = 0600;

// Where the daemon put it, to where the user wants it, with the user's rights.
base::Result<void> bring(base::FileSystem& files, const std::string& from, const std::string& to) {
  const auto state = files.read_file(from, kStateBytesMax);
  if (!state) {
    return base::Error{base::ErrorCode::io_error,
                       fmt::format("the state is saved in {} on the daemon's machine, but cannot "
                                   "be read from here: {}",
                                   from, state.error().message),
                       "copy it from there"};
  }
  if (auto written = files.write_new(to, *state, kOwnerOnly); !written) {
    return base::Error{
        written.error().code, written.error().message,
        fmt::format("the state is saved in {} all the same: copy it to another file", from)};
  }
  (void)files.remove(from);
  return base::kDone;
}

ExitCode back_up(Context& context, const std::string& file) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(file, error);
  if (file.empty() || error) {
    return context.fail({base::ErrorCode::invalid_argument, "no file is named",
                         "write it like: mcptrunk backup state.mdb"});
  }
  const std::string target = path.lexically_normal().string();
  if (context.files().lstat(target)) {
    return context.fail({base::ErrorCode::already_exists, fmt::format("{} exists", target),
                         "choose a name that does not exist yet"});
  }
  if (const auto dir = context.files().stat(base::parent_dir(target)); !dir) {
    return context.fail(dir.error());
  }
  const auto data = context.post("backup", "{}");
  if (!data) return context.fail(data.error());
  const auto saved = base::parse_document(*data, Context::kDataLimits);
  if (!saved) return context.fail(saved.error());
  if (auto brought = bring(context.files(), text_of(*saved, "path"), target); !brought) {
    return context.fail(brought.error());
  }
  std::string answer;
  base::JsonWriter(answer).begin_object().field("path", target).end_object();
  return context.present(answer, [](const rapidjson::Value& shown, const Screen&) {
    return "the daemon's state is saved in " + one_clean_line(text_of(shown, "path")) + "\n";
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
