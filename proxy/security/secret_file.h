// Secrets that live in a file of the data directory, made on the first start. Functions.
//
// Threads: the caller's; the functions block on the disk. At start only.
#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "base/file_system.h"
#include "base/result.h"

namespace proxy::security {

inline constexpr std::size_t kSecretBytes = 32;

// Fills `out` with unpredictable bytes. Aborts the program when the system has none to give:
// nothing safe can be done then.
void fill_random(std::span<unsigned char> out);
std::string to_hex(std::span<const unsigned char> bytes);

struct Secret {
  std::string text;             // the file's content without white space at its end
  bool created = false;         // by this call
  bool open_to_others = false;  // group or others may read the file: worth a warning
};

// Reads the secret in `path`, or makes one: kSecretBytes random bytes in hex, mode 0600, durable
// before the call returns, never half written. Errors: those of the file system, and
// invalid_argument for a file that is empty or holds more than one line.
base::Result<Secret> load_or_create_secret(base::FileSystem& files, const std::string& path);

}  // namespace proxy::security
