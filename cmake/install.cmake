# SPDX-License-Identifier: MIT
# What `cmake --install` puts where: the command, the two libraries with their CMake package and
# pkg-config files, the public headers, the documents and the samples.
include(CMakePackageConfigHelpers)

set_target_properties(fwc_runtime PROPERTIES EXPORT_NAME runtime)

install(TARGETS fwc_command RUNTIME)
install(TARGETS fwc fwc_runtime EXPORT fwcTargets ARCHIVE LIBRARY)
install(DIRECTORY compiler/include/fwc runtime/include/fwc DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")

# --- CMake package ---------------------------------------------------------------------------------
set(FWC_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/fwc)
configure_package_config_file(cmake/fwcConfig.cmake.in fwcConfig.cmake
                              INSTALL_DESTINATION ${FWC_CMAKE_DIR})
write_basic_package_version_file(fwcConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT fwcTargets NAMESPACE fwc:: DESTINATION ${FWC_CMAKE_DIR})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fwcConfig.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/fwcConfigVersion.cmake DESTINATION ${FWC_CMAKE_DIR})

# --- pkg-config ------------------------------------------------------------------------------------
# What the libraries stand on is private: `pkg-config --static` tells it, which archives need.
if(FWC_SHARED_LLVM)
  set(FWC_LLVM_LINK "-lLLVM-${LLVM_VERSION_MAJOR}")
else()
  execute_process(COMMAND ${LLVM_TOOLS_BINARY_DIR}/llvm-config --link-static --libs
                          bpfcodegen bpfdesc bpfinfo
                  OUTPUT_VARIABLE FWC_LLVM_LINK OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
  string(APPEND FWC_LLVM_LINK " -lz -lzstd")
endif()
# Relative to the file itself, so that a staged or moved installation works.
file(RELATIVE_PATH FWC_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" FWC_PC_PREFIX "${FWC_PC_PREFIX}")
foreach(module fwc fwc-runtime)
  configure_file(cmake/${module}.pc.in ${module}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${module}.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

# --- what the command writes about itself -----------------------------------------------------------
install(FILES ${CMAKE_BINARY_DIR}/cli/fwc.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_BINARY_DIR}/cli/fwc.bash RENAME fwc
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${CMAKE_BINARY_DIR}/cli/_fwc DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${CMAKE_BINARY_DIR}/cli/fwc.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# --- documents and samples -------------------------------------------------------------------------
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}
        FILES_MATCHING PATTERN "*.md" PATTERN "*.json")
install(DIRECTORY samples DESTINATION ${CMAKE_INSTALL_DOCDIR})
