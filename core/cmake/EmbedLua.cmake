# Puts Lua files, documents and the FFI's part of ganas.h into the program: a C file whose assembler lines have
# the assembler read them (.incbin), which takes no compiler the time that arrays of numbers take.
#
# Included: embed_lua(OUT) makes the rule for OUT: lua/**, spaces/**, recipes/**.lua, argparse.lua; for `help` and
# `completion` also README.md, docs/*.md, core/completion/*; for reports lua/report and Chart.js.
# As a script: cmake -DROOT=dir -DOUT=file.c -DARGPARSE=file -DCHART=file -DNAMES="a;b" -P EmbedLua.cmake
# The C file defines what core/host/embedded.h declares; names are sorted. OUT.cdef is the part of ganas.h.

function(embed_lua out)
  file(GLOB_RECURSE names CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}
       ${CMAKE_SOURCE_DIR}/lua/*.lua ${CMAKE_SOURCE_DIR}/lua/report/page.* ${CMAKE_SOURCE_DIR}/spaces/*.lua
       ${CMAKE_SOURCE_DIR}/lua/templates/*.py ${CMAKE_SOURCE_DIR}/spaces/*.py
       ${CMAKE_SOURCE_DIR}/recipes/*.lua ${CMAKE_SOURCE_DIR}/core/completion/*)
  file(GLOB documents CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/docs/*.md)
  list(APPEND names README.md ${documents})
  list(FILTER names EXCLUDE REGEX "^lua/meta/")
  set(files ${names})
  list(TRANSFORM files PREPEND ${CMAKE_SOURCE_DIR}/)
  set(script ${CMAKE_SOURCE_DIR}/core/cmake/EmbedLua.cmake)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR} -DOUT=${out} -DARGPARSE=${ARGPARSE_LUA}
            -DCHART=${CHART_JS} "-DNAMES=${names}" -P ${script}
    DEPENDS ${files} ${ARGPARSE_LUA} ${CHART_JS} ${script} ${CMAKE_SOURCE_DIR}/core/include/ganas.h
    COMMENT "Embedding Lua files and documents"
    VERBATIM)
endfunction()

# Appends a file's bytes as the array `name` to the text of the C file. The path is a string of the assembler
# inside one of C.
function(append_bytes name path)
  foreach(language IN ITEMS assembler C)
    string(REPLACE "\\" "\\\\" path "${path}")
    string(REPLACE "\"" "\\\"" path "${path}")
  endforeach()
  set(text "${text}BYTES(${name}, \"${path}\");\n" PARENT_SCOPE)
endfunction()

# Writes what stands between the marks of the header.
function(write_cdef out path)
  file(READ ${path} header)
  string(FIND "${header}" "/* cdef: on */" from)
  string(FIND "${header}" "/* cdef: off */" to)
  if(from LESS 0 OR to LESS from)
    message(FATAL_ERROR "${path}: the marks 'cdef: on' and 'cdef: off' are missing")
  endif()
  math(EXPR from "${from} + 14")
  math(EXPR length "${to} - ${from}")
  string(SUBSTRING "${header}" ${from} ${length} cdef)
  file(WRITE ${out} "${cdef}")
endfunction()

set(head [[
/* Made by EmbedLua.cmake. */
#include "embedded.h"

#define BYTES(name, path)                                                     \
    extern const unsigned char name[] __attribute__((visibility("hidden")));  \
    __asm__(".pushsection .rodata\n" #name ":\n.incbin \"" path "\"\n.popsection")

]])

function(write_embedded)
  set(text "${head}")
  set(entries "")
  set(index 0)
  list(APPEND NAMES lua/argparse.lua lua/report/chart.min.js)
  list(SORT NAMES)
  foreach(name IN LISTS NAMES)
    set(path ${ROOT}/${name})
    if(name STREQUAL lua/argparse.lua)
      set(path ${ARGPARSE})
    elseif(name STREQUAL lua/report/chart.min.js)
      set(path ${CHART})
    endif()
    append_bytes(file_${index} "${path}")
    file(SIZE "${path}" size)
    string(APPEND entries "    {\"${name}\", file_${index}, ${size}},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  write_cdef(${OUT}.cdef ${ROOT}/core/include/ganas.h)
  append_bytes(cdef "${OUT}.cdef")
  file(SIZE ${OUT}.cdef size)
  file(WRITE ${OUT} "${text}\nconst struct embedded embedded_files[] = {\n${entries}    {0, 0, 0},\n};\n\n"
       "const struct embedded embedded_cdef = {\"ganas.h\", cdef, ${size}};\n")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  write_embedded()
endif()
