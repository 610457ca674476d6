/* gallery.h - pictures of either format. */
#ifndef GANAS_GALLERY_H
#define GANAS_GALLERY_H

#include "picture.h"

/* A picture of a file's bytes, by how they begin. */
int32_t gallery_read(struct picture *picture, const char *path, const unsigned char *bytes,
                     size_t size, bool whole);

#endif
