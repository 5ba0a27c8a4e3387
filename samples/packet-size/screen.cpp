// SPDX-License-Identifier: MIT
// Readings on a terminal, by ncurses.
#include <curses.h>
#include <fmt/core.h>

#include "samples/packet-size/view.h"

namespace packet_size {

namespace {

void line(int row, const std::string& text) {
  move(row, 0);
  clrtoeol();
  addnstr(text.c_str(), COLS);
}

std::string numbers(std::string_view name, const fwc::runtime::DirectionCounters& counters) {
  return fmt::format("{:<8} {:>14} {:>14}", name, counters.passed.packets,
                     counters.dropped.packets);
}

class Screen : public View {
 public:
  explicit Screen(SCREEN* screen) : screen_(screen) {
    cbreak();
    noecho();
    curs_set(0);
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
  }
  ~Screen() override {
    endwin();
    delscreen(screen_);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void show(const SizeFilter& filter, const SizeFilter::Reading& reading) override {
    const auto& attachment = filter.attachment();
    line(0,
         fmt::format("{} of {}", fwc::runtime::to_string(attachment.direction), attachment.cgroup));
    line(1,
         fmt::format("packets up to {} bytes pass   [+] [-] change it, [q] quits", filter.limit()));
    line(3, fmt::format("{:<8} {:>14} {:>14}", "", "forwarded", "dropped"));
    line(4, numbers("all", reading.total));
    int row = 5;
    for (std::size_t cpu = 0; cpu < reading.by_cpu.size() && row < LINES; ++cpu, ++row)
      line(row, numbers(fmt::format("cpu {}", cpu), reading.by_cpu[cpu]));
    refresh();
  }

  Key key() override {
    switch (getch()) {
      case '+': return Key::more;
      case '-': return Key::less;
      case 'q':
      case 'Q': return Key::quit;
      default: return Key::none;
    }
  }

 private:
  SCREEN* screen_;
};

}  // namespace

std::unique_ptr<View> make_screen() {
  SCREEN* screen = newterm(nullptr, stdout, stdin);
  return screen != nullptr ? std::make_unique<Screen>(screen) : nullptr;
}

}  // namespace packet_size
