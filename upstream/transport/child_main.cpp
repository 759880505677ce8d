// mcptrunk-child: stands between the daemon and one command, so that no process of the command's
// tree can outlive the daemon, the command or a stop. See child_protocol.h for the conversation.
//
// As subreaper it inherits every orphan below it, double-forked and setsid ones included. It kills
// direct children only, reaps them, and so receives their children, until none is left: a process
// id of an own unreaped child cannot have been given to a stranger. It loads no library and
// allocates nothing: one runs beside each stdio upstream.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "upstream/transport/child_protocol.h"

namespace {

using upstream::ChildStatus;

void report(ChildStatus status, int value) {
  const upstream::StatusRecord record{status, value};
  // A daemon that is gone needs no report.
  (void)!send(upstream::kStatusDescriptor, &record, sizeof record, MSG_NOSIGNAL);
}

// Becomes the command. Only returns to the kernel: by exec, or by an exit after a report.
[[noreturn]] void become_command(char** arguments, pid_t shim) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != shim) _exit(127);
  const rlimit limit{strtoul(arguments[2], nullptr, 10), strtoul(arguments[3], nullptr, 10)};
  setrlimit(RLIMIT_NOFILE, &limit);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (arguments[4][0] != '\0' && chdir(arguments[4]) != 0) {
    report(ChildStatus::chdir_failed, errno);
    _exit(127);
  }
  char** command = arguments + upstream::kShimArgsBeforeCommand;
  execvp(command[0], command);
  report(ChildStatus::exec_failed, errno);
  _exit(127);
}

// Calls `visit` with each number in the blank-separated text of `descriptor`.
template <class Visit>
void for_each_number(int descriptor, Visit visit) {
  char buffer[1024];
  pid_t number = 0;
  ssize_t size = 0;
  while ((size = read(descriptor, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < size; ++i) {
      if (buffer[i] >= '0' && buffer[i] <= '9') {
        number = number * 10 + (buffer[i] - '0');
      } else if (number > 0) {
        visit(number);
        number = 0;
      }
    }
  }
  if (number > 0) visit(number);
}

pid_t parent_of(pid_t process) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/stat", process);
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  char text[512];
  const ssize_t size = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  if (size <= 0) return 0;
  text[size] = '\0';
  const char* after_name = strrchr(text, ')');  // "pid (name) state parent ..."
  return after_name != nullptr && strlen(after_name) > 4 ? atoi(after_name + 4) : 0;
}

// For kernels and sandboxes without /proc/PID/task/TID/children.
void kill_children_by_scan() {
  DIR* directory = opendir("/proc");
  if (directory == nullptr) return;
  while (const dirent* entry = readdir(directory)) {
    const pid_t process = atoi(entry->d_name);
    if (process > 1 && parent_of(process) == getpid()) kill(process, SIGKILL);
  }
  closedir(directory);
}

void kill_children() {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", getpid(), getpid());
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return kill_children_by_scan();
  for_each_number(descriptor, [](pid_t child) { kill(child, SIGKILL); });
  close(descriptor);
}

void report_end(int status) {
  if (WIFSIGNALED(status)) {
    report(ChildStatus::signalled, WTERMSIG(status));
  } else {
    report(ChildStatus::exited, WEXITSTATUS(status));
  }
}

// Reaps what has ended. The command itself is only looked at: while it is not reaped its process
// group is surely its own. True when it has ended.
bool reap_all_but(pid_t command) {
  while (true) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return false;
    if (info.si_pid == command) return true;
    waitpid(info.si_pid, nullptr, WNOHANG);
  }
}

// Ends when no descendant is left. A process in an uninterruptible wait delays it; nothing else.
void kill_everything(pid_t command) {
  kill(-command, SIGKILL);
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  long pause_ms = 5;
  while (true) {
    kill_children();
    int status = 0;
    pid_t reaped = 0;
    bool any = false;
    while ((reaped = waitpid(-1, &status, WNOHANG)) > 0) {
      any = true;
      if (reaped == command) report_end(status);
    }
    if (reaped < 0 && errno == ECHILD) return;
    pause_ms = any ? 5 : (pause_ms < 500 ? pause_ms * 2 : 500);
    const timespec pause{pause_ms / 1000, pause_ms % 1000 * 1'000'000};
    sigtimedwait(&child_ended, nullptr, &pause);
  }
}

// Returns when everything below must go: the command ended, the daemon is gone, or it said so.
void watch(pid_t command, pid_t daemon, int signals) {
  pollfd sources[] = {{signals, POLLIN, 0}, {upstream::kStatusDescriptor, POLLIN, 0}};
  while (true) {
    if (poll(sources, 2, -1) < 0 && errno != EINTR) return;
    if (sources[1].revents != 0) {
      char ignored[64];
      const ssize_t size = recv(upstream::kStatusDescriptor, ignored, sizeof ignored, MSG_DONTWAIT);
      if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) return;
    }
    signalfd_siginfo signal_info{};
    if (read(signals, &signal_info, sizeof signal_info) != sizeof signal_info) continue;
    switch (static_cast<int>(signal_info.ssi_signo)) {
      case SIGCHLD:
        if (reap_all_but(command)) return;
        break;
      case SIGTERM:
        kill(-command, SIGTERM);
        kill(-command, SIGCONT);  // a stopped process must run to see it
        break;
      case SIGUSR1:
        return;
      default:  // SIGHUP: the thread that spawned us ended; its process may live on
        if (getppid() != daemon) return;
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count <= upstream::kShimArgsBeforeCommand) {
    static constexpr char kUsage[] =
        "mcptrunk-child is started by mcptrunk for each stdio server; it has no use of its own.\n";
    (void)!write(STDERR_FILENO, kUsage, sizeof kUsage - 1);
    return 2;
  }
  const pid_t daemon = atoi(arguments[1]);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_PDEATHSIG, SIGHUP);
  if (getppid() != daemon) return 1;
  fcntl(upstream::kStatusDescriptor, F_SETFD, FD_CLOEXEC);
  syscall(SYS_close_range, upstream::kStatusDescriptor + 1, ~0U, 0);

  sigset_t watched;
  sigfillset(&watched);
  sigprocmask(SIG_SETMASK, &watched, nullptr);
  sigemptyset(&watched);
  sigaddset(&watched, SIGCHLD);
  sigaddset(&watched, SIGTERM);
  sigaddset(&watched, SIGUSR1);
  sigaddset(&watched, SIGHUP);
  const int signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);

  const pid_t shim = getpid();
  const pid_t command = fork();
  if (command == 0) become_command(arguments, shim);
  if (command < 0) {
    report(ChildStatus::fork_failed, errno);
    return 1;
  }
  setpgid(command, command);
  report(ChildStatus::started, command);
  // The pipes are the command's alone: their ends must be seen when it closes them.
  for (int descriptor = 0; descriptor < upstream::kStatusDescriptor; ++descriptor)
    close(descriptor);
  watch(command, daemon, signals);
  kill_everything(command);
  return 0;
}
