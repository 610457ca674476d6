/* facts.c - what the host tells lua/boot.lua. */
#include "facts.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "embedded.h"
#include "ganas.h"

static void push_embedded(lua_State *L, const struct embedded *file)
{
    lua_pushlstring(L, (const char *)file->text, file->size);
}

static const struct embedded *find_embedded(const char *name)
{
    for (const struct embedded *f = embedded_files; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

/* __index of host.files: the text of a name, nil where there is none. */
static int get_file(lua_State *L)
{
    const struct embedded *file = lua_isstring(L, 2) ? find_embedded(lua_tostring(L, 2)) : NULL;
    if (!file)
        return 0;
    push_embedded(L, file);
    return 1;
}

/* host.files[name] = text, made when it is asked for: a start needs a few of them. */
static void set_files(lua_State *L)
{
    lua_newtable(L);
    lua_newtable(L);
    lua_pushcfunction(L, get_file);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "files");
}

/* host.names[i] = name. */
static void set_names(lua_State *L)
{
    lua_newtable(L);
    for (int i = 0; embedded_files[i].name; i++) {
        lua_pushstring(L, embedded_files[i].name);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "names");
}

/* host.argv[0] is the program's name. */
static void set_arguments(lua_State *L, int argc, char **argv)
{
    lua_newtable(L);
    for (int i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i);
    }
    lua_setfield(L, -2, "argv");
}

void facts_push(lua_State *L, int argc, char **argv)
{
    lua_newtable(L);
    set_files(L);
    set_names(L);
    set_arguments(L, argc, argv);
    push_embedded(L, &embedded_cdef);
    lua_setfield(L, -2, "cdef");
    lua_pushstring(L, ganas_version());
    lua_setfield(L, -2, "version");
    lua_pushinteger(L, GANAS_ABI);
    lua_setfield(L, -2, "abi");
}

int facts_load(lua_State *L, const char *name)
{
    char chunk[256];
    const struct embedded *file = find_embedded(name);
    if (!file)
        return luaL_error(L, "'%s' is not in this program", name);
    (void)snprintf(chunk, sizeof chunk, "@%s", name);
    return luaL_loadbuffer(L, (const char *)file->text, file->size, chunk);
}
