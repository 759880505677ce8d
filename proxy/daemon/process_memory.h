// What this process costs the machine now, from /proc, and how it is kept small. Reading costs some
// 50 microseconds.
#pragma once
#include <cstdint>

namespace proxy::daemon {

struct ProcessMemory {
  std::uint64_t anon_bytes = 0;  // RssAnon: what is ours
  std::uint64_t file_bytes = 0;  // RssFile: mapped files, the store among them
  std::uint32_t open_files = 0;
};

// Zeros where /proc cannot be read.
ProcessMemory process_memory();

// RssAnon nearly (pages shared with nobody's file), at a twentieth of the cost.
std::uint64_t anon_bytes();

// Has freed blocks of several MiB given back to the system at once: by default the allocator keeps
// them once it has seen one freed. Called once, before other threads. The rest is MemoryKeeper's.
void give_memory_back();

}  // namespace proxy::daemon
