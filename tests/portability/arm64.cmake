# arm64.cmake - toolchain: gcc for arm64, the libraries of a folder that arm64.sh fills, tests under qemu-user.

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(root $ENV{GANAS_ARM64_ROOT})
set(libraries ${root}/usr/lib/aarch64-linux-gnu)
set(blas ${libraries}/openblas-pthread)
set(CMAKE_SYSROOT ${root})
set(CMAKE_FIND_ROOT_PATH ${root})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)

set(ENV{PKG_CONFIG_SYSROOT_DIR} ${root})
set(ENV{PKG_CONFIG_LIBDIR} ${blas}/pkgconfig:${libraries}/pkgconfig:${root}/usr/share/pkgconfig)
set(ENV{PKG_CONFIG_PATH} "")

# Libraries of libraries; Debian's own links to OpenBLAS are made as it is installed, which it is not here.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,-rpath-link,${blas}:${libraries}:${root}/lib/aarch64-linux-gnu")
set(CMAKE_SHARED_LINKER_FLAGS_INIT ${CMAKE_EXE_LINKER_FLAGS_INIT})
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L ${root} -E LD_LIBRARY_PATH=/usr/lib/aarch64-linux-gnu/openblas-pthread)
