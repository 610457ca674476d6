/* facts.h - what the host tells lua/boot.lua: embedded files, arguments, version. */
#ifndef GANAS_FACTS_H
#define GANAS_FACTS_H

#include <lua.h>

/* Pushes a table with files, names, argv, cdef, version, abi. */
void facts_push(lua_State *L, int argc, char **argv);

/* Pushes an embedded file as a function; like lua_load, the result is 0 or pushes a message. */
int facts_load(lua_State *L, const char *name);

#endif
