// SPDX-License-Identifier: MIT
// `fwc FILTER` and `fwc attach`: the whole pipe from a text or an object to a file, a pin and a
// cgroup.
#include "cli/deployment.h"
#include "cli/filter_options.h"
#include "cli/output_file.h"
#include "cli/set_files.h"
#include "cli/watch_options.h"

namespace fwc::cli {

namespace {

struct Request : DeploymentPlan {
  SourceChoice source;
  std::string output;
  std::string direction;
  std::string_view attaching = "--attach";  ///< what messages call it
  WatchOptions watch;
  bool refuse = false;
  bool strict = false;
  bool version = false;
  std::vector<const CLI::Option*> places;  ///< options that name something, and mean nothing empty
};

// Those of every command that attaches.
void add_attach_options(CommandLine& line, Request& request) {
  request.directions.add_to(line);
  line.option("--name", request.name, "name of the attachment, where a cgroup has several", "NAME");
  line.options("--var", request.variables, "start a live variable with this value", "NAME=VALUE");
  request.watch.add_to(line);
  line.flag("--refuse", request.refuse, std::string(kRefuseMeaning));
  line.flag("--strict", request.strict, "treat warnings as errors");
  line.flag("--dry-run", request.dry_run, "say what would be done, and change nothing");
  line.flag("--force", request.force, "attach also to the root cgroup");
}

void add_options(CommandLine& line, Request& request) {
  request.places = {
      line.option("-f,--file", request.source.file, "read the filter from FILE, `-` is stdin",
                  "FILE"),
      line.option("-o,--output", request.output, "write the object to FILE, `-` is stdout", "FILE"),
      line.option("--load", request.pin, "load it and pin it at PIN, in place of what is there",
                  "PIN"),
      line.option("--attach", request.cgroup,
                  "attach it to a cgroup: a path, a unit, a pid or `self`", "CGROUP"),
  };
  line.option("--direction", request.direction,
              "compile for `ingress`, `egress` (the default) or `both`", "DIRECTION");
  request.hook.add_to(line);
  add_attach_options(line, request);
  line.flag("--no-slot", request.no_slot, "pin the program itself, see `fwc replace`");
  line.flag("--version", request.version, "show versions");
}

std::optional<Direction> direction_named(std::string_view name) {
  if (name == "ingress") return Direction::ingress;
  if (name == "egress") return Direction::egress;
  if (name == "both") return Direction::both;
  return std::nullopt;
}

/// Nothing where the filter is to say it.
std::optional<Direction> direction_of(const Request& request) {
  if (auto named = direction_named(request.direction)) return *named;
  const DirectionFlags& flags = request.directions;
  if (flags.ingress) return flags.egress ? Direction::both : Direction::ingress;
  return flags.egress ? std::optional(Direction::egress) : std::nullopt;
}

// An empty variable of a script must not turn an attachment into none.
std::optional<int> refuse_empty(const CommandLine& line, const Request& request) {
  for (const CLI::Option* option : request.places)
    if (option->count() != 0 && option->as<std::string>().empty())
      return line.usage_error(fmt::format("the value of `{}` is empty", option->get_name()));
  return std::nullopt;
}

// What can be told wrong from the options alone; a status where something is.
std::optional<int> refuse_options(const CommandLine& line, const Request& request) {
  if (request.output.empty() && !request.loads())
    return line.usage_error(
        "nothing was said to be done with the filter",
        "give `-o FILE`, `--load PIN` or `--attach CGROUP`; `fwc check` judges it");
  if (const auto wrong = request.hook.refuse(line)) return wrong;
  if (request.hook.hook() != Hook::cgroup && !request.cgroup.empty())
    return line.usage_error("`--attach` is for the hook `cgroup`",
                            "pin it by `--load PIN`; tc(8) and ip(8) attach the pin");
  if (!request.direction.empty() && !direction_named(request.direction))
    return line.usage_error(fmt::format("`--direction` cannot be `{}`", request.direction),
                            "say `ingress`, `egress` or `both`");
  if (!request.direction.empty() && request.directions.any())
    return line.usage_error("`--direction` stands beside `--ingress` or `--egress`",
                            "the flags alone are enough");
  if (request.refuse && !request.pin.empty())
    return line.usage_error(
        "`--refuse` needs `--attach`, and `--load` cannot take it",
        "attach the filter itself, by `--attach CGROUP`, `fwc attach` or `fwc enable`");
  if (!request.variables.empty() && !request.loads())
    return line.usage_error("`--var` needs `--load` or `--attach`",
                            "an object holds the values that the filter declares");
  return std::nullopt;
}

std::optional<int> refuse_object_options(const CommandLine& line, const Request& request) {
  if (!request.output.empty())
    return line.usage_error("`-o` needs the text of a filter, and this is an object already");
  if (request.watch.any() || request.strict || request.refuse || request.share_flows ||
      !request.direction.empty() || !request.hook.name.empty())
    return line.usage_error("this is an object: how to compile was decided before",
                            "leave out `--counters`, `--log`, `--audit`, `--refuse`, `--strict`, "
                            "`--share-flows`, `--direction` and `--hook`");
  return std::nullopt;
}

int save_and_deploy(const Request& request, Terminal& terminal, const Object& object) {
  if (request.output.empty()) return deploy(request, terminal, object);
  if (request.dry_run) {
    if (request.output != "-") terminal.out("would write {}\n", request.output);
    return deploy(request, terminal, object);
  }
  if (request.output == "-") {
    if (const int status = deploy(request, terminal, object); status != 0) return status;
    const auto* begin = reinterpret_cast<const char*>(object.bytes.data());
    terminal.write({begin, object.bytes.size()});
    return static_cast<int>(ExitCode::ok);
  }
  auto file = OutputFile::create(request.output, object.bytes);
  if (!file) return terminal.fail(file.error());
  if (const int status = deploy(request, terminal, object); status != 0) return status;
  if (auto done = file->commit(); !done) return terminal.fail(done.error());
  return static_cast<int>(ExitCode::ok);
}

// A filter with parts says itself what it is for; one without is for the direction that is meant.
bool says_direction(const FilterText& text) {
  const auto parsed =
      parse_filter(text.text, ParseOptions{.load_source = set_file_loader(text.name)});
  return !parsed.filter || parsed.filter->has_parts();
}

int compile_text(const Request& request, Terminal& terminal, const FilterText& text) {
  if (!request.cgroup.empty() && !request.directions.any() && !says_direction(text))
    return terminal.fail(
        ExitCode::usage,
        fmt::format("`{}` needs `--ingress` or `--egress`, or both", request.attaching),
        "or write the filter as parts, `egress {…}`");
  CompileOptions options{
      .direction = direction_of(request), .hook = *request.hook.hook(), .strict = request.strict};
  request.watch.apply(options);
  options.refuse_calls = request.refuse;
  options.share_flows = request.share_flows;
  const auto how = request.output.empty() ? compile_to_load : compile_source;
  const Compiled compiled = how(terminal, text, options);
  if (!compiled.object) return compiled.status;
  return save_and_deploy(request, terminal, *compiled.object);
}

// A word before the filter was likely meant as a command.
int refuse_words(const CommandLine& line) {
  const std::string& first = line.words().front();
  const std::string_view near = similar_command(first);
  if (near.empty()) return line.unexpected(line.words()[1]);
  return line.usage_error(fmt::format("no command is called `{}`", first),
                          fmt::format("did you mean `fwc {}`?", near));
}

int run_request(const CommandLine& line, const Request& request, Terminal& terminal) {
  if (request.refuse && direction_of(request) == Direction::ingress)
    return line.usage_error("`--refuse` goes with `--egress`", "calls are about what is sent");
  auto source = read_source(request.source);
  if (!source) return terminal.fail(source.error());
  if (const auto* text = std::get_if<FilterText>(&*source))
    return compile_text(request, terminal, *text);
  if (const auto wrong = refuse_object_options(line, request)) return *wrong;
  return deploy(request, terminal, std::get<Object>(*source));
}

int show_versions(Terminal& terminal) {
  terminal.out("fwc {} (LLVM {}, libbpf {})\n", version(), FWC_LLVM_VERSION, FWC_LIBBPF_VERSION);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

int compile_command(const Invocation& call) {
  Request request;
  CommandLine line(call);
  add_options(line, request);
  if (const auto done = line.parse(0, SIZE_MAX)) return *done;
  if (line.words().size() > 1) return refuse_words(line);
  if (request.version) return show_versions(call.terminal);
  if (const auto wrong = refuse_empty(line, request)) return *wrong;
  if (const auto wrong = refuse_options(line, request)) return *wrong;
  if (const auto wrong = request.watch.refuse(line)) return *wrong;

  if (!line.words().empty()) request.source.argument = line.words().front();
  return run_request(line, request, call.terminal);
}

int attach_command(const Invocation& call) {
  Request request;
  bool self = false;
  CommandLine line(call);
  line.flag("--self", self, "attach to the cgroup of the caller, as a line in a unit does");
  request.places = {line.option("-f,--file", request.source.file,
                                "read the filter from FILE, `-` is stdin", "FILE")};
  add_attach_options(line, request);
  line.flag("--share-flows", request.share_flows,
            "know the flows that the filter of the other direction knows");
  if (const auto done = line.parse(0, 2)) return *done;
  if (const auto wrong = refuse_empty(line, request)) return *wrong;
  std::vector<std::string> words = line.words();
  if (self) words.insert(words.begin(), "self");
  if (words.empty()) return line.usage_error("no cgroup was named", "name one, or say `--self`");
  if (words.size() > 2) return line.unexpected(words[2]);
  if (words.front().empty()) return line.usage_error("the name of the cgroup is empty");
  request.attaching = "attach";
  if (const auto wrong = request.watch.refuse(line)) return *wrong;
  request.cgroup = words.front();
  if (words.size() == 2) request.source.argument = words.back();
  return run_request(line, request, call.terminal);
}

}  // namespace fwc::cli
