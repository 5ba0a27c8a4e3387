# SPDX-License-Identifier: MIT
# What Debian builds its packages with for `hardening=+all`, for the libraries and the command, not for
# tests. `./setup` builds so, and tests/hardening reads from the files that it is there.
add_library(fwc_hardening INTERFACE)
if(FWC_HARDENING AND NOT FWC_SANITIZE AND NOT FWC_COVERAGE AND NOT FWC_FUZZ)
  target_compile_options(fwc_hardening INTERFACE -fstack-protector-strong -fstack-clash-protection
                         -Wformat -Werror=format-security)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
    target_compile_options(fwc_hardening INTERFACE -fcf-protection)
  endif()
  # Checked functions need the optimizer.
  target_compile_definitions(fwc_hardening INTERFACE
                             $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:_FORTIFY_SOURCE=2>)
  target_link_options(fwc_hardening INTERFACE LINKER:-z,relro LINKER:-z,now
                      $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
  # LLVM's tables are forty thousand pointers; packed, they take the loader less time (glibc 2.36). Some
  # linkers take the option and write what the loader refuses.
  include(CheckCXXSourceRuns)
  set(CMAKE_REQUIRED_LINK_OPTIONS -pie LINKER:-z,pack-relative-relocs)
  check_cxx_source_runs("int a; int* const p[] = {&a}; int main(int n, char**) { return *p[n - 1]; }"
                        FWC_PACKS_RELOCATIONS)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  if(FWC_PACKS_RELOCATIONS)
    target_link_options(fwc_hardening INTERFACE LINKER:-z,pack-relative-relocs)
  endif()
endif()
