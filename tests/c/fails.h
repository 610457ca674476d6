/* fails.h - calls that must fail: with a status and a sentence, or for want of memory. */
#ifndef TEST_FAILS_H
#define TEST_FAILS_H

#include <string.h>

#include "arena.h"

#define assert_fails(call, code, sentence)                                                         \
    do {                                                                                           \
        assert_int_equal(call, code);                                                              \
        assert_string_equal(ganas_errmsg(), sentence);                                             \
    } while (0)

/* Makes each allocation of a call fail once, the first, the second and so on, until none is left to
   fail. The call must be able to run again after a failure. Gives the number of allocations. */
static inline int fail_each_allocation(int32_t (*call)(void *context), void *context)
{
    for (int n = 1;; n++) {
        memory_fail_after(n);
        int32_t status = call(context);
        memory_fail_after(0);
        if (status == GANAS_OK)
            return n - 1;
        assert_int_equal(status, GANAS_E_MEMORY);
        assert_int_equal(strncmp(ganas_errmsg(), "out of memory: ", 15), 0);
        assert_true(n < 1000);
    }
}

#endif
