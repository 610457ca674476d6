# The kernels: the same sources once for each instruction set, with the set's flags and the number of
# lanes of its vectors (core/src/vec.h). Which set is used is chosen when the program starts.

set(GANAS_KERNELS kernel_isa kernel_product kernel_unit kernel_rows kernel_lists kernel_softmax
    kernel_pairs kernel_gru kernel_adam kernel_filter kernel_pool kernel_norm kernel_peak)

set(GANAS_ISAS base)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
  list(APPEND GANAS_ISAS fma128 avx2 avx512)
endif()

set(flags_base -DKERNEL_VEC=1)
set(flags_fma128 -DKERNEL_VEC=4 -mavx -mfma)
set(flags_avx2 -DKERNEL_VEC=8 -mavx2 -mfma)
set(flags_avx512 -DKERNEL_VEC=16 -mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma)

set(kernel_sources ${GANAS_KERNELS})
list(TRANSFORM kernel_sources REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/core/src/\\1.c")

# add_kernels(CORE ISA...): adds them to what is linked with that core.
function(add_kernels core)
  foreach(isa IN LISTS ARGN)
    set(name ${core}_${isa})
    add_library(${name} OBJECT ${kernel_sources})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/core/include)
    target_compile_definitions(${name} PRIVATE KERNEL_ISA=${isa}
                               $<TARGET_PROPERTY:${core},INTERFACE_COMPILE_DEFINITIONS>)
    target_compile_options(${name} PRIVATE ${flags_${isa}})
    if(GANAS_FUZZ) # no parser is in them, and clang takes minutes a file to instrument unrolled loops
      target_compile_options(${name} PRIVATE -fno-sanitize=all)
    endif()
    target_link_libraries(${name} PRIVATE ganas_flags)
    set_target_properties(${name} PROPERTIES
                          C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
    target_sources(${core} INTERFACE $<TARGET_OBJECTS:${name}>)
  endforeach()
endfunction()
