#include "net/curl_fault.h"

#include <cstring>

#include "net/http_head.h"

namespace net {
namespace {

long info(CURL* handle, CURLINFO what) {
  long value = 0;
  curl_easy_getinfo(handle, what, &value);
  return value;
}

// "error:0A00010B:SSL routines::wrong version number" -> "wrong version number"
std::string tls_words(std::string_view problem) {
  constexpr std::string_view kPrefix = "SSL certificate problem: ";
  if (problem.starts_with(kPrefix)) problem.remove_prefix(kPrefix.size());
  if (problem.starts_with("error:")) {
    problem.remove_prefix(std::min(problem.rfind(':') + 1, problem.size()));
  }
  if (problem.starts_with("SSL: no alternative certificate subject name") ||
      problem.starts_with("SSL: certificate subject name")) {
    return "its certificate is for another name";
  }
  if (problem.starts_with("OpenSSL SSL_connect")) return "the handshake was not completed";
  return problem.empty() ? "the handshake was not completed" : std::string(problem);
}

Fault fault_of(CURLcode result, bool head_came) {
  switch (result) {
    case CURLE_OK:
      return Fault::none;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Fault::unresolved;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return Fault::refused;
    case CURLE_OPERATION_TIMEDOUT:  // the only time libcurl is given is for connecting
      return Fault::connect_timeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return Fault::tls;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return Fault::cut;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
      return Fault::protocol;
    case CURLE_OUT_OF_MEMORY:
      return head_came ? Fault::internal : Fault::head_too_large;
    default:
      return Fault::internal;
  }
}

}  // namespace

End curl_end(CURL* handle, CURLcode result, std::string_view problem, bool head_came) {
  End end;
  end.fault = fault_of(result, head_came);
  if (end.fault == Fault::none) return end;
  const long by_proxy = info(handle, CURLINFO_HTTP_CONNECTCODE);
  if (!head_came && by_proxy >= 300) {
    end.fault = Fault::refused;
    end.proxy_status = static_cast<int>(by_proxy);
    end.detail = fmt::format("the proxy answered with HTTP {}", by_proxy);
    return end;
  }
  end.detail = problem.empty() ? curl_easy_strerror(result) : std::string(problem);
  if (end.fault == Fault::tls) end.detail = tls_words(problem);
  if (end.fault == Fault::refused) {
    end.error_number = static_cast<int>(info(handle, CURLINFO_OS_ERRNO));
    if (end.error_number != 0) end.detail = std::strerror(end.error_number);
  }
  // The framing of the body makes no sense, or a line of its trailers is too long.
  if (problem.find("in chunked-encoding") != std::string_view::npos) {
    end.fault = problem.starts_with("Out of memory") ? Fault::head_too_large : Fault::protocol;
  }
  if (end.fault == Fault::head_too_large) end.detail = std::string(kHeadTooLarge);
  return end;
}

}  // namespace net
