// SPDX-License-Identifier: MIT
// `fwc enable` and `fwc disable`: files that put a unit behind a filter at each start. Nothing is
// written before the filters, the unit and the kernel's view of both are known to be good.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/file_changes.h"
#include "cli/filter_options.h"
#include "cli/object_cache.h"
#include "cli/set_files.h"
#include "cli/systemctl.h"
#include "cli/unit_attach.h"
#include "cli/unit_coverage.h"
#include "cli/unit_filters.h"
#include "fwc/runtime/environment.h"

namespace fwc::cli {

namespace {

using runtime::Error;
using runtime::Expected;
using UnitDirection = runtime::Direction;

// Where another machine has it.
constexpr std::string_view kInstalledPath = "/usr/bin/fwc";

struct Request {
  std::string unit;
  std::vector<DirectionFilter> filters;  // ingress first
  LineOptions line;
  std::string root;
  bool strict = false;
  bool now = false;
  bool dry_run = false;
};

/// A unit with its socket units: those that get a drop-in each.
struct Target {
  Unit unit;
  std::vector<std::string> names;  // its own first
};

Expected<Target> find_target(const UnitFiles& files, const std::string& name) {
  auto unit = files.read(name);
  if (!unit) return unit.error();
  Target target{.unit = *std::move(unit), .names = {}};
  target.names.push_back(target.unit.name);
  if (section_of(target.unit.name) == "Service")
    for (std::string& socket : files.sockets_of(target.unit))
      target.names.push_back(std::move(socket));
  return target;
}

/// Those that have a drop-in with the filters of this unit, whatever its files say now; the unit
/// itself may be gone.
Expected<Target> find_enabled(const UnitFiles& files, const std::string& name) {
  auto unit = files.read(name);
  if (!unit && unit.error().kind != Error::Kind::no_input) return unit.error();
  const bool bare = name.find('.') == std::string::npos;
  Target target{
      .unit = unit ? *std::move(unit)
                   : Unit{.name = bare ? name + ".service" : name, .fragment = {}, .settings = {}},
      .names = {}};
  for (const FilteredUnit& filtered : filtered_units(files)) {
    const UnitFilter& first = filtered.filters.front();
    if (first.file == filter_file(target.unit.name, first.direction))
      target.names.push_back(filtered.unit);
  }
  return target;
}

/// Whether others than root and the caller can put another file there.
bool is_open_to_others(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return true;
  if (status.st_uid != 0 && status.st_uid != geteuid()) return true;
  const bool writable = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  return writable && !(S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0);
}

/// The path of this command, which the unit is going to run as root.
Expected<std::string> own_path(const Request& request) {
  if (!request.root.empty()) return std::string(kInstalledPath);
  std::error_code failure;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", failure);
  if (failure)
    return Error{.kind = Error::Kind::config, .message = "cannot find the path of fwc itself"};
  for (auto part = path; part != part.root_path(); part = part.parent_path())
    if (is_open_to_others(part.string()))
      return Error{.kind = Error::Kind::no_permission,
                   .message = fmt::format("`{}` can be changed by others than root", part.string()),
                   .hint = "the unit would run fwc from there as root; install it first"};
  return path.string();
}

/// What the drop-ins say of a direction.
UnitFilter written(const Target& target, const Request& request, UnitDirection direction) {
  UnitFilter filter{.direction = direction,
                    .file = filter_file(target.unit.name, direction),
                    .options = request.line};
  if (direction == UnitDirection::ingress) filter.options.refuse_calls = false;
  return filter;
}

/// Compiles each filter, and has the kernel verify it where that can be asked.
int prepare(Terminal& terminal, const Target& target, Request& request) {
  const bool ask_kernel =
      request.root.empty() && runtime::require_capabilities(runtime::Operation::load);
  for (DirectionFilter& filter : request.filters) {
    // As the line of the unit is going to do it, with relative names of files meant as there; what
    // is compiled here is in the cache then.
    CompileOptions options = options_of(written(target, request, filter.direction));
    options.strict = request.strict;
    CompileResult result = request.root.empty() && !request.dry_run
                               ? compile_by_cache(filter.text, options)
                               : compile(filter.text, options);
    terminal.show(result.diagnostics, filter.text, runtime::to_string(filter.direction));
    if (!result.object) return static_cast<int>(ExitCode::bad_data);
    filter.object = *std::move(result.object);
    if (!ask_kernel) continue;
    if (const auto loaded = runtime::load(filter.object); !loaded)
      return terminal.fail(loaded.error());
  }
  return static_cast<int>(ExitCode::ok);
}

// --- files ---

struct File {
  std::string path;
  std::string text;
};

// The filters first: a drop-in never names a file that is missing.
std::vector<File> files_to_write(const Target& target, const Request& request,
                                 const std::string& fwc) {
  std::vector<File> files;
  std::vector<UnitFilter> filters;
  for (const DirectionFilter& filter : request.filters) {
    filters.push_back(written(target, request, filter.direction));
    files.push_back({.path = filters.back().file, .text = filter.text});
  }
  for (const std::string& name : target.names)
    files.push_back(
        {.path = drop_in_file(name), .text = drop_in_text(name, target.unit.name, fwc, filters)});
  return files;
}

std::vector<std::string> filter_files(const Target& target) {
  return {filter_file(target.unit.name, UnitDirection::ingress),
          filter_file(target.unit.name, UnitDirection::egress)};
}

Expected<void> write_all(const std::string& root, const std::vector<File>& files,
                         FileChanges& changes) {
  for (const File& file : files)
    if (auto written = changes.write(root + file.path, file.text); !written) return written;
  return {};
}

/// Removes those of `paths` that are there and are not among `kept`, and gives them.
Expected<std::vector<std::string>> remove_all(const std::string& root,
                                              const std::vector<std::string>& paths,
                                              const std::vector<File>& kept, FileChanges& changes) {
  std::vector<std::string> removed;
  for (const std::string& path : paths) {
    if (std::any_of(kept.begin(), kept.end(), [&](const File& f) { return f.path == path; }))
      continue;
    const auto done = changes.remove(root + path);
    if (!done) return done.error();
    if (*done) removed.push_back(path);
  }
  return removed;
}

// --- the two commands ---

void warn_of_gaps(Terminal& terminal, const Target& target) {
  for (const Gap& gap : gaps_of(target.unit, {}, {}))
    terminal.warn(fmt::format("{}: {}", target.unit.name, gap.message), gap.hint);
}

// As words for systemctl; of a template, all instances.
std::string joined(const std::vector<std::string>& units) {
  std::string text;
  for (const std::string& unit : units) {
    const std::size_t at = unit.find("@.");
    text += at == std::string::npos
                ? fmt::format(" {}", unit)
                : fmt::format(" '{}*{}'", unit.substr(0, at + 1), unit.substr(at + 1));
  }
  return text;
}

int show_plan(Terminal& terminal, const Request& request, const std::vector<File>& files) {
  for (const File& file : files)
    terminal.out("would write {}{}\n{}", request.root, file.path, file.text);
  if (request.now) terminal.out("would attach to what runs, and reload systemd\n");
  return static_cast<int>(ExitCode::ok);
}

// The manager first, which can still be asked to go back.
int put_in_force(Terminal& terminal, const Target& target, const Request& request,
                 FileChanges& changes) {
  const auto cgroups = running_cgroups(target.names);
  if (!cgroups) return terminal.fail(cgroups.error());
  if (auto done = reload_systemd(); !done) return terminal.fail(done.error());
  terminal.out("reloaded systemd\n");
  if (auto done = attach_all(terminal, *cgroups, request.filters); !done) {
    changes.undo();
    (void)reload_systemd();
    return terminal.fail(done.error());
  }
  changes.commit();
  if (auto done = detach_others(terminal, *cgroups, request.filters); !done)
    return terminal.fail(done.error());
  return static_cast<int>(ExitCode::ok);
}

// What an earlier `enable` left that this one does not write: a direction, a socket unit.
Expected<std::vector<std::string>> leftovers(const UnitFiles& units, const Target& target) {
  const auto enabled = find_enabled(units, target.unit.name);
  if (!enabled) return enabled.error();
  std::vector<std::string> paths;
  for (const std::string& name : enabled->names) paths.push_back(drop_in_file(name));
  for (std::string& path : filter_files(target)) paths.push_back(std::move(path));
  return paths;
}

int enable(Terminal& terminal, Request& request) {
  const UnitFiles units(request.root);
  const auto target = find_target(units, request.unit);
  if (!target) return terminal.fail(target.error());
  const auto fwc = own_path(request);
  if (!fwc) return terminal.fail(fwc.error());
  if (const int status = prepare(terminal, *target, request); status != 0) return status;
  const std::vector<File> files = files_to_write(*target, request, *fwc);
  warn_of_gaps(terminal, *target);
  if (request.dry_run) return show_plan(terminal, request, files);

  FileChanges changes;
  if (auto done = write_all(request.root, files, changes); !done)
    return terminal.fail(done.error());
  const auto old = leftovers(units, *target);
  if (!old) return terminal.fail(old.error());
  const auto removed = remove_all(request.root, *old, files, changes);
  if (!removed) return terminal.fail(removed.error());
  for (const File& file : files) terminal.out("wrote {}{}\n", request.root, file.path);
  for (const std::string& path : *removed) terminal.out("removed {}{}\n", request.root, path);
  if (request.now) return put_in_force(terminal, *target, request, changes);
  changes.commit();
  if (request.root.empty())
    terminal.out("in force after `systemctl daemon-reload` and `systemctl restart{}`\n",
                 joined(target->names));
  return static_cast<int>(ExitCode::ok);
}

int disable(Terminal& terminal, const Request& request) {
  const UnitFiles units(request.root);
  const auto target = find_enabled(units, request.unit);
  if (!target) return terminal.fail(target.error());
  std::vector<std::string> paths;
  for (const std::string& name : target->names) paths.push_back(drop_in_file(name));
  // After the drop-ins, which name them.
  for (std::string& path : filter_files(*target)) paths.push_back(std::move(path));
  if (request.dry_run) {
    for (const std::string& path : paths)
      if (access((request.root + path).c_str(), F_OK) == 0)
        terminal.out("would remove {}{}\n", request.root, path);
    return static_cast<int>(ExitCode::ok);
  }
  FileChanges changes;
  const auto removed = remove_all(request.root, paths, {}, changes);
  if (!removed) return terminal.fail(removed.error());
  if (target->names.empty() && removed->empty())
    return terminal.fail({.kind = Error::Kind::no_input,
                          .message = fmt::format("`{}` has no filter of fwc", target->unit.name),
                          .hint = "`fwc status` shows the units that have one"});
  for (const std::string& path : *removed) terminal.out("removed {}{}\n", request.root, path);
  if (request.now) return put_in_force(terminal, *target, request, changes);
  changes.commit();
  if (request.root.empty())
    terminal.out("off after `systemctl daemon-reload` and `systemctl restart{}`\n",
                 joined(target->names));
  return static_cast<int>(ExitCode::ok);
}

std::string as_file(const std::string& text) {
  return text.ends_with('\n') ? text : text + "\n";
}

void add_options(CommandLine& line, Request& request) {
  line.flag("--now", request.now, "change what runs too, and reload systemd");
  line.flag("--dry-run", request.dry_run, "only tell what would be done");
  line.option("--root", request.root, "the files of another machine lie below this folder",
              "FOLDER");
}

std::optional<int> refuse(const CommandLine& line, const Request& request) {
  if (request.now && !request.root.empty())
    return line.usage_error("`--now` does not go with `--root`", "no unit runs from there");
  return std::nullopt;
}

}  // namespace

int enable_command(const Invocation& call) {
  Request request;
  CommandLine line(call);
  DirectionTexts texts;
  texts.add_to(line, "the unit");
  request.line.add_to(line);
  line.flag("--refuse", request.line.refuse_calls, std::string(kRefuseMeaning));
  line.flag("--strict", request.strict, "treat warnings as errors");
  add_options(line, request);
  if (const auto done = line.parse(1, 1)) return *done;
  if (const auto wrong = refuse(line, request)) return *wrong;
  if (const auto wrong = request.line.refuse(line)) return *wrong;
  if (const auto wrong = texts.refuse(line, request.line.refuse_calls)) return *wrong;
  for (const auto direction : {UnitDirection::ingress, UnitDirection::egress})
    if (const std::string* text = texts.of(direction))
      request.filters.push_back({.direction = direction, .text = as_file(*text)});
  request.line.share_flows =
      texts.share_flows(set_file_loader(filter_file("filter", UnitDirection::egress)));
  request.unit = line.words().front();
  return enable(call.terminal, request);
}

int disable_command(const Invocation& call) {
  Request request;
  CommandLine line(call);
  add_options(line, request);
  if (const auto done = line.parse(1, 1)) return *done;
  if (const auto wrong = refuse(line, request)) return *wrong;
  request.unit = line.words().front();
  return disable(call.terminal, request);
}

}  // namespace fwc::cli
