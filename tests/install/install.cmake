# Installs, moves what was installed to STAGE, then uses nothing but STAGE.

function(run)
  execute_process(COMMAND ${ARGV} OUTPUT_VARIABLE output ERROR_VARIABLE output
                  RESULT_VARIABLE result OUTPUT_STRIP_TRAILING_WHITESPACE
                  WORKING_DIRECTORY ${STAGE})
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGV}: ${result}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${STAGE} ${STAGE}-first)
file(MAKE_DIRECTORY ${STAGE})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${STAGE}-first)
file(REMOVE_RECURSE ${STAGE})
file(RENAME ${STAGE}-first ${STAGE})

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

# The library says its name and version, and plain luajit loads it.
run(readelf -d ${STAGE}/${LIBDIR}/libganas.so)
if(NOT output MATCHES "Library soname: \\[libganas[.]so[.]0\\]")
  message(FATAL_ERROR "libganas.so has no soname 'libganas.so.0': ${output}")
endif()
if(LUAJIT AND NOT SANITIZE)
  run(${LUAJIT} ${PLAIN} ${STAGE} ${LIBDIR})
endif()

run(${STAGE}/bin/ganas-lua --version)
if(NOT output MATCHES "${VERSION}")
  message(FATAL_ERROR "ganas-lua --version says '${output}', not '${VERSION}'")
endif()

# Nothing in what is installed looks where it was built or first installed.
run(readelf -d bin/ganas-lua ${LIBDIR}/libganas.so)
if(output MATCHES "${BUILD}|${STAGE}-first")
  message(FATAL_ERROR "a path for libraries names a folder of the build: ${output}")
endif()
foreach(file IN ITEMS ${LIBDIR}/pkgconfig/ganas.pc share/man/man1/ganas-lua.1)
  file(STRINGS ${STAGE}/${file} found REGEX "${BUILD}|${STAGE}-first")
  if(found)
    message(FATAL_ERROR "${file} names a folder of the build: ${found}")
  endif()
endforeach()
foreach(file IN ITEMS share/bash-completion/completions/ganas-lua share/zsh/vendor-completions/_ganas-lua
        share/ganas/meta/recipe.lua share/ganas/spaces/nasbench201.lua share/doc/ganas-lua/SPACES.md
        share/doc/ganas-lua/copyright)
  if(NOT EXISTS ${STAGE}/${file})
    message(FATAL_ERROR "${file} is not installed")
  endif()
endforeach()
run(${STAGE}/bin/ganas-lua list)
if(NOT output MATCHES "demo")
  message(FATAL_ERROR "ganas-lua list does not know the recipe 'demo': ${output}")
endif()
