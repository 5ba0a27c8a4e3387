// SPDX-License-Identifier: MIT
// An object that libbpf has read and that the kernel may see. Private to the runtime.
#pragma once

#include <bpf/libbpf.h>

#include <memory>

#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"
#include "runtime/kernel_objects.h"
#include "runtime/libbpf_log.h"

namespace fwc::runtime {

struct ObjectClose {
  void operator()(bpf_object* object) const { ::bpf_object__close(object); }
};
using BpfObject = std::unique_ptr<bpf_object, ObjectClose>;

/// Checks all that check_object() checks. Makes nothing in the kernel.
Expected<BpfObject> open_object(const Object& object, const LibbpfLog& log);

/// What the kernel will say of a map once it is made.
MapInfo declared(const bpf_map* map);

}  // namespace fwc::runtime
