# How everything is compiled. The bits of results must not depend on the compiler's liberties:
# no contraction of a * b + c, no reassociation. What is given up (errno and traps of the
# mathematical functions) changes no number.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_C_FLAGS_RELEASE "-O3")
if(GANAS_DEBUG_INFO)
  string(APPEND CMAKE_C_FLAGS_RELEASE " -g")
endif()
set(CMAKE_C_FLAGS_DEBUG "-O1 -g")

add_library(ganas_flags INTERFACE)
target_compile_definitions(ganas_flags INTERFACE _GNU_SOURCE)
target_compile_options(ganas_flags INTERFACE
                       -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -ffp-contract=off -fno-math-errno -fno-trapping-math)
if(GANAS_WERROR)
  target_compile_options(ganas_flags INTERFACE -Werror)
endif()
if(GANAS_NATIVE)
  target_compile_options(ganas_flags INTERFACE -march=native)
endif()

if(GANAS_SANITIZE)
  set(sanitize -fsanitize=${GANAS_SANITIZE} -fno-omit-frame-pointer)
  if(GANAS_SANITIZE MATCHES undefined)
    list(APPEND sanitize -fno-sanitize-recover=undefined)
  endif()
  if(GANAS_SANITIZE MATCHES "address|thread") # of which they reserve terabytes
    add_compile_definitions(GANAS_SHADOW_MEMORY)
  endif()
  add_compile_options(${sanitize})
  add_link_options(${sanitize})
endif()

# What ran, counted by gcov: `./bootstrap coverage`. Counters of threads add up; gcc puts them beside the objects.
if(GANAS_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()
