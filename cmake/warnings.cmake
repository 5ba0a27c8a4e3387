# SPDX-License-Identifier: MIT
# Flags of every target of this project, and of nothing outside it.
add_library(fwc_flags INTERFACE)
target_compile_options(fwc_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wno-missing-field-initializers
                       -fvisibility=hidden)
target_include_directories(fwc_flags INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                           $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/compiler/include>
                           $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/runtime/include>)
# GCC 12 sees overlapping copies in `"text" + string` (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(fwc_flags INTERFACE -Wno-restrict)
endif()
if(FWC_WERROR)
  target_compile_options(fwc_flags INTERFACE -Werror)
endif()
if(FWC_FUZZ)
  target_compile_options(fwc_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(FWC_SANITIZE)
  target_compile_options(fwc_flags INTERFACE -fsanitize=${FWC_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer -g)
  target_link_options(fwc_flags INTERFACE -fsanitize=${FWC_SANITIZE})
endif()
