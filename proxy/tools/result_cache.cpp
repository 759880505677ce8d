#include "proxy/tools/result_cache.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "protocol/jsonrpc.h"
#include "proxy/security/base64url.h"
#include "proxy/security/secret_file.h"
#include "proxy/tools/shortened_result.h"
#include "proxy/tools/text_piece.h"

namespace proxy::tools {
namespace {

std::string new_key() {
  std::array<unsigned char, 18> bytes;
  security::fill_random(bytes);
  std::string key;
  security::append_base64url(key, bytes);
  return key;
}

// REQUIRES: arguments.limit is set.
std::string piece_result(std::string_view content, const ReadArguments& arguments) {
  const Piece piece = piece_of(content, arguments.offset, *arguments.limit);
  const std::uint64_t from = std::min(arguments.offset, piece.total);
  const std::string note =
      piece.next >= piece.total
          ? fmt::format("[mcptrunk: characters {} to {} of {}; this is the end]", from, piece.next,
                        piece.total)
          : fmt::format(
                R"([mcptrunk: characters {} to {} of {}. Read on with read_cache {{"key":"{}","offset":{}}}])",
                from, piece.next, piece.total, arguments.key, piece.next);
  std::string out = R"({"content":[)";
  for (const std::string_view text : {std::string_view(piece.text), std::string_view(note)}) {
    if (text.empty()) continue;  // some clients refuse empty blocks
    if (out.back() != '[') out += ',';
    out += R"({"type":"text","text":)";
    protocol::append_json_string(out, text);
    out += '}';
  }
  out += R"(],"isError":false})";
  return out;
}

}  // namespace

void ResultCache::keep(const Origin& origin, std::string key, std::string text) {
  storage::ResultRecord record;
  record.key = std::move(key);
  record.owner = origin.caller;
  record.expires_at = clock_.wall_now() + kLifetime;
  record.server = origin.server;
  record.tool = origin.tool;
  record.content = std::move(text);
  store_.put_result(std::move(record));
}

void ResultCache::fit(Origin origin, std::string_view result, Answer answer) {
  std::string key = new_key();
  if (result.size() <= kInlineBytesMax) {
    auto shortened = shorten(result, limit_, key);
    if (!shortened) {
      answer(result);
      return;
    }
    keep(origin, std::move(key), std::move(shortened->text));
    answer(shortened->result);
    return;
  }
  struct Job {
    Origin origin;
    std::string key;
    std::string result;
    std::uint64_t limit;
    Answer answer;
    std::optional<Shortened> shortened;
  };
  auto job = std::make_shared<Job>(Job{std::move(origin), std::move(key), std::string(result),
                                       limit_, std::move(answer), std::nullopt});
  offload_([job] { job->shortened = shorten(job->result, job->limit, job->key); },
           [this, job] {
             if (job->shortened) keep(job->origin, job->key, std::move(job->shortened->text));
             job->answer(job->shortened ? job->shortened->result : job->result);
           });
}

void ResultCache::read(std::string_view caller, const ReadArguments& arguments, ReadAnswer answer) {
  auto record = store_.result(arguments.key, clock_.wall_now());
  if (!record) {
    answer(std::move(record).error());
    return;
  }
  if (!*record || (*record)->owner != caller) {
    answer(base::Error{
        base::ErrorCode::not_found, "there is no stored result of yours under this key",
        fmt::format("results are kept for {} h, for the session that got them: call the tool again",
                    kLifetime.count())});
    return;
  }
  ReadArguments read = arguments;
  const std::uint64_t most = limit_ == 0 ? kReadDefault : limit_;
  read.limit = std::min(arguments.limit.value_or(most), most);
  if ((*record)->content.size() <= kInlineBytesMax) {
    answer(piece_result((*record)->content, read));
    return;
  }
  struct Job {
    std::string content;
    ReadArguments arguments;
    ReadAnswer answer;
    std::string result;
  };
  auto job = std::make_shared<Job>(
      Job{std::move((*record)->content), std::move(read), std::move(answer), {}});
  offload_([job] { job->result = piece_result(job->content, job->arguments); },
           [job] { job->answer(std::move(job->result)); });
}

}  // namespace proxy::tools
