# Arrows between files go one way: cmake -DROOT=dir -DLAYERS="status;arena;..." -P layers.cmake
#
# A core file includes base.h and headers of its own or earlier layers; the core knows no Lua, the
# host no core but ganas.h; among Lua modules only ganas/core.lua knows the FFI.

function(complain text)
  message(SEND_ERROR "${text}")
endfunction()

# The names between quotes or angles of a file's #include lines.
function(read_includes path)
  file(STRINGS ${path} lines REGEX "^ *# *include ")
  list(TRANSFORM lines REPLACE "^ *# *include *[<\"]([^>\"]*)[>\"].*$" "\\1")
  set(includes ${lines} PARENT_SCOPE)
endfunction()

function(check_core_file path)
  cmake_path(GET path STEM own)
  list(FIND LAYERS ${own} place)
  if(place LESS 0 AND NOT own STREQUAL "base")
    complain("${path}: '${own}' is not in GANAS_LAYERS of CMakeLists.txt; add it in its place")
    return()
  endif()
  read_includes(${ROOT}/${path})
  foreach(header IN LISTS includes)
    if(header MATCHES "^(lua|lauxlib|lualib|luajit)[.]h")
      complain("${path}: includes '${header}'; the core knows no Lua")
    endif()
    cmake_path(GET header STEM other)
    list(FIND LAYERS ${other} other_place)
    if(other_place GREATER place AND EXISTS ${ROOT}/core/src/${header})
      complain("${path}: includes '${header}' of a later layer")
    endif()
  endforeach()
endfunction()

file(GLOB core_files RELATIVE ${ROOT} ${ROOT}/core/src/*.[ch])
foreach(path IN LISTS core_files)
  check_core_file(${path})
endforeach()

file(GLOB host_files RELATIVE ${ROOT} ${ROOT}/core/host/*.[ch])
foreach(path IN LISTS host_files)
  read_includes(${ROOT}/${path})
  foreach(header IN LISTS includes)
    if(EXISTS ${ROOT}/core/src/${header})
      complain("${path}: includes '${header}' of the core; the host knows ganas.h alone")
    endif()
  endforeach()
endforeach()

file(GLOB_RECURSE lua_files RELATIVE ${ROOT} ${ROOT}/lua/ganas/*.lua ${ROOT}/spaces/*.lua
     ${ROOT}/recipes/*.lua)
list(REMOVE_ITEM lua_files lua/ganas/core.lua)
foreach(path IN LISTS lua_files)
  file(STRINGS ${ROOT}/${path} lines REGEX "require *[(]?[ ]*[\"']ffi[\"']|ffi[.]C[^a-zA-Z_]")
  if(lines)
    complain("${path}: uses the FFI; only lua/ganas/core.lua does: ${lines}")
  endif()
endforeach()
