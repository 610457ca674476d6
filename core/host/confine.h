/* confine.h - what a stranger's recipe may use of the machine: memory, time, system calls. */
#ifndef GANAS_CONFINE_H
#define GANAS_CONFINE_H

#include <lua.h>

/*
 * Adds three functions to the table on top of the stack.
 *
 * confine(bytes, sentence, raise): from now on the process has `bytes` of private memory and no
 * system calls that run programs, open sockets or trace. When time is up `raise` is called; where
 * that does not help, `sentence` is printed and the process ends with 1. nil and why on failure.
 *
 * limit(seconds): time begins, in seconds of the processor's.
 *
 * unlimit(): it ends; gives what was left of it.
 */
void confine_push(lua_State *L);

#endif
