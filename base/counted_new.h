// For tests: replaces operator new by one that counts, so that a steady state can be shown to
// allocate nothing. Defines the operators: to be included in one source of a program, a test's.
#pragma once
#include <cstddef>
#include <cstdlib>
#include <new>

namespace base {

// Allocations of the whole program so far.
inline std::size_t g_counted_allocations = 0;

}  // namespace base

void* operator new(std::size_t size) {
  ++base::g_counted_allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++base::g_counted_allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return operator new(size, std::nothrow);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
