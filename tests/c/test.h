/* test.h - cmocka and the headers that it wants before it; how much is tested. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

#include <cmocka.h>

/* `all`; under GANAS_QUICK_TESTS, as where a machine is emulated, `few`. */
static inline int test_size(int all, int few)
{
    return getenv("GANAS_QUICK_TESTS") ? few : all;
}

#endif
