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
  # Tracing comparisons would take half of the time; the dictionary has the words of the language.
  target_compile_options(fwc_flags INTERFACE -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp)
endif()
if(FWC_SANITIZE)
  target_compile_options(fwc_flags INTERFACE -fsanitize=${FWC_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer -g)
  target_link_options(fwc_flags INTERFACE -fsanitize=${FWC_SANITIZE})
endif()
# Every process adds what it ran to the file of its program, whatever its environment.
if(FWC_COVERAGE)
  set(profile -fprofile-instr-generate=${CMAKE_BINARY_DIR}/coverage/%4m.profraw)
  target_compile_options(fwc_flags INTERFACE ${profile} -fcoverage-mapping -fprofile-update=atomic)
  target_link_options(fwc_flags INTERFACE ${profile})
  add_library(fwc_coverage_exit OBJECT tests/coverage/exit.cpp)
  target_link_libraries(fwc_flags INTERFACE $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:fwc_coverage_exit>
                        $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:$<TARGET_OBJECTS:fwc_coverage_exit>>)
endif()
