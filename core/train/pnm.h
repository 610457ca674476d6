/*
 * pnm.h - pictures of the Netpbm formats PGM and PPM, plain (P2, P3) and raw (P5, P6).
 *
 * A header of text: the kind, width, height, the greatest sample (1..65535), with white space and
 * comments (from # to the end of the line) between them. Then, after one white-space character, the
 * samples of row after row: bytes, two of them (big endian) where the greatest is above 255; or, in
 * the plain kinds, numbers as text. One picture a file; white space may follow it.
 */
#ifndef GANAS_PNM_H
#define GANAS_PNM_H

#include "picture.h"

/* Whether a file begins as one of the Netpbm formats, of whatever kind. */
bool pnm_is(const unsigned char *bytes, size_t size);

/* GANAS_E_PARSE says which byte is wrong. */
int32_t pnm_read(struct picture *picture, const char *path, const unsigned char *bytes, size_t size,
                 bool whole);

#endif
