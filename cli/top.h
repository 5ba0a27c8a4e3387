// SPDX-License-Identifier: MIT
// What `fwc top` shows: every filter that counts, how fast it passes and drops, and of the selected
// one its drops by rule and its live variables.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "cli/known_filters.h"
#include "cli/stats.h"
#include "cli/wake.h"
#include "fwc/runtime/variables.h"

namespace fwc::cli {

struct TopRow {
  std::string title;  ///< unit, container or path, and the name of the attachment
  std::string direction;
  double passed = 0;   ///< packets a second
  double dropped = 0;  ///< packets a second, by the policy
  bool audited = false;
};

struct TopDrop {
  std::string by;
  std::uint64_t packets = 0;
  double rate = 0;  ///< packets a second
};

/// A moment.
struct TopView {
  std::vector<TopRow> rows;
  std::size_t row = 0;  ///< the selected one
  std::vector<TopDrop> drops;
  std::vector<runtime::Variable> variables;
  std::size_t variable = 0;
  std::string message;  ///< what went wrong with the last key; empty where nothing did
};

struct TopLine {
  std::string text;
  bool selected = false;
};

/// The view as lines, up to `height` of them, each cut to `width` columns.
std::vector<TopLine> top_lines(const TopView& view, std::size_t width, std::size_t height);

enum class TopKey { none, up, down, next_variable, more, less, audit, quit };

/// Reads the filters again and again, and changes the selected one.
class TopModel {
 public:
  explicit TopModel(const FilterChoice& choice) : choice_(choice) {}

  /// The rates are those since the call before; 0 of a filter that was not there then.
  runtime::Expected<void> read();

  /// Does what the key says; what cannot be done is told in the view.
  void press(TopKey key);

  const TopView& view() const { return view_; }

 private:
  struct Sample {
    FilterReading reading;
    Waiter::Clock::time_point when;
  };
  struct Selected {
    std::size_t filter;
    runtime::Direction direction;
  };

  void add_rows(std::size_t filter, const Sample* before);
  void show_selected();
  void change_variable(int sign);
  void toggle_audit();

  const FilterChoice& choice_;
  std::vector<KnownFilter> filters_;  ///< those that count
  std::vector<Sample> samples_;       ///< beside filters_
  std::map<std::string, Sample> before_;
  std::vector<Selected> rows_;  ///< beside the rows of the view
  TopView view_;
};

/// The value that a key makes of it: a step is a tenth, rounded down to a power of ten; a boolean
/// is turned over.
runtime::Value stepped(const runtime::Variable& variable, int sign);

/// A terminal that is put back when it goes.
class TopScreen {
 public:
  virtual ~TopScreen() = default;
  virtual void show(const TopView& view) = 0;
  /// The next key that waits; none where none does.
  virtual TopKey key() = 0;
};

/// Null where the terminal is not known.
std::unique_ptr<TopScreen> open_top_screen();

}  // namespace fwc::cli
