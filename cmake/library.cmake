# SPDX-License-Identifier: MIT
# The forms of the two libraries. NAME is the installed one: an archive, or with BUILD_SHARED_LIBS a
# shared library, of whose own functions only those marked FWC_API can be called. NAME_archive is an
# archive in both cases, for the command, which needs more of the library than that.

# fwc_library(NAME OUTPUT file name OBJECTS object libraries INCLUDES folders LINKS libraries)
function(fwc_library name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "OUTPUT" "OBJECTS;INCLUDES;LINKS")
  list(TRANSFORM ARG_OBJECTS REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>")
  list(TRANSFORM ARG_INCLUDES REPLACE "(.+)" "$<BUILD_INTERFACE:\\1>")
  set(forms ${name})
  add_library(${name} ${ARG_OBJECTS})
  if(BUILD_SHARED_LIBS)
    list(APPEND forms ${name}_archive)
    add_library(${name}_archive STATIC ${ARG_OBJECTS})
    # The archives that go in stay hidden: a program may have an LLVM of its own.
    target_link_options(${name} PRIVATE -Wl,--exclude-libs,ALL -Wl,--no-undefined)
  else()
    add_library(${name}_archive ALIAS ${name})
  endif()
  foreach(form ${forms})
    target_include_directories(${form} PUBLIC ${ARG_INCLUDES}
                               $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_compile_features(${form} PUBLIC cxx_std_20)
    target_link_libraries(${form} PRIVATE ${ARG_LINKS})
  endforeach()
  set_target_properties(${name} PROPERTIES OUTPUT_NAME ${ARG_OUTPUT} VERSION ${PROJECT_VERSION}
                        SOVERSION 0)
endfunction()
