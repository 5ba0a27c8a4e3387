// SPDX-License-Identifier: MIT
// What has to hold of every input, whoever made it. A property that does not hold ends the process,
// as a sanitizer does, so that a fuzzer sees it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace fwc::test {

/// The front half of the pipe on a text: there is a filter where there is no error, and diagnostics
/// point into the text. Cheap, so that it is done often.
void hold_reading(std::string_view text);

/// The canonical layout of a text, wide and narrow: there is one where the text is of the grammar;
/// it has the same tree and is its own layout; and so has what print() makes of the tree.
void hold_layout(std::string_view text);

/// A text, and after the first zero byte a packet: diagnostics can be shown on a terminal; a filter
/// that was found right judges the packet and some packets more, and so does its printed form, with
/// the same verdicts.
void hold_filter(std::string_view input);
void hold_filter(std::string_view text, std::span<const std::byte> packet);

/// What is looked up (the first byte chooses), and a file of what it is looked up in: diagnostics
/// point into the file; what is read and written as ranges is read as the same.
void hold_set_file(std::string_view input);

/// A text, and after the first zero byte two bytes that choose options: the whole compiler makes an
/// object where it finds no error, twice the same bytes, and the runtime takes it for its own.
void hold_compile(std::string_view input);

/// Which object, by the first byte, and what is changed in it: five bytes for each change, a place
/// and the byte that is put there. It is refused where it is not the same. Sealed again, it is
/// refused too, or it asks the kernel for no more than objects of fwc do; and where it can be
/// loaded and only that was changed of which no verdict depends (object_content.h), it judges the
/// same.
void hold_object(std::string_view input);

/// What is changed there, the first first; nothing behind the last.
std::span<const std::byte> object_to_change(std::size_t which);

/// How far changed objects came; told when the process ends.
struct ObjectTally {
  std::size_t changed = 0;
  std::size_t taken = 0;     ///< by the runtime, sealed again
  std::size_t loaded = 0;    ///< by the kernel
  std::size_t compared = 0;  ///< with the verdicts of the object before the change
  ~ObjectTally();
};
const ObjectTally& tally_of_objects();

}  // namespace fwc::test
