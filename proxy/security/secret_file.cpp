#include "proxy/security/secret_file.h"

#include <openssl/rand.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace proxy::security {
namespace {

constexpr std::size_t kFileBytesMax = 4096;
constexpr std::uint32_t kOwnerOnly = 0600;
constexpr std::uint32_t kGroupOrOthers = 0077;

base::Result<Secret> read_secret(base::FileSystem& files, const std::string& path) {
  auto text = files.read_file(path, kFileBytesMax);
  if (!text) return text.error();
  Secret secret{.text = std::move(*text)};
  constexpr std::string_view kSpace = " \t\r\n";
  secret.text.resize(secret.text.find_last_not_of(kSpace) + 1);
  if (secret.text.empty() || secret.text.find('\n') != std::string::npos) {
    return base::Error{base::ErrorCode::invalid_argument,
                       "The key file " + path + " does not hold one line with a key.",
                       "Delete it: a new key is made at the next start."};
  }
  const auto info = files.stat(path);
  secret.open_to_others = info.ok() && (info->mode & kGroupOrOthers) != 0;
  return secret;
}

base::Result<void> write_secret(base::FileSystem& files, const std::string& path,
                                const std::string& text) {
  const std::string fresh = path + ".new";
  if (auto removed = files.remove(fresh);
      !removed && removed.error().code != base::ErrorCode::not_found) {
    return removed.error();
  }
  if (auto written = files.write_new(fresh, text, kOwnerOnly); !written) return written.error();
  if (auto renamed = files.rename(fresh, path); !renamed) return renamed.error();
  return files.fsync_dir(base::parent_dir(path));
}

}  // namespace

void fill_random(std::span<unsigned char> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) == 1) return;
  std::fputs("the system gives no random numbers\n", stderr);
  std::abort();
}

std::string to_hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

base::Result<Secret> load_or_create_secret(base::FileSystem& files, const std::string& path) {
  auto existing = read_secret(files, path);
  if (existing || existing.error().code != base::ErrorCode::not_found) return existing;
  std::array<unsigned char, kSecretBytes> bytes;
  fill_random(bytes);
  Secret secret{.text = to_hex(bytes), .created = true};
  if (auto written = write_secret(files, path, secret.text + "\n"); !written) {
    return written.error();
  }
  return secret;
}

}  // namespace proxy::security
