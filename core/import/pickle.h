/*
 * pickle.h - what a Python pickle says, as data: numbers, texts, lists, tuples, dictionaries and
 * numpy's scalars. Nothing is executed: a pickle is a program that builds a value, and of its
 * instructions only those are known that build these. The only names of Python's that may occur
 * are numpy.dtype, numpy.core.multiarray.scalar and collections.OrderedDict.
 */
#ifndef GANAS_PICKLE_H
#define GANAS_PICKLE_H

#include "base.h"

enum { PICKLE_MOST = 1 << 22 /* values, items, places of stack and memo that are believed */ };

enum pickle_kind {
    PICKLE_NOTHING, /* also None */
    PICKLE_NUMBER,  /* integers, floats, booleans */
    PICKLE_TEXT,
    PICKLE_BYTES,
    PICKLE_LIST, /* also tuples and sets */
    PICKLE_DICT,
    PICKLE_NAME, /* of Python's */
    PICKLE_TYPE  /* a numpy.dtype */
};

/* Values are known by their numbers; value 0 is nothing. */
struct pickle_value {
    uint32_t kind;
    uint32_t first, last, count; /* items of LIST and DICT; count: bytes of TEXT and BYTES */
    double number;
    const char *bytes; /* TEXT and BYTES: in the pickle, not NUL-terminated */
};

struct pickle_item {
    uint32_t key, value, next; /* next: 0: the last. A list's items have key 0 */
};

struct pickle_pile {
    uint32_t *at; /* [room] */
    uint32_t size, room;
};

struct pickle {
    const unsigned char *bytes;
    size_t size, at, op; /* op: where the instruction at hand begins */
    int32_t status;      /* GANAS_OK, or the first failure */
    struct pickle_value *value;
    struct pickle_item *item; /* item 0 is none */
    uint32_t values, value_room, items, item_room;
    struct pickle_pile stack, marks, memo;
};

/* Reads a pickle in place of the one before; `pickle` starts as zeros; the bytes must stay. *root
   is its value. GANAS_E_PARSE with "byte N: ..." */
int32_t pickle_read(struct pickle *pickle, const unsigned char *bytes, size_t size, uint32_t *root);
void pickle_free(struct pickle *pickle);

/* The value of a key in a dictionary: a text, or a whole number. 0 where there is none. */
uint32_t pickle_get(const struct pickle *pickle, uint32_t dict, const char *key);
uint32_t pickle_get_number(const struct pickle *pickle, uint32_t dict, double key);

/* The number that a value is, NaN where it is none. */
double pickle_number(const struct pickle *pickle, uint32_t value);

bool pickle_is_text(const struct pickle *pickle, uint32_t value, const char *text);

/* The first item of a list or dictionary, NULL where there is none; and the one after. */
const struct pickle_item *pickle_items(const struct pickle *pickle, uint32_t value);
const struct pickle_item *pickle_after(const struct pickle *pickle, const struct pickle_item *item);

#endif
