// SPDX-License-Identifier: MIT
// The programs that refuse calls: the filter of what is sent, as far as it speaks of what a socket
// names (check/may_pass.h), over the arguments of connect(2) and sendmsg(2).
#pragma once

#include <array>

#include "compiler/codegen/packet_reader.h"
#include "compiler/codegen/program.h"
#include "compiler/language/layers.h"

namespace fwc::codegen {

/// A call that the kernel asks a program about (BPF_PROG_TYPE_CGROUP_SOCK_ADDR).
struct CallRow {
  const char* function;
  const char* section;
  Layer transport;   ///< of the sockets that are judged; others may do what they like
  bool is_datagram;  ///< their type, SOCK_DGRAM or SOCK_STREAM
  bool ipv6;
};

/// connect(2) of UDP is not among them: it sends nothing, and programs ask by it for their own
/// address (getaddrinfo(3) does). Only sendmsg(2) with an address is asked about by the kernel.
inline constexpr std::array kCallRows = {
    CallRow{"fwc_connect4", "cgroup/connect4", Layer::tcp, false, false},
    CallRow{"fwc_connect6", "cgroup/connect6", Layer::tcp, false, true},
    CallRow{"fwc_sendmsg4", "cgroup/sendmsg4", Layer::udp, true, false},
    CallRow{"fwc_sendmsg6", "cgroup/sendmsg6", Layer::udp, true, true},
};

/// Writes headers that name the destination of the call, and nothing else, where a packet would
/// have them: so the filter is lowered as for packets. Calls that say nothing of a destination
/// leave to `forward`: those of other sockets, and those to no address, for which the kernel
/// chooses one.
WalkState read_call(Program& program, const CallRow& call);

}  // namespace fwc::codegen
