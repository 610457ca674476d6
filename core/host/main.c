/*
 * main.c - the launcher `ganas-lua`: a Lua state, the embedded files, a count of interrupts, one
 * protected call of lua/boot.lua, one exit.
 *
 * Exit codes: 0 done, 1 the user's files, 2 usage, 3 a fault of ours, 130 interrupted.
 */
#include <cblas.h>
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "facts.h"

enum { EXIT_USER = 1, EXIT_FAULT = 3, EXIT_INTERRUPTED = 130, EXIT_PIPE = 141 };

struct arguments {
    int count;
    char **text;
};

int luaopen_luv(lua_State *L);

/* OpenBLAS's own; absent from its flavours without threads. */
extern int blas_thread_shutdown_(void) __attribute__((weak));

static volatile sig_atomic_t interrupts;

/* The first interrupt is for Lua to see between batches, the second ends the process. */
static void count_interrupt(int signal)
{
    (void)signal;
    if (interrupts > 0)
        _exit(EXIT_INTERRUPTED);
    interrupts = 1;
}

/* Ends quietly when nobody reads our output; a broken pipe to a child is for write() to tell. */
static void check_pipe(int signal)
{
    (void)signal;
    int saved = errno;
    struct pollfd out = {.fd = STDOUT_FILENO};
    if (poll(&out, 1, 0) == 1 && (out.revents & POLLERR))
        _exit(EXIT_PIPE);
    errno = saved;
}

static void handle_signal(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(number, &action, NULL);
}

/* luv ignores SIGPIPE for the whole process when it is opened; ours comes back. */
static int open_luv(lua_State *L)
{
    int results = luaopen_luv(L);
    handle_signal(SIGPIPE, check_pipe);
    return results;
}

static int get_interrupts(lua_State *L)
{
    lua_pushinteger(L, interrupts);
    return 1;
}

static int add_traceback(lua_State *L)
{
    if (!lua_isstring(L, 1) && !luaL_callmeta(L, 1, "__tostring"))
        lua_pushfstring(L, "an error of type %s", luaL_typename(L, 1));
    luaL_traceback(L, L, lua_tostring(L, -1), 1);
    return 1;
}

/* What runs protected: opens the libraries and returns boot.lua's result, the exit code. */
static int start(lua_State *L)
{
    const struct arguments *given = lua_touserdata(L, 1);
    luaL_openlibs(L);
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_pushcfunction(L, open_luv);
    lua_setfield(L, -2, "luv");
    if (facts_load(L, "lua/boot.lua") != 0)
        return lua_error(L);
    facts_push(L, given->count, given->text);
    lua_pushcfunction(L, get_interrupts);
    lua_setfield(L, -2, "interrupted");
    confine_push(L);
    lua_call(L, 1, 1);
    if (!lua_isnumber(L, -1))
        return luaL_error(L, "lua/boot.lua returned no exit code");
    return 1;
}

static int run(lua_State *L, struct arguments *given)
{
    lua_pushcfunction(L, add_traceback);
    lua_pushcfunction(L, start);
    lua_pushlightuserdata(L, given);
    if (lua_pcall(L, 1, 1, 1) == 0)
        return (int)lua_tointeger(L, -1);
    (void)fprintf(stderr, "ganas-lua: a fault of ours: %s\n", lua_tostring(L, -1));
    return EXIT_FAULT;
}

/* A full disk behind stdout is an error, not a success. */
static int check_output(int code)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    (void)fprintf(stderr, "ganas-lua: can't write to standard output: %s\n",
                  strerror(errno ? errno : EIO));
    return code ? code : EXIT_USER;
}

/* OpenBLAS starts threads as it is loaded, and they turn idly on every processor for the first
 * tenth of a second. The core has threads of its own and never asks OpenBLAS for more than one.
 * That number comes first: setting it starts threads that have ended. */
static void end_idle_threads(void)
{
    openblas_set_num_threads(1);
    if (blas_thread_shutdown_)
        (void)blas_thread_shutdown_();
}

int main(int argc, char **argv)
{
    end_idle_threads();
    struct arguments given = {argc, argv};
    handle_signal(SIGINT, count_interrupt);
    handle_signal(SIGPIPE, check_pipe);
    lua_State *L = luaL_newstate();
    if (!L) {
        (void)fprintf(stderr, "ganas-lua: out of memory\n");
        return EXIT_FAULT;
    }
    int code = run(L, &given);
    lua_close(L);
    return check_output(code);
}
