# Table files, streams of random numbers and keys of graphs are little-endian as they lie in memory.

if(CMAKE_C_BYTE_ORDER STREQUAL "BIG_ENDIAN")
  message(FATAL_ERROR "ganas-lua needs a little-endian machine, such as x86-64 or arm64; "
                      "${CMAKE_SYSTEM_PROCESSOR} is big-endian")
endif()
