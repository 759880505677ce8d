// `mcptrunk completion SHELL`: what a shell evaluates.
#include <fmt/format.h>

#include "proxy/cli/command.h"
#include "proxy/cli/completion.h"

namespace proxy::cli {
namespace {

constexpr std::string_view kBash = R"sh(# Completion of mcptrunk for bash. In ~/.bashrc:
#   eval "$(mcptrunk completion bash)"
_mcptrunk() {
  local word
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    if [[ $word == :files ]]; then
      compopt -o default 2>/dev/null
      return
    fi
    COMPREPLY+=("$(printf '%q' "$word")")
  done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _mcptrunk mcptrunk
)sh";

constexpr std::string_view kZsh = R"sh(#compdef mcptrunk
# Completion of mcptrunk for zsh. In ~/.zshrc, after compinit:
#   eval "$(mcptrunk completion zsh)"
_mcptrunk() {
  local line
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
      return
    fi
    found+=("${line%%$'\t'*}")
  done < <("${(Q)words[1]}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  compadd -a found
}
if [[ ${funcstack[1]} == _mcptrunk ]]; then
  _mcptrunk "$@"
else
  compdef _mcptrunk mcptrunk
fi
)sh";

constexpr std::string_view kFish = R"sh(# Completion of mcptrunk for fish.
# In ~/.config/fish/config.fish:
#   mcptrunk completion fish | source
function __mcptrunk_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found ($words[1] __complete $words[2..-1] 2>/dev/null)
  if contains -- ':files' $found
    __fish_complete_path (commandline -ct)
  else
    printf '%s\n' $found
  end
end
complete -c mcptrunk -f -a '(__mcptrunk_complete)'
)sh";

}  // namespace

std::string_view completion_script(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return {};
}

void add_completion_command(CommandLine& line) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command =
      line.add(line.app, "completion", "Print what a shell needs to complete commands and names",
               "mcptrunk completion bash >> ~/.bashrc");
  command->add_option("shell", *shell, "The shell")->required()->option_text("bash|zsh|fish");
  line.on(command, [&context = line.context, shell] {
    const std::string_view script = completion_script(*shell);
    if (script.empty()) {
      return context.fail({base::ErrorCode::invalid_argument,
                           fmt::format("\"{}\" is no shell that is known here", *shell),
                           "give bash, zsh or fish"});
    }
    context.console().out(script);
    return ExitCode::ok;
  });
}

}  // namespace proxy::cli
