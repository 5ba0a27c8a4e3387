// SPDX-License-Identifier: MIT
#include "tests/codegen/object_view.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

namespace fwc::test {

void ObjectView::Close::operator()(bpf_object* object) const {
  bpf_object__close(object);
}

ObjectView::ObjectView(const Object& object)
    : object_(bpf_object__open_mem(object.bytes.data(), object.bytes.size(), nullptr)) {
  if (libbpf_get_error(object_.get()) != 0) (void)object_.release();
}

std::vector<std::string> ObjectView::sections() const {
  std::vector<std::string> names;
  bpf_program* program = nullptr;
  while ((program = bpf_object__next_program(object_.get(), program)) != nullptr)
    names.emplace_back(bpf_program__section_name(program));
  return names;
}

std::vector<bpf_insn> ObjectView::instructions(std::string_view name) const {
  const bpf_program* program =
      bpf_object__find_program_by_name(object_.get(), std::string(name).c_str());
  if (program == nullptr) return {};
  const bpf_insn* first = bpf_program__insns(program);
  return {first, first + bpf_program__insn_cnt(program)};
}

std::vector<std::string> ObjectView::maps() const {
  std::vector<std::string> names;
  bpf_map* map = nullptr;
  while ((map = bpf_object__next_map(object_.get(), map)) != nullptr)
    names.emplace_back(bpf_map__name(map));
  return names;
}

bool ObjectView::knows(std::string_view text) const {
  const btf* types = bpf_object__btf(object_.get());
  __u32 size = 0;
  const void* raw = btf__raw_data(types, &size);
  return std::string_view(static_cast<const char*>(raw), size).find(text) != std::string_view::npos;
}

Object compile_or_fail(std::string_view filter, const CompileOptions& options) {
  CompileResult result = compile(filter, options);
  for (const Diagnostic& d : result.diagnostics)
    if (d.error) ADD_FAILURE() << render(d, filter, "filter");
  return result.object.value_or(Object{});
}

}  // namespace fwc::test
