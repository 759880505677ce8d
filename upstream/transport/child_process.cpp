#include "upstream/transport/child_process.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "upstream/transport/leftovers.h"

namespace upstream {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> shim_arguments(const StdioOptions& options, const ChildSpec& spec) {
  std::vector<std::string> arguments{options.shim_path,
                                     std::to_string(getpid()),
                                     std::to_string(options.nofile_soft),
                                     std::to_string(options.nofile_hard),
                                     spec.working_dir,
                                     spec.command};
  arguments.insert(arguments.end(), spec.args.begin(), spec.args.end());
  return arguments;
}

}  // namespace

ChildProcess::ChildProcess(StdioHost& host, Listener& listener)
    : host_(host), listener_(listener) {}

ChildProcess::~ChildProcess() {
  if (process_ == nullptr) return;
  process_->owner = nullptr;
  signal_shim(SIGUSR1);
}

int ChildProcess::spawn(const ChildSpec& spec, const Stdio& stdio) {
  auto status = std::make_unique<StatusBox>();
  uv_pipe_init(host_.loop().uv(), &status->handle, /*ipc=*/0);
  status->owner = this;
  status_.reset(status.release());
  status_->handle.data = status_.get();
  const int error = start_shim(spec, stdio);
  if (error != 0) {
    status_.reset();
    return error;
  }
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&status_->handle),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        *buffer = static_cast<StatusBox*>(handle->data)->owner->host_.read_buffer();
      },
      [](uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
        static_cast<StatusBox*>(stream->data)->owner->on_status(size, buffer->base);
      });
  return 0;
}

int ChildProcess::start_shim(const ChildSpec& spec, const Stdio& stdio) {
  marker_ = host_.next_marker();
  std::vector<std::string> arguments = shim_arguments(host_.options(), spec);
  std::vector<std::string> environment = spec.environment;
  environment.push_back(fmt::format("{}={}", kMarkerVariable, marker_));
  std::vector<char*> argument_pointers = pointers_to(arguments);
  std::vector<char*> environment_pointers = pointers_to(environment);

  std::array<uv_stdio_container_t, 4> containers{};
  for (std::size_t i = 0; i < stdio.size(); ++i) {
    containers[i].flags = UV_INHERIT_FD;
    containers[i].data.fd = stdio[i];
  }
  containers[kStatusDescriptor].flags =
      static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE);
  containers[kStatusDescriptor].data.stream = reinterpret_cast<uv_stream_t*>(&status_->handle);

  uv_process_options_t options{};
  options.file = host_.options().shim_path.c_str();
  options.args = argument_pointers.data();
  options.env = environment_pointers.data();
  options.stdio = containers.data();
  options.stdio_count = static_cast<int>(containers.size());
  options.flags = UV_PROCESS_DETACHED;  // a Ctrl-C at the daemon's terminal is the daemon's alone
  options.exit_cb = [](uv_process_t* handle, std::int64_t, int) {
    auto* box = static_cast<ProcessBox*>(handle->data);
    ChildProcess* owner = box->owner;
    base::CloseBox{}(box);
    if (owner != nullptr) owner->on_shim_exit();
  };

  auto* box = new ProcessBox{{}, this};
  box->handle.data = box;
  const int error = uv_spawn(host_.loop().uv(), &box->handle, &options);
  if (error != 0) {
    base::CloseBox{}(box);
    return -error;
  }
  process_ = box;
  return 0;
}

void ChildProcess::signal_shim(int number) {
  if (process_ == nullptr) return;
  uv_process_kill(&process_->handle, number);
  uv_process_kill(&process_->handle, SIGCONT);  // a stopped shim must run to see it
}

void ChildProcess::terminate() {
  signal_shim(SIGTERM);
}

void ChildProcess::kill_tree() {
  signal_shim(SIGUSR1);
}

void ChildProcess::force_end() {
  signal_shim(SIGKILL);
  kill_without_shim();
}

// The group's id is still the command's: nobody but its group could have taken it, and it is asked
// for only while the end of the command has not been reported.
void ChildProcess::kill_without_shim() {
  if (command_ > 0 && !end_.command_end) kill(-command_, SIGKILL);
  kill_marked(marker_);
}

void ChildProcess::on_status(ssize_t size, const char* bytes) {
  if (size == 0) return;
  if (size < 0) {
    status_.reset();
    end_when_complete();
    return;
  }
  record_bytes_.append(bytes, static_cast<std::size_t>(size));
  std::size_t used = 0;
  for (; record_bytes_.size() - used >= sizeof(StatusRecord); used += sizeof(StatusRecord)) {
    StatusRecord record{};
    std::memcpy(&record, record_bytes_.data() + used, sizeof record);
    take_record(record);
  }
  record_bytes_.erase(0, used);
}

void ChildProcess::take_record(const StatusRecord& record) {
  switch (record.status) {
    case ChildStatus::started:
      command_ = record.value;
      break;
    case ChildStatus::chdir_failed:
    case ChildStatus::exec_failed:
    case ChildStatus::fork_failed:
      end_.start_error = record;
      break;
    case ChildStatus::exited:
    case ChildStatus::signalled:
      end_.command_end = record;
      break;
  }
}

void ChildProcess::on_shim_exit() {
  process_ = nullptr;
  end_when_complete();
}

void ChildProcess::end_when_complete() {
  if (process_ != nullptr || status_) return;
  if (!end_.command_end && !end_.start_error) kill_without_shim();
  command_ = 0;
  listener_.on_child_ended(end_);
}

}  // namespace upstream
