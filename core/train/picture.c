/* picture.c - one picture: its memory. */
#include "picture.h"

#include "arena.h"

int32_t picture_reserve(struct picture *picture)
{
    size_t area = (size_t)picture->height * (size_t)picture->width;
    picture->pixel = memory_new((size_t)picture->channels, area);
    return picture->pixel ? GANAS_OK : GANAS_E_MEMORY;
}

void picture_free(struct picture *picture)
{
    memory_free(picture->pixel);
    *picture = (struct picture){0};
}
