// SPDX-License-Identifier: MIT
// Programs, packets and the right verdicts in one file, for kernels on which nothing of ours is
// built: write_judgements makes it on the host, judge reads it in the guest.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "fwc/compile.h"
#include "tests/harness/packet_builder.h"

namespace fwc::test {

/// One packet on one program.
struct Judgement {
  std::uint32_t packet = 0;  ///< which of the packets
  bool passes = false;
};

/// One program, and what it must say.
struct JudgedProgram {
  std::string filter;
  Direction direction = Direction::egress;
  Bytes object;
  std::vector<Judgement> judgements;
};

struct JudgementFile {
  std::vector<TestPacket> packets;
  std::vector<JudgedProgram> programs;
};

void write(std::ostream& out, const JudgementFile& file);

/// Nothing where the file is cut short or is none.
std::optional<JudgementFile> read_judgements(std::istream& in);

}  // namespace fwc::test
