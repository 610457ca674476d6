# Nothing is left behind in the sources: cmake -DROOT=dir -P text.cmake

file(GLOB_RECURSE paths RELATIVE ${ROOT} ${ROOT}/core/* ${ROOT}/lua/* ${ROOT}/spaces/*
     ${ROOT}/recipes/* ${ROOT}/tests/* ${ROOT}/docs/*)
list(REMOVE_ITEM paths tests/style/text.cmake)
foreach(path IN LISTS paths)
  file(STRINGS ${ROOT}/${path} lines REGEX "TODO|FIXME|XXX|[ \t]$")
  foreach(line IN LISTS lines)
    message(SEND_ERROR "${path}: a note left behind, or blanks at the end of a line: ${line}")
  endforeach()
  if(path MATCHES "[.](c|h|lua|cmake)$" AND NOT path MATCHES "^tests/bad/")
    file(STRINGS ${ROOT}/${path} first LIMIT_COUNT 1)
    if(NOT first MATCHES "^(--|/[*]|#)")
      message(SEND_ERROR "${path}: the first line should be a comment that says what the file is")
    endif()
  endif()
endforeach()
