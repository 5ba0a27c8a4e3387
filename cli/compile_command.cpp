// SPDX-License-Identifier: MIT
// `fwc FILTER` and `fwc attach`: the whole pipe from a text or an object to a file, a pin and a
// cgroup. What was not there before and was made on the way is taken away again where a later step
// fails.
#include <unistd.h>

#include "cli/filter_options.h"
#include "cli/output_file.h"
#include "cli/set_files.h"
#include "cli/watch_options.h"
#include "fwc/runtime/attachments.h"
#include "fwc/runtime/environment.h"
#include "fwc/runtime/pins.h"

namespace fwc::cli {

namespace {

using runtime::Attachment;
using runtime::Cgroup;
using runtime::Error;
using runtime::Expected;
using runtime::FileDescriptor;
using runtime::LoadedObject;

struct Request {
  SourceChoice source;
  std::string output;
  std::string pin;
  std::string cgroup;
  std::string name = "filter";
  std::string direction;
  DirectionFlags directions;
  std::string_view attaching = "--attach";  ///< what messages call it
  WatchOptions watch;
  bool refuse = false;
  HookOption hook;
  bool strict = false;
  bool force = false;
  bool no_slot = false;
  bool dry_run = false;
  bool version = false;
  std::vector<std::string> variables;
  std::vector<const CLI::Option*> places;  ///< options that name something, and mean nothing empty

  bool loads() const { return !pin.empty() || !cgroup.empty(); }
};

// Those of every command that attaches.
void add_attach_options(CommandLine& line, Request& request) {
  request.directions.add_to(line);
  line.option("--name", request.name, "name of the attachment, where a cgroup has several", "NAME");
  line.options("--var", request.variables, "start a live variable with this value", "NAME=VALUE");
  request.watch.add_to(line);
  line.flag("--refuse", request.refuse,
            "refuse connect(2) and sendmsg(2) at once where no packet could pass");
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
    return line.usage_error("`--refuse` needs `--attach`, and `--load` cannot take it",
                            "what attaches a pin would not attach what refuses calls beside it");
  if (!request.variables.empty() && !request.loads())
    return line.usage_error("`--var` needs `--load` or `--attach`",
                            "an object holds the values that the filter declares");
  return std::nullopt;
}

std::optional<int> refuse_object_options(const CommandLine& line, const Request& request) {
  if (!request.output.empty())
    return line.usage_error("`-o` needs the text of a filter, and this is an object already");
  if (request.watch.any() || request.strict || request.refuse || !request.direction.empty() ||
      !request.hook.name.empty())
    return line.usage_error("this is an object: how to compile was decided before",
                            "leave out `--counters`, `--log`, `--audit`, `--refuse`, `--strict`, "
                            "`--direction` and `--hook`");
  return std::nullopt;
}

// The steps in the kernel; undoes those that are done where one fails.
class Deployment {
 public:
  Deployment(const Request& request, Terminal& terminal) : request_(request), terminal_(terminal) {}

  Expected<void> run(const Object& object) {
    auto result = steps(object);
    if (!result) undo();
    return result;
  }

  void report() {
    if (request_.dry_run) return report_plan();
    for (const std::string& path : pins_) terminal_.out("loaded {}\n", path);
    for (const Attachment& a : attachments_)
      terminal_.out("{} {} to {}\n", a.replaced ? "updated" : "attached",
                    runtime::to_string(a.direction), a.cgroup);
  }

  void report_plan() {
    if (!request_.pin.empty()) terminal_.out("would load {}\n", request_.pin);
    if (request_.cgroup.empty()) return;
    for (const runtime::Direction direction : request_.directions.given()) {
      const bool there = runtime::open_attached(cgroup_, direction, attach_options()).has_value();
      terminal_.out("would {} {} to {}\n", there ? "update" : "attach",
                    runtime::to_string(direction), cgroup_.path);
    }
  }

 private:
  runtime::AttachOptions attach_options() const { return {.name = request_.name, .bpffs = {}}; }

  Expected<void> steps(const Object& object) {
    if (auto ready = prepare(); !ready) return ready;
    auto variables = parse_assignments(request_.variables);
    if (!variables) return std::move(variables).error();
    if (auto found = find_before(); !found) return found;
    const FileDescriptor flows = flows_there();
    runtime::LoadOptions options{
        .variables = *std::move(variables), .predecessors = {}, .flows = flows.get()};
    if (before_) options.predecessors = {&*before_};
    const auto loaded = runtime::load(object, options);
    if (!loaded) return loaded.error();
    if (auto whole = check_directions(*loaded); !whole) return whole;
    if (auto free = check_pin(*loaded); !free) return free;
    if (request_.dry_run) return {};
    return request_.pin.empty() || is_bare() ? attach_and_pin(*loaded) : pin_and_attach(*loaded);
  }

  Expected<void> attach_and_pin(const LoadedObject& loaded) {
    if (auto attached = attach_all(loaded); !attached) return attached;
    return pin(loaded);
  }

  // What is attached is the slot, so that the cgroup follows the pin from then on.
  Expected<void> pin_and_attach(const LoadedObject& loaded) {
    if (auto pinned = pin(loaded); !pinned || request_.cgroup.empty()) return pinned;
    const auto in_slot = runtime::open_pin(request_.pin);
    return in_slot ? attach_all(*in_slot) : in_slot.error();
  }

  // What is pinned there already.
  Expected<void> find_before() {
    if (request_.pin.empty()) return {};
    auto pinned = runtime::open_pin(request_.pin);
    const bool none = !pinned && (pinned.error().kind == Error::Kind::no_input ||
                                  pinned.error().kind == Error::Kind::data);
    if (!pinned) return none ? Expected<void>() : std::move(pinned).error();
    before_ = *std::move(pinned);
    return {};
  }

  // A pin that is there stays with a slot or without.
  bool is_bare() const {
    if (!before_) return request_.no_slot || request_.hook.hook() != Hook::cgroup;
    return before_->slot_fd(runtime::Direction::ingress) < 0 &&
           before_->slot_fd(runtime::Direction::egress) < 0;
  }

  // Whatever can be refused before the kernel is touched.
  Expected<void> prepare() {
    if (!request_.pin.empty()) {
      if (auto possible = runtime::require_pin_path(request_.pin); !possible) return possible;
    }
    if (request_.cgroup.empty()) return {};
    auto found = runtime::find_cgroup(request_.cgroup, {.force = request_.force});
    if (!found) return std::move(found).error();
    cgroup_ = *std::move(found);
    return runtime::require_capabilities(runtime::Operation::attach);
  }

  // Half of the programs would see half of each flow.
  Expected<void> check_directions(const LoadedObject& loaded) const {
    const bool halved = !request_.cgroup.empty() && directions_of(loaded).size() == 1;
    if (loaded.flows_fd() < 0 || !halved) return {};
    return Error{.kind = Error::Kind::usage,
                 .message = "the filter asks for flows, which are known from both directions",
                 .hint = "give `--ingress` and `--egress`"};
  }

  // The flows that the filter knows in whose place this one comes on a cgroup; those of a pin come
  // with its other maps.
  FileDescriptor flows_there() const {
    if (request_.cgroup.empty()) return {};
    for (const auto direction : {runtime::Direction::egress, runtime::Direction::ingress}) {
      const auto old = runtime::open_attached(cgroup_, direction, attach_options());
      if (old && old->flows_fd() >= 0) return FileDescriptor(dup(old->flows_fd()));
    }
    return {};
  }

  // The same for what cannot be known without the programs, before anything is attached.
  Expected<void> check_pin(const LoadedObject& loaded) {
    if (request_.pin.empty()) return {};
    return runtime::check_pin(loaded, request_.pin);
  }

  Expected<void> pin(const LoadedObject& loaded) {
    if (request_.pin.empty()) return {};
    auto paths = runtime::pin(loaded, request_.pin, {.slot = !request_.no_slot});
    if (!paths) return std::move(paths).error();
    pins_ = *std::move(paths);
    return {};
  }

  Expected<void> attach_all(const LoadedObject& loaded) {
    if (request_.cgroup.empty()) return {};
    const runtime::AttachOptions options = attach_options();
    for (const runtime::Direction direction : directions_of(loaded)) {
      auto before = runtime::open_attached(cgroup_, direction, options);
      auto attached = runtime::attach(loaded, cgroup_, direction, options);
      if (!attached) return std::move(attached).error();
      attachments_.push_back(*std::move(attached));
      replaced_.push_back(before ? std::optional(*std::move(before)) : std::nullopt);
    }
    return {};
  }

  // Those that were asked for, or all that the filter has programs for.
  std::vector<runtime::Direction> directions_of(const LoadedObject& loaded) const {
    if (request_.directions.any()) return request_.directions.given();
    std::vector<runtime::Direction> directions;
    for (const runtime::Program* program : loaded.programs())
      directions.push_back(program->direction());
    return directions;
  }

  // What cannot be undone is said, so that nobody believes otherwise.
  void undo() {
    undo_attachments();
    if (!pins_.empty() && !undo_pin())
      terminal_.warn(fmt::format("the new filter stays pinned at `{}`", request_.pin));
  }

  bool undo_pin() {
    if (before_) return bool(runtime::pin(*before_, request_.pin, {.carry = false}));
    return bool(runtime::remove(request_.pin, {.force = true}));
  }

  void undo_attachments() {
    for (std::size_t i = 0; i < attachments_.size(); ++i) {
      const Attachment& a = attachments_[i];
      if (!undo(a, replaced_[i]))
        terminal_.warn(fmt::format("the new {} filter stays attached to `{}`",
                                   runtime::to_string(a.direction), a.cgroup));
    }
  }

  bool undo(const Attachment& attachment, const std::optional<LoadedObject>& before) {
    const runtime::AttachOptions options{.name = attachment.name, .bpffs = {}};
    if (!attachment.replaced) return bool(runtime::detach(cgroup_, attachment.direction, options));
    return before && runtime::attach(*before, cgroup_, attachment.direction, options);
  }

  const Request& request_;
  Terminal& terminal_;
  Cgroup cgroup_;
  std::optional<LoadedObject> before_;  // at the pin
  std::vector<std::string> pins_;
  std::vector<Attachment> attachments_;
  std::vector<std::optional<LoadedObject>> replaced_;  // beside attachments_: what was there before
};

int deploy(const Request& request, Terminal& terminal, const Object& object) {
  if (!request.loads()) return static_cast<int>(ExitCode::ok);
  Deployment deployment(request, terminal);
  if (auto done = deployment.run(object); !done) return terminal.fail(done.error());
  deployment.report();
  return static_cast<int>(ExitCode::ok);
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
