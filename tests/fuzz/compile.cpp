// SPDX-License-Identifier: MIT
// The property of the whole compiler.
#include "fwc/compile.h"

#include "fwc/runtime/program.h"
#include "tests/fuzz/hold.h"
#include "tests/fuzz/properties.h"

namespace fwc::test {

namespace {

/// Takes choices out of a number, one after the other.
class Choices {
 public:
  explicit Choices(std::string_view bytes) {
    for (const char byte : bytes) rest_ = rest_ << 8 | static_cast<unsigned char>(byte);
  }
  unsigned below(unsigned count) {
    const unsigned chosen = rest_ % count;
    rest_ /= count;
    return chosen;
  }
  bool one() { return below(2) == 1; }

 private:
  unsigned rest_ = 0;
};

CompileOptions options_of(std::string_view bytes) {
  Choices choices(bytes.substr(0, 2));
  CompileOptions options;
  if (const unsigned direction = choices.below(4); direction != 0)
    options.direction = static_cast<Direction>(direction - 1);
  options.hook = kHooks[choices.below(kHooks.size())];
  options.log = static_cast<Logged>(choices.below(4));
  options.counters = choices.one();
  options.audit = choices.one();
  options.share_flows = choices.one();
  options.refuse_calls = choices.one();
  return options;
}

}  // namespace

void hold_compile(std::string_view input) {
  const std::size_t end = input.find('\0');
  const bool chosen = end != std::string_view::npos;
  const std::string_view text = input.substr(0, end);
  const CompileOptions options = chosen ? options_of(input.substr(end + 1)) : CompileOptions{};
  const CompileResult result = compile(text, options);
  hold_of_diagnostics(result.diagnostics, result.object.has_value(), text);
  for (const Diagnostic& d : result.diagnostics)
    hold(d.code != "internal", "the compiler has no bug that it sees itself", text);
  if (!result.object) return;
  const auto checked = runtime::check_object(*result.object);
  hold(checked.has_value(), "the runtime takes the object for its own", text);
  const CompileResult again = compile(text, options);
  hold(again.object && again.object->bytes == result.object->bytes,
       "the same text and options give the same bytes", text);
}

}  // namespace fwc::test
