// SPDX-License-Identifier: MIT
// `fwc top`: one screen over all filters; lines of text where the output is no terminal.
#include <unistd.h>

#include "cli/numbers.h"
#include "cli/top.h"

namespace fwc::cli {

namespace {

using runtime::Expected;

constexpr std::size_t kPlainWidth = 200;

struct Request {
  FilterChoice choice;
  std::string interval = "1";
  std::string count;
};

/// Where the moments go.
struct Display {
  Terminal& terminal;
  std::unique_ptr<TopScreen> screen;  ///< null: plain text

  int input() const { return screen ? STDIN_FILENO : -1; }

  bool show(const TopView& view) {
    if (screen) {
      screen->show(view);
      return true;
    }
    for (const TopLine& line : top_lines(view, kPlainWidth, SIZE_MAX))
      terminal.write(line.text + "\n");
    terminal.write("\n");
    return terminal.finish(0) == 0;
  }
};

/// False where one of the keys that wait says to quit.
bool take_keys(TopModel& model, TopScreen& screen) {
  for (TopKey key = screen.key(); key != TopKey::none; key = screen.key()) {
    if (key == TopKey::quit) return false;
    model.press(key);
  }
  return true;
}

Expected<void> watch(TopModel& model, Display& display, Waiter::Clock::duration interval,
                     std::uint64_t count) {
  const Waiter waiter;
  auto next = Waiter::Clock::now();
  for (std::uint64_t shown = 0;;) {
    if (Waiter::Clock::now() >= next) {
      if (auto read = model.read(); !read) return read;
      if (!display.show(model.view()) || ++shown == count) return {};
      next += interval;
    }
    const auto wake = waiter.wait(next, display.input());
    if (wake == Waiter::Wake::end) return {};
    if (wake == Waiter::Wake::time) continue;
    if (!take_keys(model, *display.screen)) return {};
    display.show(model.view());
  }
}

}  // namespace

int top_command(const Invocation& call) {
  Request request;
  CommandLine line(call);
  request.choice.add_to(line);
  line.option("--interval", request.interval, "seconds between two readings", "SECONDS");
  line.option("--count", request.count, "end after so many readings", "N");
  if (const auto done = line.parse(0, SIZE_MAX)) return *done;
  request.choice.targets = line.words();
  const auto seconds = parse_seconds(request.interval);
  if (!seconds)
    return line.usage_error(fmt::format("`--interval` cannot be `{}`", request.interval),
                            "say a number of seconds");
  const auto count = request.count.empty() ? UINT64_MAX : parse_count(request.count).value_or(0);
  if (count == 0)
    return line.usage_error(fmt::format("`--count` cannot be `{}`", request.count),
                            "say a number above 0");

  TopModel model(request.choice);
  // What is wrong from the start is told before the terminal is taken.
  if (auto read = model.read(); !read) return call.terminal.fail(read.error());
  const bool on_terminal = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  Expected<void> watched;
  {
    Display display{.terminal = call.terminal, .screen = on_terminal ? open_top_screen() : nullptr};
    watched = watch(model, display, to_duration(*seconds), count);
  }
  return watched ? static_cast<int>(ExitCode::ok) : call.terminal.fail(watched.error());
}

}  // namespace fwc::cli
