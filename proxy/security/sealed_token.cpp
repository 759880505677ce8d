#include "proxy/security/sealed_token.h"

#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "proxy/security/base64url.h"
#include "proxy/security/secret_file.h"

namespace proxy::security {
namespace {

constexpr unsigned char kVersion = 1;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kFrameBytes = 1 + kNonceBytes + kTagBytes;
constexpr std::size_t kSealedBytesMax = kFrameBytes + Sealer::kPayloadBytesMax;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Only memory exhaustion makes these calls fail.
void require(bool succeeded) {
  if (succeeded) return;
  std::fputs("OpenSSL cannot encrypt: out of memory or without AES-256-GCM\n", stderr);
  std::abort();
}

bool from_hex(std::string_view text, Sealer::Key& key) {
  if (text.size() != key.size() * 2) return false;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (std::size_t i = 0; i < key.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    key[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return true;
}

}  // namespace

Sealer::Sealer(const Key& key) : sealing_(EVP_CIPHER_CTX_new()), opening_(EVP_CIPHER_CTX_new()) {
  require(sealing_ && opening_);
  // The key schedule is made here once; each use only sets its nonce.
  require(EVP_EncryptInit_ex(sealing_.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr) == 1);
  require(EVP_DecryptInit_ex(opening_.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr) == 1);
}

base::Result<Sealer> Sealer::load_or_create(base::FileSystem& files, const std::string& path) {
  auto secret = load_or_create_secret(files, path);
  if (!secret) return secret.error();
  Key key;
  if (!from_hex(secret->text, key)) {
    return base::Error{base::ErrorCode::invalid_argument,
                       "The key file " + path + " does not hold 64 hex digits.",
                       "Delete it: a new key is made at the next start, and clients open new "
                       "sessions."};
  }
  return Sealer(key);
}

std::string Sealer::seal(std::string_view purpose, std::span<const unsigned char> payload) {
  assert(payload.size() <= kPayloadBytesMax);
  std::array<unsigned char, kSealedBytesMax> sealed;
  sealed[0] = kVersion;
  unsigned char* nonce = sealed.data() + 1;
  unsigned char* cipher = nonce + kNonceBytes;
  unsigned char* tag = cipher + payload.size();
  fill_random({nonce, kNonceBytes});
  EVP_CIPHER_CTX* context = sealing_.get();
  int size = 0;
  require(EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, nonce) == 1 &&
          EVP_EncryptUpdate(context, nullptr, &size, bytes_of(purpose),
                            static_cast<int>(purpose.size())) == 1 &&
          EVP_EncryptUpdate(context, cipher, &size, payload.data(),
                            static_cast<int>(payload.size())) == 1 &&
          EVP_EncryptFinal_ex(context, tag, &size) == 1 &&
          EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagBytes, tag) == 1);
  std::string token;
  token.reserve((kFrameBytes + payload.size()) * 4 / 3 + 2);
  append_base64url(token, {sealed.data(), kFrameBytes + payload.size()});
  return token;
}

std::optional<std::size_t> Sealer::open(std::string_view purpose, std::string_view token,
                                        std::span<unsigned char> room) {
  std::array<unsigned char, kSealedBytesMax> sealed;
  const auto sealed_bytes = decode_base64url(token, sealed);
  if (!sealed_bytes || *sealed_bytes < kFrameBytes || sealed[0] != kVersion) return std::nullopt;
  const std::size_t payload_bytes = *sealed_bytes - kFrameBytes;
  if (payload_bytes > room.size()) return std::nullopt;
  const unsigned char* nonce = sealed.data() + 1;
  const unsigned char* cipher = nonce + kNonceBytes;
  unsigned char* tag = sealed.data() + 1 + kNonceBytes + payload_bytes;
  EVP_CIPHER_CTX* context = opening_.get();
  int size = 0;
  unsigned char nothing = 0;
  const bool genuine = EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, nonce) == 1 &&
                       EVP_DecryptUpdate(context, nullptr, &size, bytes_of(purpose),
                                         static_cast<int>(purpose.size())) == 1 &&
                       EVP_DecryptUpdate(context, room.data(), &size, cipher,
                                         static_cast<int>(payload_bytes)) == 1 &&
                       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagBytes, tag) == 1 &&
                       EVP_DecryptFinal_ex(context, &nothing, &size) == 1;
  if (genuine) return payload_bytes;
  std::memset(room.data(), 0, payload_bytes);
  return std::nullopt;
}

}  // namespace proxy::security
