#include "upstream/transport/child_failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "upstream/transport/environment.h"

namespace upstream {
namespace {

constexpr int kShellNotFound = 127;
constexpr int kShellNotExecutable = 126;

// In a line that names what went wrong.
constexpr std::array<std::string_view, 7> kNamesError{"rror: ",
                                                      "xception: ",
                                                      "panicked at",
                                                      "panic: ",
                                                      "atal: ",
                                                      "could not be found",
                                                      "is not in this registry"};
// In lines that package managers and runtimes end with.
constexpr std::array<std::string_view, 7> kSaysLittle{"A complete log of this run",
                                                      "Note that you can also install",
                                                      "tarball, folder, http url",
                                                      "npm notice",
                                                      "npm warn",
                                                      "Node.js v",
                                                      "    at "};

std::string name_of_signal(int number) {
  const char* name = sigabbrev_np(number);
  return name == nullptr ? std::to_string(number) : fmt::format("{} (SIG{})", number, name);
}

Failure make(FailureKind kind, int detail, Explanation explanation) {
  return {kind, detail, std::move(explanation.message), std::move(explanation.remedy), {}};
}

std::string text_of(int error_number) {
  return strerrordesc_np(error_number) == nullptr ? std::to_string(error_number)
                                                  : strerrordesc_np(error_number);
}

Explanation explain_exec(const ChildSpec& spec, int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return command_not_found(spec);
    case EACCES:
    case EPERM:
      return command_not_executable(spec.command);
    case ENOEXEC:
      return {fmt::format("\"{}\" is not a program of this machine", spec.command),
              "Install the build for this architecture; a script needs a first line such as "
              "#!/usr/bin/env node."};
    case E2BIG:
      return {fmt::format("the arguments or the environment of \"{}\" are too long", spec.command),
              "Shorten args and env of the server; long values belong into a file."};
    default:
      return {fmt::format("\"{}\" could not be run: {}", spec.command, text_of(error_number)), ""};
  }
}

Explanation explain_fork(int error_number) {
  return {fmt::format("the system refused a new process: {}", text_of(error_number)),
          "Too many processes or too little memory: stop some servers, or raise the limits "
          "(ulimit -u, TasksMax)."};
}

Explanation explain_signal(int number) {
  Explanation result{fmt::format("was killed by signal {}", name_of_signal(number)), ""};
  if (number == SIGKILL) {
    result.remedy =
        "Nothing of mcptrunk sent it; often the system ran out of memory: see the kernel log.";
  } else if (number == SIGSEGV || number == SIGABRT || number == SIGBUS || number == SIGILL) {
    result.remedy = "The server crashed: look at its log, and for a newer version of it.";
  }
  return result;
}

Explanation explain_exit(int code) {
  if (code == 0) {
    return {"ended by itself with exit code 0",
            "A server must go on reading its standard input: check that the command and its "
            "arguments start the stdio mode."};
  }
  Explanation result{fmt::format("exited with code {}", code), ""};
  if (code == kShellNotFound) {
    result.remedy = "Code 127 means that a program it runs was not found: check PATH and args.";
  } else if (code == kShellNotExecutable) {
    result.remedy = "Code 126 means that a program it runs may not be executed.";
  } else {
    result.remedy = "See the last lines of its log; run the command by hand to see more.";
  }
  return result;
}

Explanation explain(const RunEnd& end) {
  if (!end.status) {
    return {"was lost: its supervising process mcptrunk-child was killed",
            "Something outside of mcptrunk killed it; all of its processes were ended."};
  }
  if (end.stop_asked) {
    return end.status->status == ChildStatus::exited
               ? Explanation{fmt::format("stopped with exit code {}", end.status->value), ""}
               : Explanation{fmt::format("stopped by signal {}", name_of_signal(end.status->value)),
                             ""};
  }
  const bool has_own_reason = end.status->status == ChildStatus::exited && end.status->value != 0;
  if (end.closed_output && !has_own_reason) {
    return {"closed its standard output but went on running, and was stopped",
            "The command may have put a server into the background: it must stay in the "
            "foreground and speak on its standard output."};
  }
  return end.status->status == ChildStatus::exited ? explain_exit(end.status->value)
                                                   : explain_signal(end.status->value);
}

}  // namespace

Explanation command_not_found(const ChildSpec& spec) {
  if (spec.command.find('/') != std::string::npos) {
    return {fmt::format("\"{}\" does not exist, or the interpreter its first line names is missing",
                        spec.command),
            "Correct `command`, or install the program."};
  }
  return {fmt::format("the command \"{}\" was not found in PATH", spec.command),
          fmt::format("Install it, or give its full path as `command`. PATH was {}.",
                      find_variable(spec.environment, "PATH"))};
}

Explanation command_not_executable(std::string_view path) {
  return {fmt::format("\"{}\" may not be executed", path),
          fmt::format("Make it executable: chmod +x '{}'. It must be a file on a file system that "
                      "allows programs.",
                      path)};
}

Explanation working_dir_unusable(const ChildSpec& spec, int error_number) {
  if (error_number == ENOENT || error_number == ENOTDIR) {
    return {fmt::format("the working directory \"{}\" does not exist", spec.working_dir),
            "Create it, or correct `working_dir`."};
  }
  return {fmt::format("the working directory \"{}\" cannot be entered: {}", spec.working_dir,
                      text_of(error_number)),
          "Correct its permissions, or `working_dir`."};
}

std::string_view telling_line(std::span<const std::string> tail) {
  const auto has_any = [](std::string_view line, std::span<const std::string_view> words) {
    return std::ranges::any_of(
        words, [&](std::string_view word) { return line.find(word) != std::string_view::npos; });
  };
  std::string_view best = tail.back();
  bool is_told = false;
  for (auto line = tail.rbegin(); line != tail.rend(); ++line) {
    if (has_any(*line, kNamesError)) return *line;
    const bool says = line->find_first_not_of(" \t{}[](),^~|-") != std::string::npos;
    if (!is_told && says && !has_any(*line, kSaysLittle)) {
      best = *line;
      is_told = true;
    }
  }
  return best;
}

Failure start_failure(const StatusRecord& record, const ChildSpec& spec) {
  const int error_number = record.value;
  if (record.status == ChildStatus::chdir_failed) {
    return make(FailureKind::spawn_failed, error_number, working_dir_unusable(spec, error_number));
  }
  if (record.status == ChildStatus::fork_failed) {
    return make(FailureKind::spawn_failed, error_number, explain_fork(error_number));
  }
  return make(FailureKind::spawn_failed, error_number, explain_exec(spec, error_number));
}

Failure shim_failure(int error_number, std::string_view shim_path) {
  if (error_number == ENOENT || error_number == EACCES) {
    return make(
        FailureKind::spawn_failed, error_number,
        {fmt::format("mcptrunk's own helper \"{}\" is missing or not executable", shim_path),
         "Install mcptrunk-child beside mcptrunk."});
  }
  if (error_number == EMFILE || error_number == ENFILE) {
    return make(FailureKind::spawn_failed, error_number,
                {"mcptrunk has no file descriptors left", "Raise the limit: ulimit -n."});
  }
  if (error_number == E2BIG) {
    return make(FailureKind::spawn_failed, error_number,
                {"the arguments or the environment of the server are too long",
                 "Shorten args and env of the server; long values belong into a file."});
  }
  return make(FailureKind::spawn_failed, error_number, explain_fork(error_number));
}

Failure run_failure(const RunEnd& end) {
  int detail = 0;
  if (end.status) {
    detail =
        end.status->status == ChildStatus::signalled ? 128 + end.status->value : end.status->value;
  }
  return make(FailureKind::exited, detail, explain(end));
}

void add_stderr(Failure& failure, std::vector<std::string> tail, bool stop_asked) {
  if (!stop_asked && failure.detail != 0 && !tail.empty()) {
    failure.last_words = telling_line(tail);
  }
  failure.stderr_tail = std::move(tail);
}

}  // namespace upstream
