// Whose process holds the other end of a connection within this machine, by the kernel's word.
// Functions.
//
// Threads: any.
// Cost:    over TCP one exact look-up by socket diagnostics, of four system calls; never a list.
// Limits:  a process may hand its end to another one: who made the socket is what counts. Within a
//          user namespace that does not map every user, those who are not mapped share one number
//          (/proc/sys/kernel/overflowuid), which is nobody's here.
#pragma once
#include <sys/types.h>

#include <optional>

namespace base {

// The user whose process holds the other end of the connected loopback TCP connection `descriptor`,
// accepted or dialled; nothing when it cannot be known: the other end is closed, or was not
// accepted yet, is on another machine, or the kernel does not answer. The number of a socket
// without a process means nothing, so that it is never taken for an answer.
std::optional<uid_t> tcp_peer_uid(int descriptor);

// The same over a unix socket: who connected; of a dialled one, who listens.
std::optional<uid_t> unix_peer_uid(int descriptor);

// Whether tcp_peer_uid() can know anything here, tried on a connection of our own: without socket
// diagnostics in the kernel, or where a sandbox forbids them, it knows nobody.
bool can_know_tcp_peers();

}  // namespace base
