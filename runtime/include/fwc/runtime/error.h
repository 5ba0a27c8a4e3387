// SPDX-License-Identifier: MIT
// What can go wrong outside the filter, and how the functions of the runtime hand it back. The
// command line maps a kind to an exit status of sysexits.h.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace fwc::runtime {

/// Why the world did not allow something. Messages are one line, lower case, without final period.
struct Error {
  enum class Kind : std::uint8_t {
    usage,          ///< asked for something that makes no sense (EX_USAGE)
    data,           ///< an object that fwc did not write, or was damaged (EX_DATAERR)
    no_input,       ///< file, pin, unit, process or cgroup missing (EX_NOINPUT)
    unavailable,    ///< the kernel or the cgroup cannot do it (EX_UNAVAILABLE)
    internal,       ///< our own bug (EX_SOFTWARE)
    os,             ///< a system call failed (EX_OSERR)
    cant_create,    ///< a pin is there already or cannot be made (EX_CANTCREAT)
    temporary,      ///< somebody else is at it, try again (EX_TEMPFAIL)
    no_permission,  ///< a capability or a mode bit is missing (EX_NOPERM)
    config,         ///< the machine is not set up, say without a bpf file system (EX_CONFIG)
  };

  Kind kind = Kind::os;
  std::string message;  ///< what failed, with the object's name
  std::string hint;     ///< what to do about it; may be empty
  int code = 0;         ///< errno, or 0 where no system call failed
  std::string details;  ///< several lines, say the verifier's log; may be empty
};

/// A value, or why there is none.
template <typename T>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Expected(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& operator*() & { return *checked_value(); }
  const T& operator*() const& { return *checked_value(); }
  T&& operator*() && { return std::move(*checked_value()); }
  T* operator->() { return checked_value(); }
  const T* operator->() const { return checked_value(); }

  Error& error() & { return *checked_error(); }
  const Error& error() const& { return *checked_error(); }
  Error&& error() && { return std::move(*checked_error()); }

 private:
  T* checked_value() {
    assert(has_value());
    return std::get_if<0>(&state_);
  }
  const T* checked_value() const {
    assert(has_value());
    return std::get_if<0>(&state_);
  }
  Error* checked_error() {
    assert(!has_value());
    return std::get_if<1>(&state_);
  }
  const Error* checked_error() const {
    assert(!has_value());
    return std::get_if<1>(&state_);
  }

  std::variant<T, Error> state_;
};

/// Success, or why not.
template <>
class [[nodiscard]] Expected<void> {
 public:
  Expected() = default;
  Expected(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }

  Error& error() & {
    assert(error_);
    return *error_;
  }
  const Error& error() const& {
    assert(error_);
    return *error_;
  }
  Error&& error() && {
    assert(error_);
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace fwc::runtime
