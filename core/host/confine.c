/*
 * confine.c - what a stranger's recipe may use of the machine.
 *
 * Time is that of ITIMER_PROF. Its first signal sets a hook that raises an error where the
 * interpreter is; a recipe may catch that, or be inside of a C function or a trace, where hooks are
 * not looked at, so a second later the next one ends the process. System calls are taken away by a
 * filter of the kernel's (libseccomp), which no code in the process can lift.
 */
#include "confine.h"

#include <errno.h>
#include <lauxlib.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

enum { EXIT_USER = 1, GRACE = 1 };

/* A sanitizer's own memory is more than a recipe may have, and the filter refuses what a search for
 * leaks needs. */
#ifdef GANAS_SHADOW_MEMORY
enum { LIMITS_MEMORY = 0 };
static int confined;
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return confined;
}
#else
enum { LIMITS_MEMORY = 1 };
#endif

static const char RAISE[] = "ganas.confine.raise";

static struct {
    lua_State *L;
    pthread_t thread; /* that runs Lua */
    volatile sig_atomic_t strikes;
    size_t length;
    char sentence[200];
} at_limit;

static void raise_limit(lua_State *L, lua_Debug *where)
{
    (void)where;
    (void)lua_sethook(L, NULL, 0, 0);
    lua_getfield(L, LUA_REGISTRYINDEX, RAISE);
    lua_call(L, 0, 0);
}

static void end_process(void)
{
    ssize_t ignored = write(STDERR_FILENO, at_limit.sentence, at_limit.length);
    (void)ignored;
    _exit(EXIT_USER);
}

/* The signal may come to any thread; only that of Lua may touch Lua. */
static void strike(int signal)
{
    int saved = errno;
    if (!pthread_equal(pthread_self(), at_limit.thread))
        (void)pthread_kill(at_limit.thread, signal);
    else if (at_limit.strikes++ > 0)
        end_process();
    else
        (void)lua_sethook(at_limit.L, raise_limit, LUA_MASKCALL | LUA_MASKRET | LUA_MASKCOUNT, 1);
    errno = saved;
}

/* What a filter refuses, so that a call fails as if it were not permitted. */
static const int REFUSED[] = {
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(socket),           SCMP_SYS(connect),
    SCMP_SYS(bind),   SCMP_SYS(ptrace),   SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
};

static int load_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int failed = filter ? 0 : -ENOMEM;
    for (size_t i = 0; !failed && i < sizeof REFUSED / sizeof *REFUSED; i++)
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), REFUSED[i], 0);
    if (!failed)
        failed = seccomp_load(filter);
    if (filter)
        seccomp_release(filter);
    return -failed;
}

static int set_limit(int resource, rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0)
        return errno;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < most)
        most = limit.rlim_max;
    limit.rlim_cur = limit.rlim_max = most;
    return setrlimit(resource, &limit) == 0 ? 0 : errno;
}

static int handle_strikes(void)
{
    struct sigaction action = {.sa_handler = strike, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    return sigaction(SIGPROF, &action, NULL) == 0 ? 0 : errno;
}

static int confine(lua_State *L)
{
    double bytes = luaL_checknumber(L, 1);
    const char *sentence = luaL_checkstring(L, 2);
    luaL_checktype(L, 3, LUA_TFUNCTION);
    lua_setfield(L, LUA_REGISTRYINDEX, RAISE);
    at_limit.L = L;
    at_limit.thread = pthread_self();
    (void)snprintf(at_limit.sentence, sizeof at_limit.sentence, "%s\n", sentence);
    at_limit.length = strlen(at_limit.sentence);
#ifdef GANAS_SHADOW_MEMORY
    confined = 1;
#endif
    int failed = LIMITS_MEMORY ? set_limit(RLIMIT_DATA, (rlim_t)bytes) : 0;
    if (!failed)
        failed = set_limit(RLIMIT_CORE, 0);
    if (!failed)
        failed = handle_strikes();
    if (!failed)
        failed = load_filter();
    if (!failed) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, strerror(failed));
    return 2;
}

static struct timeval time_of(double seconds)
{
    struct timeval t = {.tv_sec = (time_t)seconds};
    t.tv_usec = (suseconds_t)((seconds - (double)t.tv_sec) * 1e6);
    return t;
}

static int limit(lua_State *L)
{
    double seconds = luaL_checknumber(L, 1);
    struct itimerval timer = {{GRACE, 0}, time_of(seconds > 1e-6 ? seconds : 1e-6)};
    at_limit.strikes = 0;
    (void)setitimer(ITIMER_PROF, &timer, NULL);
    return 0;
}

static int unlimit(lua_State *L)
{
    struct itimerval none = {{0, 0}, {0, 0}}, left = none;
    (void)setitimer(ITIMER_PROF, &none, &left);
    (void)lua_sethook(L, NULL, 0, 0);
    double seconds = (double)left.it_value.tv_sec + (double)left.it_value.tv_usec * 1e-6;
    lua_pushnumber(L, at_limit.strikes ? 0 : seconds);
    return 1;
}

void confine_push(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"confine", confine}, {"limit", limit}, {"unlimit", unlimit}, {NULL, NULL}};
    luaL_register(L, NULL, functions);
}
