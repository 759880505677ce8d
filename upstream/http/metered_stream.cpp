#include "upstream/http/metered_stream.h"

#include <openssl/ssl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>

namespace upstream {
namespace {

// Lends a stream of the library, with a buffer, since the library reads heads byte by byte.
class MeteredStream final : public httplib::Stream {
 public:
  MeteredStream(httplib::Stream& inner, AnswerMeter& meter) : inner_(inner), meter_(meter) {}

  bool is_readable() const override { return begin_ < end_ || inner_.is_readable(); }
  bool is_writable() const override { return inner_.is_writable(); }
  ssize_t read(char* out, std::size_t size) override {
    if (meter_.overrun()) return -1;
    if (begin_ == end_) {
      const ssize_t got = inner_.read(bytes_.data(), bytes_.size());
      if (got <= 0) return got;
      begin_ = 0;
      end_ = static_cast<std::size_t>(got);
    }
    const std::size_t taken = std::min(size, end_ - begin_);
    if (!meter_.take(taken)) return -1;
    std::memcpy(out, bytes_.data() + begin_, taken);
    begin_ += taken;
    return static_cast<ssize_t>(taken);
  }
  ssize_t write(const char* bytes, std::size_t size) override { return inner_.write(bytes, size); }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    inner_.get_remote_ip_and_port(ip, port);
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    inner_.get_local_ip_and_port(ip, port);
  }
  socket_t socket() const override { return inner_.socket(); }

 private:
  httplib::Stream& inner_;
  AnswerMeter& meter_;
  std::array<char, 4096> bytes_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// What the library has for TLS is not for others to use: its like.
class TlsStream final : public httplib::Stream {
 public:
  TlsStream(socket_t socket, SSL* ssl, int read_max_ms, int write_max_ms)
      : socket_(socket), ssl_(ssl), read_max_ms_(read_max_ms), write_max_ms_(write_max_ms) {}

  bool is_readable() const override { return SSL_pending(ssl_) > 0 || wait(POLLIN, read_max_ms_); }
  bool is_writable() const override { return wait(POLLOUT, write_max_ms_); }
  ssize_t read(char* out, std::size_t size) override {
    if (!is_readable()) return -1;
    return carry([&] { return SSL_read(ssl_, out, whole(size)); });
  }
  ssize_t write(const char* bytes, std::size_t size) override {
    if (!is_writable()) return -1;
    return carry([&] { return SSL_write(ssl_, bytes, whole(size)); });
  }
  // Of servers that are asked for it only.
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  static int whole(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, 1U << 30));
  }
  bool wait(short event, int max_ms) const {
    pollfd polled{socket_, event, 0};
    int ready = 0;
    do {
      ready = poll(&polled, 1, max_ms);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
  }
  template <class Step>
  ssize_t carry(Step step) const {
    for (;;) {
      const int done = step();
      if (done > 0) return done;
      switch (SSL_get_error(ssl_, done)) {
        case SSL_ERROR_ZERO_RETURN:
          return 0;
        case SSL_ERROR_WANT_READ:
          if (!wait(POLLIN, read_max_ms_)) return -1;
          break;
        case SSL_ERROR_WANT_WRITE:
          if (!wait(POLLOUT, write_max_ms_)) return -1;
          break;
        default:
          return -1;
      }
    }
  }

  const socket_t socket_;
  SSL* const ssl_;
  const int read_max_ms_;
  const int write_max_ms_;
};

using UseStream = std::function<bool(httplib::Stream&)>;

class PlainClient final : public httplib::ClientImpl {
 public:
  PlainClient(const std::string& host, int port, AnswerMeter& meter)
      : ClientImpl(host, port), meter_(meter) {}

 private:
  bool process_socket(const Socket& socket, UseStream use) override {
    return httplib::detail::process_client_socket(socket.sock, read_timeout_sec_,
                                                  read_timeout_usec_, write_timeout_sec_,
                                                  write_timeout_usec_, [&](httplib::Stream& inner) {
                                                    MeteredStream stream(inner, meter_);
                                                    return use(stream);
                                                  });
  }

  AnswerMeter& meter_;
};

int milliseconds(time_t seconds, time_t microseconds) {
  return static_cast<int>(seconds * 1000 + microseconds / 1000);
}

class TlsClient final : public httplib::SSLClient {
 public:
  TlsClient(const std::string& host, int port, AnswerMeter& meter)
      : SSLClient(host, port), meter_(meter) {}

 private:
  bool process_socket(const Socket& socket, UseStream use) override {
    TlsStream inner(socket.sock, socket.ssl, milliseconds(read_timeout_sec_, read_timeout_usec_),
                    milliseconds(write_timeout_sec_, write_timeout_usec_));
    MeteredStream stream(inner, meter_);
    return use(stream);
  }

  AnswerMeter& meter_;
};

}  // namespace

std::unique_ptr<httplib::ClientImpl> metered_client(const std::string& host, int port,
                                                    AnswerMeter& meter) {
  return std::make_unique<PlainClient>(host, port, meter);
}

std::unique_ptr<httplib::SSLClient> metered_tls_client(const std::string& host, int port,
                                                       AnswerMeter& meter) {
  return std::make_unique<TlsClient>(host, port, meter);
}

}  // namespace upstream
