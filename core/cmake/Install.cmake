# `cmake --install`: the program, both libraries, the header, spaces, recipes, documents, the manual page, the
# shells' completion; and `cpack -G DEB` or `-G TGZ` with the same in it. The tree can be moved.

# From the .pc file up to the prefix, so that the installed tree can be moved.
file(RELATIVE_PATH PC_TO_PREFIX /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
configure_file(core/cmake/ganas.pc.in ganas.pc @ONLY)

# The manual page says what the program says of itself; SOURCE_DATE_EPOCH is heeded.
string(TIMESTAMP today "%Y-%m-%d" UTC)
set(manual ${CMAKE_BINARY_DIR}/ganas-lua.1)
add_custom_command(
  OUTPUT ${manual}
  COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 GANAS_JIT=off
          $<TARGET_FILE:ganas-lua> lua core/cmake/man.lua docs/ganas-lua.1.in ${today} > ${manual}
  DEPENDS ganas-lua core/cmake/man.lua docs/ganas-lua.1.in
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} COMMENT "Writing the manual page" VERBATIM)
add_custom_target(manual ALL DEPENDS ${manual})

install(TARGETS ganas-lua ganas ganas_static)
install(FILES core/include/ganas.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/ganas.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(DIRECTORY spaces recipes DESTINATION ${CMAKE_INSTALL_DATADIR}/ganas
        FILES_MATCHING PATTERN "*.lua" PATTERN "*.py")
install(DIRECTORY lua/meta DESTINATION ${CMAKE_INSTALL_DATADIR}/ganas)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}
        FILES_MATCHING PATTERN "*.md" PATTERN "*.svg")
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES core/completion/ganas-lua.bash RENAME ganas-lua
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES core/completion/ganas-lua.zsh RENAME _ganas-lua
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)

# ---- packages ----

set(CPACK_PACKAGE_NAME ganas-lua)
set(CPACK_PACKAGE_VENDOR "ganas-lua")
set(CPACK_PACKAGE_CONTACT "ganas-lua <ganas-lua@localhost>")
set(CPACK_PACKAGE_DESCRIPTION "Searches for neural network architectures with GA-NAS: hard constraints,
evaluators in any language, exact resuming. The program, the C library and
its header.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libopenblas0-pthread, graphviz")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gnuplot-nox, python3, libxgboost0, luajit")
include(CPack)
