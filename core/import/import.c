/* import.c - table files from files of other formats: which importer, and when it is done. */
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "importer.h"
#include "status.h"

static const struct importer *const importers[] = {&importer_nasbench101, &importer_natsbench,
                                                   &importer_csv};

enum { IMPORTERS = sizeof importers / sizeof importers[0] };

struct ganas_import {
    const struct importer *importer;
    void *state;
    ganas_import_progress progress;
};

const char *ganas_import_format(int32_t i)
{
    return i >= 0 && i < IMPORTERS ? importers[i]->format : NULL;
}

/* Whether both names lead to one file, which would be lost. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int32_t check_target(const char *from, const char *to)
{
    struct stat about;
    if (is_same_file(from, to))
        return status_fail(GANAS_E_FILE,
                           "%s: it would take the place of what is read; expected "
                           "another name",
                           to);
    if (stat(to, &about) == 0 && S_ISDIR(about.st_mode))
        return status_fail(GANAS_E_FILE, "%s: it is a folder; expected the name of a file", to);
    return GANAS_OK;
}

static const struct importer *find(const char *format)
{
    for (int i = 0; i < IMPORTERS; i++)
        if (strcmp(importers[i]->format, format) == 0)
            return importers[i];
    return NULL;
}

int32_t ganas_import_new(ganas_import **out, const char *format, const char *from, const char *to)
{
    if (!out || !format || !from || !to || !find(format))
        return status_fail(GANAS_E_ARGUMENT,
                           "an import needs a format, what is read and what is written");
    int32_t status = check_target(from, to);
    if (status)
        return status;
    ganas_import *import = memory_new(1, sizeof *import);
    if (!import)
        return GANAS_E_MEMORY;
    import->importer = find(format);
    status = import->importer->open(&import->state, from, to);
    if (status)
        memory_free(import);
    else
        *out = import;
    return status;
}

void ganas_import_free(ganas_import *import)
{
    if (!import)
        return;
    import->importer->close(import->state);
    memory_free(import);
}

int32_t ganas_import_step(ganas_import *import, ganas_import_progress *progress)
{
    int32_t status = GANAS_OK;
    if (import->progress.written < 1)
        status = import->importer->step(import->state, &import->progress);
    *progress = import->progress;
    return status;
}
