/* importer.h - what an importer is: it reads a piece at a time, then writes a piece at a time. */
#ifndef GANAS_IMPORTER_H
#define GANAS_IMPORTER_H

#include "base.h"

struct importer {
    const char *format;
    /* Prepares to read `from` and write the table file `to`. */
    int32_t (*open)(void **state, const char *from, const char *to);
    /* Goes on for a moment, some milliseconds; fills `progress`. */
    int32_t (*step)(void *state, ganas_import_progress *progress);
    /* Leaves nothing behind but a finished table. */
    void (*close)(void *state);
};

extern const struct importer importer_nasbench101, importer_natsbench, importer_csv;

#endif
