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
/// | `.data.live`         | the live variables, where there are any                             |
/// | `.rodata`            | tables of the header walk and of large sets                         |
/// | `.rodata.ifaces`     | the interfaces that the filter names, where there are any            |
/// | `.maps`              | map `counters`, where packets are counted; a map for each live set   |
/// | `fwc.sets`           | what live sets hold at first, where there are any                    |
/// | `license`            | `Dual MIT/GPL`                                                       |
/// | `.BTF`, `.BTF.ext`   | types, function and line information; lines are the filter's text    |
///
/// `counters` is a BPF_MAP_TYPE_PERCPU_ARRAY of `struct { u64 packets; u64 bytes; }`. Each
/// direction has an entry for malformed packets (0), for those that got the default (1), for later
/// fragments that got it (2), and from 3 on one for each rule in its order; the entries of ingress
/// come first.
///
/// A live variable is one word of 8 bytes, or three of an address: its EtherType as the kernel
/// has it in `skb->protocol`, and two halves in host order. A single
/// word stands alone; otherwise each variable is two copies, and the word `fwc_side` says which one
/// the programs read, so that all change at once.
///
/// A live set is a BPF_MAP_TYPE_ARRAY_OF_MAPS with one entry, an LPM trie whose keys
/// compiler/check/live_keys.h tells. `fwc.sets` holds for each set the map's name (16 bytes),
/// the bytes of a key and the number of keys (4 bytes each), and the keys.
///
/// `.rodata.ifaces` has an entry of 20 bytes for each interface: its index in 4, which is 0 in the
/// object and which the runtime fills in when it loads the programs, and its name in 16.
///
/// The functions carry declaration tags in BTF, `fwc:rule:DIRECTION:NUMBER:ACTION:NAME:CONDITION`
/// for each rule, where NAME may be empty and CONDITION is cut where it is long, and
/// `fwc:default:DIRECTION:ACTION`, and for each live set `fwc:set:DIRECTION:MAP:TYPE:NAME`. The
/// kernels that know no such tags keep them as the names of integer types.
struct Object {
  std::vector<std::byte> bytes;
};

}  // namespace fwc
