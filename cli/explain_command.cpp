// SPDX-License-Identifier: MIT
// `fwc explain`: a code of the compiler's messages, or the verdict of a filter on one packet.
#include "cli/explain.h"

namespace fwc::cli {

int explain_command(const Invocation& call) {
  VerdictRequest request;
  CommandLine line(call);
  line.option("-f,--file", request.source.file, "read the filter from FILE, `-` is stdin", "FILE");
  line.options("--var", request.variables, "give a live variable this value", "NAME=VALUE");
  line.flag("--strict", request.strict, "treat warnings as errors");
  line.flag("--json", request.json, "print JSON");
  if (const auto done = line.parse(0, 2)) return *done;

  const auto& words = line.words();
  const bool from_file = !request.source.file.empty();
  if (words.empty() && from_file) return line.usage_error("no packet was given");
  if (words.empty()) return list_codes(call.terminal, request.json);
  if (words.size() == 1 && !from_file)
    return explain_code(call.terminal, words.front(), request.json);
  request.packet = words.back();
  if (words.size() == 2) request.source.argument = words.front();
  return explain_verdict(call.terminal, request);
}

}  // namespace fwc::cli
