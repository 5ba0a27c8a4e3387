// SPDX-License-Identifier: MIT
// `fwc top` on a terminal, by ncurses. The one file that includes it, for its macros take names
// like `move` away.
#include <curses.h>

#include "cli/top.h"

namespace fwc::cli {

namespace {

constexpr const char* kHelp = "up/down filter  tab variable  +/- change it  a audit  q quit";

class CursesScreen : public TopScreen {
 public:
  explicit CursesScreen(SCREEN* screen) : screen_(screen) {
    cbreak();
    noecho();
    curs_set(0);
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
  }
  ~CursesScreen() override {
    endwin();
    delscreen(screen_);
  }
  CursesScreen(const CursesScreen&) = delete;
  CursesScreen& operator=(const CursesScreen&) = delete;

  void show(const TopView& view) override {
    erase();
    const int height = LINES > 1 ? LINES - 1 : 0;
    int row = 0;
    for (const TopLine& line :
         top_lines(view, static_cast<std::size_t>(COLS), static_cast<std::size_t>(height))) {
      if (line.selected) attron(A_REVERSE);
      mvaddnstr(row++, 0, line.text.c_str(), COLS);
      if (line.selected) attroff(A_REVERSE);
    }
    mvaddnstr(LINES - 1, 0, kHelp, COLS - 1);
    refresh();
  }

  TopKey key() override {
    switch (getch()) {
      case KEY_UP:
      case 'k': return TopKey::up;
      case KEY_DOWN:
      case 'j': return TopKey::down;
      case '\t': return TopKey::next_variable;
      case '+':
      case '=': return TopKey::more;
      case '-': return TopKey::less;
      case 'a': return TopKey::audit;
      case 'q':
      case 'Q': return TopKey::quit;
      default: return TopKey::none;
    }
  }

 private:
  SCREEN* screen_;
};

}  // namespace

std::unique_ptr<TopScreen> open_top_screen() {
  SCREEN* screen = newterm(nullptr, stdout, stdin);
  return screen != nullptr ? std::make_unique<CursesScreen>(screen) : nullptr;
}

}  // namespace fwc::cli
