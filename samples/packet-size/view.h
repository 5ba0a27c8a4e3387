// SPDX-License-Identifier: MIT
// Where the readings are shown: a screen on a terminal, plain lines elsewhere.
#pragma once

#include <memory>

#include "samples/packet-size/filter.h"

namespace packet_size {

enum class Key { none, more, less, quit };

class View {
 public:
  virtual ~View() = default;
  virtual void show(const SizeFilter& filter, const SizeFilter::Reading& reading) = 0;
  /// The next key that waits; never blocks.
  virtual Key key() = 0;
};

/// Puts the terminal back in order when it goes. Null where the terminal is of an unknown type.
std::unique_ptr<View> make_screen();
std::unique_ptr<View> make_plain_lines();

}  // namespace packet_size
