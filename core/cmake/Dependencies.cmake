# The libraries: `ganas_deps` for the core, `ganas_host_deps` for the host besides.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# Of Debian's flavours of OpenBLAS the one on POSIX threads; OpenMP's is slow beside other threads.
set(ENV{PKG_CONFIG_PATH}
    "/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-pthread/pkgconfig:$ENV{PKG_CONFIG_PATH}")
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(MD REQUIRED IMPORTED_TARGET libmd)
pkg_check_modules(SPNG REQUIRED IMPORTED_TARGET spng)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
find_package(BZip2 REQUIRED)
pkg_check_modules(LUAJIT REQUIRED IMPORTED_TARGET luajit)
pkg_check_modules(UV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)

# nauty's build for graphs of at most 64 nodes.
pkg_check_modules(NAUTY REQUIRED nauty)
find_library(NAUTY_LIBRARY nautyL1 REQUIRED)
find_path(RANDOM123_INCLUDE Random123/philox.h REQUIRED)

add_library(ganas_deps INTERFACE)
target_include_directories(ganas_deps SYSTEM INTERFACE ${NAUTY_INCLUDE_DIRS} ${RANDOM123_INCLUDE})
target_link_libraries(ganas_deps INTERFACE PkgConfig::OPENBLAS PkgConfig::ZLIB PkgConfig::XXHASH
                      PkgConfig::JANSSON PkgConfig::ISAL PkgConfig::MD PkgConfig::SPNG BZip2::BZip2
                      ${NAUTY_LIBRARY} Threads::Threads m)

# luv inside the host: its pkg-config file asks for PUC Lua, so the archive is found by name.
find_library(LUV_LIBRARY liblua5.1-luv.a REQUIRED)
find_file(ARGPARSE_LUA argparse.lua PATHS /usr/share/lua/5.1 /usr/local/share/lua/5.1 REQUIRED)

# Draws the curves of reports; it is put into the program.
find_file(CHART_JS chart.js/chart.min.js PATHS /usr/share/javascript /usr/local/share/javascript REQUIRED)
add_library(ganas_host_deps INTERFACE)
target_link_libraries(ganas_host_deps INTERFACE ${LUV_LIBRARY} PkgConfig::LUAJIT PkgConfig::UV
                      PkgConfig::SECCOMP Threads::Threads dl)

set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
