/* embedded.h - the Lua files inside the host, written by core/cmake/EmbedLua.cmake. */
#ifndef GANAS_EMBEDDED_H
#define GANAS_EMBEDDED_H

#include <stddef.h>

struct embedded {
    const char *name; /* path from the root of the sources, "lua/ganas/cli.lua" */
    const unsigned char *text;
    size_t size;
};

extern const struct embedded embedded_files[]; /* sorted by name, ended by a NULL name */
extern const struct embedded embedded_cdef;    /* the FFI's part of ganas.h */

#endif
