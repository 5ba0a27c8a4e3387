// SPDX-License-Identifier: MIT
// The compiled filter, the one thing that goes from the compiler to the runtime.
#pragma once

#include <cstddef>
#include <vector>

namespace fwc {

/// An ELF relocatable object for the BPF target, as `bpftool prog load` takes it. What is in it:
///
/// | section              | holds                                                               |
/// | -------------------- | ------------------------------------------------------------------- |
/// | `cgroup_skb/egress`  | function `fwc_egress`, where the object filters what is sent         |
/// | `cgroup_skb/ingress` | function `fwc_ingress`, where it filters what is received            |
/// | `.data.live`         | one 8-byte variable for each live `$name`, where there is one        |
/// | `.rodata`            | tables of the header walk and of large sets                         |
/// | `.maps`              | map `counters`, where packets are counted                            |
/// | `license`            | `Dual MIT/GPL`                                                       |
/// | `.BTF`, `.BTF.ext`   | types, function and line information; lines are the filter's text    |
///
/// `counters` is a BPF_MAP_TYPE_PERCPU_ARRAY of `struct { u64 packets; u64 bytes; }` with four
/// entries: ingress dropped (0), ingress passed (1), egress dropped (2), egress passed (3).
struct Object {
  std::vector<std::byte> bytes;
};

}  // namespace fwc
