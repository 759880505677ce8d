#include "proxy/rest/metrics.h"

#include <fmt/format.h>

#include <iterator>

namespace proxy::rest {
namespace {

class Page {
 public:
  template <class Number>
  void gauge(std::string_view name, std::string_view help, Number value) {
    head(name, help, "gauge");
    sample(name, "", value);
  }
  template <class Number>
  void counter(std::string_view name, std::string_view help, Number value) {
    head(name, help, "counter");
    sample(name, "", value);
  }
  void head(std::string_view name, std::string_view help, std::string_view type) {
    fmt::format_to(std::back_inserter(text_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }
  template <class Number>
  void sample(std::string_view name, std::string_view labels, Number value) {
    fmt::format_to(std::back_inserter(text_), "{}{} {}\n", name, labels, value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string metrics_text(const DaemonStatus& status) {
  Page page;
  page.head("mcptrunk_info", "The running version.", "gauge");
  page.sample("mcptrunk_info", fmt::format("{{version=\"{}\"}}", status.version), 1);
  page.gauge("mcptrunk_uptime_seconds", "Since the start.",
             static_cast<double>(status.uptime.count()) / 1000.0);
  page.head("mcptrunk_servers", "Upstream servers by state.", "gauge");
  for (std::size_t i = 0; i < status.servers_by_state.size(); ++i) {
    const auto state = upstream::to_string(static_cast<upstream::State>(i));
    page.sample("mcptrunk_servers", fmt::format("{{state=\"{}\"}}", state),
                status.servers_by_state[i]);
  }
  page.gauge("mcptrunk_tools", "Searchable tools.", status.tools);
  page.gauge("mcptrunk_start_slots_in_use", "Servers in the expensive part of a start.",
             status.slots_in_use);
  page.gauge("mcptrunk_cascade_guard", "1 while many known-good servers fail at once.",
             status.cascade_guard ? 1 : 0);
  page.gauge("mcptrunk_store_available", "0 while state cannot be committed.",
             status.store_available ? 1 : 0);
  page.gauge("mcptrunk_sessions", "Downstream sessions.", status.sessions);
  page.gauge("mcptrunk_calls_in_flight", "Tool calls not answered yet.", status.calls_in_flight);
  page.counter("mcptrunk_calls_total", "Tool calls since the start.", status.calls);
  page.counter("mcptrunk_calls_failed_total", "Of these, failed.", status.calls_failed);
  page.gauge("mcptrunk_http_connections", "Open HTTP connections.", status.connections);
  page.counter("mcptrunk_http_requests_total", "HTTP requests since the start.", status.requests);
  page.gauge("mcptrunk_memory_anon_bytes", "RssAnon of the daemon.", status.rss_anon_bytes);
  page.gauge("mcptrunk_memory_file_bytes", "RssFile of the daemon.", status.rss_file_bytes);
  page.gauge("mcptrunk_open_files", "Open file descriptors.", status.open_files);
  return page.take();
}

}  // namespace proxy::rest
