/* wire.c - walks over the fields of a Protocol Buffers message. */
#include "wire.h"

#include <string.h>

/* Seven bits a byte, the lowest first, at most ten bytes. */
static bool take_varint(struct wire *w, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 70 && w->at < w->end; shift += 7) {
        unsigned char byte = *w->at++;
        *value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

static bool take_fixed(struct wire *w, unsigned bytes, uint64_t *value)
{
    *value = 0;
    if ((size_t)(w->end - w->at) < bytes)
        return false;
    for (unsigned i = 0; i < bytes; i++)
        *value |= (uint64_t)w->at[i] << 8 * i;
    w->at += bytes;
    return true;
}

static bool take_bytes(struct wire *w, struct wire_field *field)
{
    if (!take_varint(w, &field->value) || field->value > (uint64_t)(w->end - w->at))
        return false;
    field->bytes = w->at;
    w->at += field->value;
    return true;
}

int32_t wire_next(struct wire *wire, struct wire_field *field)
{
    uint64_t tag;
    if (wire->at == wire->end)
        return WIRE_END;
    if (!take_varint(wire, &tag) || tag >> 3 == 0)
        return WIRE_DAMAGED;
    field->number = tag >> 3;
    field->kind = tag & 7;
    bool whole = field->kind == WIRE_VARINT  ? take_varint(wire, &field->value)
                 : field->kind == WIRE_64    ? take_fixed(wire, 8, &field->value)
                 : field->kind == WIRE_32    ? take_fixed(wire, 4, &field->value)
                 : field->kind == WIRE_BYTES ? take_bytes(wire, field)
                                             : false;
    return whole ? WIRE_FIELD : WIRE_DAMAGED;
}

double wire_double(const struct wire_field *field)
{
    double value;
    memcpy(&value, &field->value, sizeof value);
    return value;
}
