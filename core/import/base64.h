/* base64.h - binary data as text (RFC 4648, section 4), in lines or not. */
#ifndef GANAS_BASE64_H
#define GANAS_BASE64_H

#include "base.h"

/* to[3 * n / 4] gets the bytes of n characters, *size their number; false where the text is none.
   Blanks and ends of lines are left out. */
bool base64_decode(const char *text, size_t n, unsigned char *to, size_t *size);

#endif
