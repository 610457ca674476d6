/* base64.c - binary data from text: six bits a character, the last group filled up with '='. */
#include "base64.h"

enum { BAD = -1, BLANK = -2, FILL = -3 };

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    if (c == '/')
        return 63;
    return c == '=' ? FILL : c == '\n' || c == '\r' || c == ' ' ? BLANK : BAD;
}

bool base64_decode(const char *text, size_t n, unsigned char *to, size_t *size)
{
    uint32_t got = 0;
    size_t letters = 0, fill = 0, bytes = 0;
    for (size_t i = 0; i < n; i++) {
        int value = value_of(text[i]);
        if (value == BAD || (value >= 0 && fill > 0))
            return false;
        fill += value == FILL;
        if (value < 0)
            continue;
        got = got << 6 | (uint32_t)value;
        if (++letters % 4 != 1)
            to[bytes++] = (unsigned char)(got >> (6 - 2 * ((letters - 1) % 4)));
    }
    *size = bytes;
    return fill <= 2 && (letters + fill) % 4 == 0;
}
