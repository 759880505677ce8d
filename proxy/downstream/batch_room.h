// How much memory batches may hold together: texts that wait for their turn, and answers that wait
// for the others. Resource.
//
// Ownership: an endpoint's; shares keep what they need of it, and may outlive it.
// Threads:   the loop thread.
#pragma once
#include <cstddef>
#include <memory>
#include <utility>

namespace proxy::downstream {

class BatchRoom {
 public:
  static constexpr std::size_t kBytesMax = 64UL * 1024 * 1024;

  // What one batch holds of it; given back at its end. Moves.
  class Share {
   public:
    explicit Share(std::shared_ptr<std::size_t> all) : all_(std::move(all)) {}
    ~Share() { give_back(); }
    Share(Share&& other) noexcept
        : all_(std::move(other.all_)), bytes_(std::exchange(other.bytes_, 0)) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // False: there is no room for so many more.
    bool take(std::size_t bytes) {
      if (bytes > kBytesMax - *all_) return false;
      *all_ += bytes;
      bytes_ += bytes;
      return true;
    }
    void give_back() {
      if (bytes_ > 0) *all_ -= std::exchange(bytes_, 0);
    }

   private:
    std::shared_ptr<std::size_t> all_;
    std::size_t bytes_ = 0;
  };

  Share share() const { return Share(all_); }
  std::size_t held() const { return *all_; }

 private:
  std::shared_ptr<std::size_t> all_ = std::make_shared<std::size_t>(0);
};

}  // namespace proxy::downstream
