# ganas.h between its marks is what LuaJIT's FFI can read and what Lua can call without surprises:
# cmake -DROOT=dir -P header.cmake

file(READ ${ROOT}/core/include/ganas.h header)
string(FIND "${header}" "/* cdef: on */" from)
string(FIND "${header}" "/* cdef: off */" to)
math(EXPR length "${to} - ${from}")
string(SUBSTRING "${header}" ${from} ${length} text)
string(REGEX REPLACE "/[*]([^*]|[*]+[^*/])*[*]+/" "" text "${text}")

# refuse PATTERN WHY
function(refuse pattern why)
  string(REGEX MATCH "[^\n]*${pattern}[^\n]*" found "${text}")
  if(found)
    message(SEND_ERROR "core/include/ganas.h: ${why}: ${found}")
  endif()
endfunction()

refuse("#" "a preprocessor line between the marks")
refuse("[^a-z_]inline[^a-z_]" "an inline function between the marks")
refuse("[(] *[*]" "a function pointer in the interface")
refuse("[.][.][.]" "a variable number of arguments")
refuse("[^a-z_](long|bool|char [a-z])[^a-z_]*" "a type without a fixed width")

string(REGEX MATCHALL "[(][^()]*[)];" signatures "${text}")
foreach(signature IN LISTS signatures)
  string(REGEX MATCHALL "," commas "${signature}")
  list(LENGTH commas count)
  if(count GREATER 7)
    message(SEND_ERROR "core/include/ganas.h: more than 8 arguments: ${signature}")
  endif()
endforeach()

# Each function says where its name starts: ganas_<noun>_<verb>.
string(REGEX MATCHALL "[ *]([a-z_0-9]+)[(]" names "${text}")
foreach(name IN LISTS names)
  if(NOT name MATCHES "^[ *]ganas_")
    message(SEND_ERROR "core/include/ganas.h: a name outside 'ganas_': ${name}")
  endif()
endforeach()
