#include "base/digest.h"

#include <openssl/evp.h>

#include <cassert>
#include <cstring>

namespace base {

Digest sha256(std::string_view bytes) {
  Digest digest{};
  const int ok =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  assert(ok == 1);  // fails only when OpenSSL cannot allocate
  (void)ok;
  return digest;
}

std::uint64_t digest64(std::string_view bytes) {
  const Digest digest = sha256(bytes);
  std::uint64_t value = 0;
  std::memcpy(&value, digest.data(), sizeof value);
  return value;
}

}  // namespace base
