// SPDX-License-Identifier: MIT
// `from "path"`: the entries of a file as elements of a set.
#include <limits>

#include <fmt/format.h>

#include "compiler/check/checker.h"

namespace fwc {

namespace {

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

/// The number of the file; 0 where it cannot be read, which is told once.
std::uint32_t Checker::load(const ast::File& file, Span span) {
  if (const auto known = file_numbers_.find(file.path); known != file_numbers_.end())
    return known->second;
  std::uint32_t& number = file_numbers_[file.path];
  LoadedSource loaded;
  if (load_source_) loaded = load_source_(file.path);
  if (!load_source_) loaded.problem = "files are not read here";
  if (loaded.text && loaded.text->size() >= std::numeric_limits<std::uint32_t>::max())
    loaded = {.text = std::nullopt, .problem = "it has 4 GiB or more"};
  if (!loaded.text) {
    report_.add(Code::unreadable_file, span,
                fmt::format("cannot read {}: {}", quoted(file.path), loaded.problem));
    return 0;
  }
  files_.push_back({.name = file.path, .text = *std::move(loaded.text)});
  return number = static_cast<std::uint32_t>(files_.size());
}

WantedEntry Checker::wanted_by(NodeId value, ValueKind kind) const {
  WantedEntry wanted{.address = tree_.type(value) == Type::address,
                     .kind = kind,
                     .looked_up = std::string(report_.text(tree_.at(value).span))};
  if (const FieldRow* field = tree_.field_row(value)) {
    wanted.minimum = 0;
    wanted.maximum = field->maximum;
  }
  return wanted;
}

std::optional<SetFileEntries> Checker::read_file(const ast::File& file, Span span,
                                                 const std::vector<WantedEntry>& wanted) {
  const std::uint32_t number = load(file, span);
  if (number == 0) return std::nullopt;
  SetFileEntries read = read_set_file(files_[number - 1].text, wanted);
  if (read.issues.empty()) return read;
  for (Issue& issue : read.issues) report_.add(std::move(issue), number);
  return std::nullopt;
}

void Checker::collect_file(const ast::File& file, Span span, Value value, ValueKind kind,
                           Elements& out) {
  const auto read =
      value ? read_file(file, span, {wanted_by(*value, kind)}) : std::optional<SetFileEntries>();
  if (!read) {
    out.failed = true;
    return;
  }
  append(out.ipv4.ipv4, read->values.ipv4);
  append(out.ipv4.ipv6, read->values.ipv6);
  append(out.ipv4.integers, read->values.integers);
  append(out.ipv6.integers, read->values.integers);
}

}  // namespace fwc
