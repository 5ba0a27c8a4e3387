// SPDX-License-Identifier: MIT
// `fwc explain`: a code of the compiler's messages, or the verdict of a filter on one packet.
#include "cli/explain.h"

namespace fwc::cli {

int explain_command(const Invocation& call) {
  VerdictRequest request;
  CommandLine line(call);
  line.option("-f,--file", request.source.file, "read the filter from FILE, `-` is stdin", "FILE");
  line.options("--var", request.variables, "give a live variable this value", "NAME=VALUE");
  request.directions.add_for_packets(line);
  request.hook.add_to(line);
  line.option("--local", request.local, "addresses of this end: they tell what was sent", "SET");
  line.flag("--strict", request.strict, "treat warnings as errors");
  line.flag("--json", request.json, "print JSON");
  bool markdown = false;
  line.flag("--markdown", markdown, "print the reference page of the messages");
  if (const auto done = line.parse(0, 2)) return *done;

  if (const auto wrong = request.directions.refuse_both(line)) return *wrong;
  if (const auto wrong = request.hook.refuse_for_packets(line, request.directions, request.local))
    return *wrong;

  const auto& words = line.words();
  if (markdown && !words.empty())
    return line.usage_error("`--markdown` prints all messages, so it takes no words");
  if (markdown) return messages_page(call.terminal);
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
