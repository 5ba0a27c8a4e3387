// SPDX-License-Identifier: MIT
// `fwc fmt`: the canonical layout of a filter, printed, held against, or written in its place.
#include <sys/stat.h>

#include "cli/filter_options.h"
#include "cli/output_file.h"
#include "grammar/format.h"

namespace fwc::cli {

namespace {

struct Request {
  SourceChoice source;
  bool check = false;
  bool in_place = false;
};

// The shell took the line end off, or there never was one.
bool same_layout(std::string_view text, std::string_view formatted, bool from_file) {
  return text == formatted || (!from_file && text == formatted.substr(0, formatted.size() - 1));
}

int write_in_place(Terminal& terminal, const std::string& path, std::string_view text) {
  struct stat status{};
  const bool known = stat(path.c_str(), &status) == 0;
  auto file = OutputFile::create(path, std::as_bytes(std::span(text)));
  if (!file) return terminal.fail(file.error());
  if (auto done = file->commit(); !done) return terminal.fail(done.error());
  if (known && chmod(path.c_str(), status.st_mode & 07777) != 0)
    terminal.warn(fmt::format("the mode of `{}` could not be kept", path));
  return static_cast<int>(ExitCode::ok);
}

int run(Terminal& terminal, const Request& request) {
  const auto source = read_filter(request.source);
  if (!source) return terminal.fail(source.error());
  auto result = format(source->text);
  const auto* formatted = std::get_if<std::string>(&result);
  if (formatted == nullptr) {
    terminal.show(parse_filter(source->text).diagnostics, source->text, source->name);
    return static_cast<int>(ExitCode::bad_data);
  }
  const bool same = same_layout(source->text, *formatted, !request.source.file.empty());
  if (request.check) {
    if (same) return static_cast<int>(ExitCode::ok);
    return terminal.fail(ExitCode::bad_data,
                         fmt::format("`{}` is not in the canonical layout", source->name),
                         "`fwc fmt` prints it as it should be");
  }
  if (!request.in_place) {
    terminal.write(*formatted);
    return static_cast<int>(ExitCode::ok);
  }
  if (same) return static_cast<int>(ExitCode::ok);
  return write_in_place(terminal, request.source.file, *formatted);
}

}  // namespace

int fmt_command(const Invocation& call) {
  Request request;
  CommandLine line(call);
  line.option("-f,--file", request.source.file, "read the filter from FILE, `-` is stdin", "FILE");
  line.flag("--check", request.check, "print nothing, and fail where something would change");
  line.flag("--in-place", request.in_place, "write the result to FILE");
  if (const auto done = line.parse(0, 1)) return *done;

  if (!line.words().empty()) request.source.argument = line.words().front();
  if (request.check && request.in_place)
    return line.usage_error("`--check` and `--in-place` exclude each other");
  if (request.in_place && (request.source.file.empty() || request.source.file == "-"))
    return line.usage_error("`--in-place` needs a file", "name it with `-f FILE`");
  return run(call.terminal, request);
}

}  // namespace fwc::cli
