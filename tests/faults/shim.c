/*
 * shim.c - a system that fails, by LD_PRELOAD: calls on files whose name contains GANAS_SHIM_FILE,
 * and others. GANAS_SHIM names one fault:
 *
 *   short       each write takes one byte
 *   eintr       every other write is interrupted
 *   enospc=N    the N-th write and all later ones find a full disk, after half of the bytes of the
 *               N-th
 *   eio=N       the N-th write and all later ones fail
 *   fsync=N     the N-th fsync and all later ones fail
 *   fork=N      the N-th new process and all later ones can't be started
 *   clock       the time of day jumps by a day, back and forth
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static atomic_int writes, syncs, forks, looks;

static void *real_function(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static int is_fault(const char *name)
{
    const char *fault = getenv("GANAS_SHIM");
    size_t n = strlen(name);
    return fault && strncmp(fault, name, n) == 0 && (fault[n] == 0 || fault[n] == '=');
}

/* Whether the call of this number is one that fails. */
static int is_due(const char *name, int number)
{
    if (!is_fault(name))
        return 0;
    const char *from = strchr(getenv("GANAS_SHIM"), '=');
    return from && number >= atoi(from + 1);
}

static int is_ours(int fd)
{
    char link[64], path[4096];
    const char *wanted = getenv("GANAS_SHIM_FILE");
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0 || !wanted)
        return 0;
    path[n] = 0;
    return strstr(path, wanted) != NULL;
}

static ssize_t fail(int code)
{
    errno = code;
    return -1;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    ssize_t (*real)(int, const void *, size_t);
    *(void **)&real = real_function("write");
    if (!is_ours(fd))
        return real(fd, bytes, size);
    int number = ++writes;
    if (is_fault("short") && size > 1)
        return real(fd, bytes, 1);
    if (is_fault("eintr") && number % 2)
        return fail(EINTR);
    if (is_due("enospc", number) && !is_due("enospc", number - 1) && size > 1)
        return real(fd, bytes, size / 2);
    if (is_due("enospc", number))
        return fail(ENOSPC);
    return is_due("eio", number) ? fail(EIO) : real(fd, bytes, size);
}

int fsync(int fd)
{
    int (*real)(int);
    *(void **)&real = real_function("fsync");
    if (is_ours(fd) && is_due("fsync", ++syncs))
        return (int)fail(EIO);
    return real(fd);
}

pid_t fork(void)
{
    pid_t (*real)(void);
    *(void **)&real = real_function("fork");
    return is_due("fork", ++forks) ? (pid_t)fail(EAGAIN) : real();
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int (*real)(clockid_t, struct timespec *);
    *(void **)&real = real_function("clock_gettime");
    int status = real(clock, now);
    if (clock == CLOCK_REALTIME && is_fault("clock"))
        now->tv_sec += (++looks % 3 - 1) * 86400;
    return status;
}
