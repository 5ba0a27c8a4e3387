// SPDX-License-Identifier: MIT
// The property of objects that fwc did not write.
#include <bpf/libbpf.h>

#include <array>
#include <vector>

#include "fwc/compile.h"
#include "fwc/runtime/program.h"
#include "fwc/seal.h"
#include "tests/fuzz/hold.h"
#include "tests/fuzz/properties.h"

namespace fwc::test {

namespace {

struct Base {
  std::string_view text;
  CompileOptions options;
};

/// One with every section that there is, and small ones.
const std::array kBases = {
    Base{"udp", {}},
    Base{"let $a = 9; let $b = true; let @s: ip = {10.0.0.0/8, 2001:db8::/32}; let @t: (ip, port); "
         "egress { drop x: dst_ip in @s || (dst_ip, dst_port) in @t; count len > $a; "
         "default allow; } ingress { allow $b; default drop; }",
         {.direction = Direction::both,
          .counters = true,
          .log = Logged::everything,
          .audit = true,
          .refuse_calls = true}},
    Base{"established || src_port in {1, 5, 9, 700, 8000..8999} || src_ip in {10.0.0.1, ::1}", {}},
    Base{"iface == \"lo\" && ethertype == arp",
         {.direction = Direction::both, .hook = Hook::tc, .counters = true}},
};

const std::vector<Object>& bases() {
  static const std::vector<Object> all = [] {
    std::vector<Object> objects;
    for (const Base& base : kBases) {
      CompileResult made = compile(base.text, base.options);
      hold(made.object && runtime::check_object(*made.object), "an object to change", base.text);
      objects.push_back(*std::move(made.object));
    }
    return objects;
  }();
  return all;
}

constexpr std::size_t kChangeBytes = 5;

Object changed(const Object& base, std::string_view changes) {
  Object object = base;
  for (; changes.size() >= kChangeBytes; changes.remove_prefix(kChangeBytes)) {
    std::uint32_t place = 0;
    for (const char byte : changes.substr(0, 4))
      place = place << 8 | static_cast<unsigned char>(byte);
    object.bytes[place % object.bytes.size()] = static_cast<std::byte>(changes[4]);
  }
  return object;
}

}  // namespace

void hold_object(std::string_view input) {
  if (input.empty()) return;
  const Object& base = bases()[static_cast<unsigned char>(input[0]) % kBases.size()];
  Object object = changed(base, input.substr(1));
  const bool same = object.bytes == base.bytes;
  hold(runtime::check_object(object).has_value() == same, "an object that was changed is refused",
       kBases[static_cast<unsigned char>(input[0]) % kBases.size()].text);
  // Sealed again, it is up to the other checks, and what they let pass libbpf has to be able to
  // read. The kernel is not asked: of a map with a hundred million entries it makes one, for
  // minutes.
  object.bytes.resize(object.bytes.size() - kSealBytes);
  seal(object.bytes);
  if (!runtime::check_object(object)) return;
  libbpf_set_print(nullptr);
  bpf_object__close(bpf_object__open_mem(object.bytes.data(), object.bytes.size(), nullptr));
}

}  // namespace fwc::test
