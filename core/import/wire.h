/*
 * wire.h - fields of a Protocol Buffers message as they lie in the bytes
 * (protobuf.dev/programming-guides/encoding).
 */
#ifndef GANAS_WIRE_H
#define GANAS_WIRE_H

#include "base.h"

enum wire_kind { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct wire {
    const unsigned char *at, *end;
};

struct wire_field {
    uint64_t number;
    uint32_t kind;              /* enum wire_kind */
    uint64_t value;             /* VARINT, 64 and 32: the bits */
    const unsigned char *bytes; /* BYTES: `value` many */
};

enum wire_state { WIRE_FIELD, WIRE_END, WIRE_DAMAGED };

/* Takes the next field; an enum wire_state. Groups, which are no longer in use, count as damage. */
int32_t wire_next(struct wire *wire, struct wire_field *field);

/* The number of a field of kind WIRE_64. */
double wire_double(const struct wire_field *field);

#endif
