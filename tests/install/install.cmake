# Installs into STAGE, then uses nothing but STAGE.

function(run)
  execute_process(COMMAND ${ARGV} OUTPUT_VARIABLE output ERROR_VARIABLE output
                  RESULT_VARIABLE result OUTPUT_STRIP_TRAILING_WHITESPACE
                  WORKING_DIRECTORY ${STAGE})
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGV}: ${result}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${STAGE})
file(MAKE_DIRECTORY ${STAGE})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${STAGE})

set(ENV{PKG_CONFIG_PATH} ${STAGE}/${LIBDIR}/pkgconfig:$ENV{PKG_CONFIG_PATH})
run(pkg-config --modversion ganas)
if(NOT output STREQUAL VERSION)
  message(FATAL_ERROR "ganas.pc says version '${output}', not '${VERSION}'")
endif()

set(sanitize)
if(SANITIZE)
  set(sanitize -fsanitize=${SANITIZE})
endif()
run(pkg-config --cflags --libs ganas)
separate_arguments(flags UNIX_COMMAND "${output}")
run(${CC} ${sanitize} -o example ${EXAMPLE} ${flags} -Wl,-rpath,${STAGE}/${LIBDIR})
run(${STAGE}/example)

run(${STAGE}/bin/ganas-lua --version)
if(NOT output MATCHES "${VERSION}")
  message(FATAL_ERROR "ganas-lua --version says '${output}', not '${VERSION}'")
endif()
run(${STAGE}/bin/ganas-lua list)
if(NOT output MATCHES "demo")
  message(FATAL_ERROR "ganas-lua list does not know the recipe 'demo': ${output}")
endif()
