// SPDX-License-Identifier: MIT
// Readings as lines, for logs and pipes.
#include <fmt/core.h>

#include <cstdio>

#include "samples/packet-size/view.h"

namespace packet_size {

namespace {

class PlainLines : public View {
 public:
  void show(const SizeFilter& filter, const SizeFilter::Reading& reading) override {
    const std::string line =
        fmt::format("limit {} forwarded {} dropped {}\n", filter.limit(),
                    reading.total.passed.packets, reading.total.dropped.packets);
    std::fputs(line.c_str(), stdout);
    std::fflush(stdout);
  }
  Key key() override { return Key::none; }
};

}  // namespace

std::unique_ptr<View> make_plain_lines() {
  return std::make_unique<PlainLines>();
}

}  // namespace packet_size
