# `cmake --install`: the program, both libraries, the header, spaces, recipes and documents.

# From the .pc file up to the prefix, so that the installed tree can be moved.
file(RELATIVE_PATH PC_TO_PREFIX /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
configure_file(core/cmake/ganas.pc.in ganas.pc @ONLY)

install(TARGETS ganas-lua ganas ganas_static)
install(FILES core/include/ganas.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/ganas.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(DIRECTORY spaces recipes DESTINATION ${CMAKE_INSTALL_DATADIR}/ganas
        FILES_MATCHING PATTERN "*.lua" PATTERN "*.py")
install(DIRECTORY lua/meta DESTINATION ${CMAKE_INSTALL_DATADIR}/ganas OPTIONAL)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
