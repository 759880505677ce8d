#include "upstream/transport/preflight.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "upstream/transport/environment.h"

namespace upstream {
namespace {

// What execvp() searches when PATH is not set.
constexpr std::string_view kDefaultPath = "/bin:/usr/bin";

enum class Found : std::uint8_t { no, not_executable, yes };

Found look_at(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return Found::no;
  if (!S_ISREG(info.st_mode) || access(path.c_str(), X_OK) != 0) return Found::not_executable;
  return Found::yes;
}

// A relative path counts from the working directory, as the shim enters it first.
std::string from_working_dir(const ChildSpec& spec, std::string_view path) {
  if (path.starts_with('/') || spec.working_dir.empty()) return std::string(path);
  return spec.working_dir + "/" + std::string(path);
}

// `where` becomes the file that was found but may not be executed.
Found search_path(const ChildSpec& spec, std::string& where) {
  std::string_view path = find_variable(spec.environment, "PATH");
  if (path.empty()) path = kDefaultPath;
  Found best = Found::no;
  while (!path.empty()) {
    const std::string_view directory = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(path.size(), directory.size() + 1));
    const std::string file =
        from_working_dir(spec, directory.empty() ? "." : directory) + "/" + spec.command;
    const Found found = look_at(file);
    if (found == Found::yes) return found;
    if (found == Found::not_executable) {
      best = found;
      where = file;
    }
  }
  return best;
}

PreflightProblem problem(PreflightReason reason, Explanation explanation) {
  return {reason, std::move(explanation.message), std::move(explanation.remedy)};
}

}  // namespace

std::string_view to_string(PreflightReason reason) {
  switch (reason) {
    case PreflightReason::command_missing:
      return "command_missing";
    case PreflightReason::command_not_executable:
      return "command_not_executable";
    case PreflightReason::working_dir_missing:
      return "working_dir_missing";
  }
  return "";
}

std::optional<PreflightProblem> preflight(const ChildSpec& spec) {
  if (!spec.working_dir.empty()) {
    struct stat info {};
    const bool exists = stat(spec.working_dir.c_str(), &info) == 0;
    if (!exists || !S_ISDIR(info.st_mode)) {
      return problem(PreflightReason::working_dir_missing,
                     working_dir_unusable(spec, exists ? ENOTDIR : errno));
    }
  }
  const bool is_path = spec.command.find('/') != std::string::npos;
  std::string where = is_path ? from_working_dir(spec, spec.command) : spec.command;
  const Found found = is_path ? look_at(where) : search_path(spec, where);
  if (found == Found::no) {
    return problem(PreflightReason::command_missing, command_not_found(spec));
  }
  if (found == Found::not_executable) {
    return problem(PreflightReason::command_not_executable, command_not_executable(where));
  }
  return std::nullopt;
}

}  // namespace upstream
