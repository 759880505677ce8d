#include "net/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace net {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressList get_addresses(const std::string& host, int flags, int& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  return {error == 0 ? found : nullptr, &freeaddrinfo};
}

}  // namespace

Resolved look_up(const std::string& host) {
  Resolved resolved;
  int error = 0;
  const AddressList list = get_addresses(host, AI_ADDRCONFIG, error);
  if (list == nullptr) {
    resolved.problem = error == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(error);
    return resolved;
  }
  auto& known = resolved.addresses;
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    const auto address = address_of(*entry->ai_addr);
    if (address && std::find(known.begin(), known.end(), *address) == known.end()) {
      known.push_back(*address);
    }
    if (known.size() == Resolved::kAddressesMax) break;
  }
  if (known.empty()) resolved.problem = "it has no address of a family that is known here";
  return resolved;
}

std::optional<IpAddress> numeric_address(const std::string& host) {
  int error = 0;
  const AddressList list = get_addresses(host, AI_NUMERICHOST, error);
  return list == nullptr ? std::nullopt : address_of(*list->ai_addr);
}

void Resolver::Waiter::stop() {
  if (resolver_ == nullptr) return;
  auto& waiters = resolver_->names_.at(host_).waiters;
  waiters.erase(std::find(waiters.begin(), waiters.end(), this));
  resolver_ = nullptr;
}

Resolver::~Resolver() {
  for (auto& [host, name] : names_) {
    for (Waiter* waiter : name.waiters) waiter->resolver_ = nullptr;
  }
}

const Resolved* Resolver::known(const std::string& host) const {
  const auto found = names_.find(host);
  const bool fresh = found != names_.end() && found->second.fresh_until > loop_.now();
  return fresh ? &found->second.resolved : nullptr;
}

void Resolver::ask(const std::string& host, Waiter& waiter, Waiter::Tell tell) {
  waiter.stop();
  if (names_.size() >= kCachedMax && names_.find(host) == names_.end()) make_room();
  Name& name = names_[host];
  waiter.resolver_ = this;
  waiter.host_ = host;
  waiter.tell_ = std::move(tell);
  name.waiters.push_back(&waiter);
  if (std::exchange(name.asked, true)) return;
  threads_.run([this, host, look_up = look_up_]() -> JobThreads::Done {
    Resolved resolved = look_up(host);
    // Called on the loop, and not at all when that, and this with it, is gone.
    return [this, host, resolved = std::move(resolved)] { take(host, resolved); };
  });
}

void Resolver::forget(const std::string& host) {
  const auto found = names_.find(host);
  if (found != names_.end()) found->second.fresh_until = {};
}

void Resolver::take(const std::string& host, Resolved resolved) {
  Name& name = names_[host];
  name.asked = false;
  name.fresh_until = loop_.now() + (resolved.addresses.empty() ? kFailureFresh : kFresh);
  name.resolved = std::move(resolved);
  const Resolved told = name.resolved;
  // What a waiter does may ask for the name again, or make others forget it.
  for (auto now = names_.find(host); now != names_.end(); now = names_.find(host)) {
    if (now->second.waiters.empty() || now->second.asked) return;
    Waiter& waiter = *now->second.waiters.front();
    const Waiter::Tell tell = std::move(waiter.tell_);
    waiter.stop();
    tell(told);
  }
}

// What is asked for or waited for stays.
void Resolver::make_room() {
  std::erase_if(names_, [this](const auto& entry) {
    const Name& name = entry.second;
    return !name.asked && name.waiters.empty() && name.fresh_until <= loop_.now();
  });
  if (names_.size() < kCachedMax) return;
  const auto idle = std::find_if(names_.begin(), names_.end(), [](const auto& entry) {
    return !entry.second.asked && entry.second.waiters.empty();
  });
  if (idle != names_.end()) names_.erase(idle);
}

}  // namespace net
