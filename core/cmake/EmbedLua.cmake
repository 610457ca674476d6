# Puts Lua files, documents and the FFI's part of ganas.h into one C file of byte arrays.
#
# Included: embed_lua(OUT) makes the rule for OUT: lua/**, spaces/**, recipes/**.lua, argparse.lua; for `help` and
# `completion` also README.md, docs/*.md, core/completion/*; for reports lua/report and Chart.js.
# As a script: cmake -DROOT=dir -DOUT=file.c -DARGPARSE=file -DCHART=file -DNAMES="a;b" -P EmbedLua.cmake
# The C file defines what core/host/embedded.h declares; names are sorted.

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

# Appends a byte array of the hexadecimal digits `hex` to the text of the C file; a zero ends it.
function(append_array name hex)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)"
         "\\1\n" bytes "${bytes}")
  set(text "${text}static const unsigned char ${name}[] = {\n${bytes}0};\n\n" PARENT_SCOPE)
endfunction()

# What stands between the marks of the header.
function(read_cdef path)
  file(READ ${path} header)
  string(FIND "${header}" "/* cdef: on */" from)
  string(FIND "${header}" "/* cdef: off */" to)
  if(from LESS 0 OR to LESS from)
    message(FATAL_ERROR "${path}: the marks 'cdef: on' and 'cdef: off' are missing")
  endif()
  math(EXPR from "${from} + 14")
  math(EXPR length "${to} - ${from}")
  string(SUBSTRING "${header}" ${from} ${length} cdef)
  string(HEX "${cdef}" hex)
  set(hex "${hex}" PARENT_SCOPE)
endfunction()

function(write_embedded)
  set(text "/* Made by EmbedLua.cmake. */\n#include \"embedded.h\"\n\n")
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
    file(READ ${path} hex HEX)
    append_array(file_${index} "${hex}")
    string(APPEND entries "    {\"${name}\", file_${index}, sizeof file_${index} - 1},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  read_cdef(${ROOT}/core/include/ganas.h)
  append_array(cdef "${hex}")
  string(APPEND text "const struct embedded embedded_files[] = {\n${entries}    {0, 0, 0},\n};\n\n"
         "const struct embedded embedded_cdef = {\"ganas.h\", cdef, sizeof cdef - 1};\n")
  file(WRITE ${OUT} "${text}")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  write_embedded()
endif()
