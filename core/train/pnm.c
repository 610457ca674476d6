/* pnm.c - Netpbm's PGM and PPM. */
#include "pnm.h"

#include "images.h"
#include "status.h"

enum { MOST_SAMPLE = 65535 };

struct text {
    const char *path;
    const unsigned char *bytes;
    size_t size, at;
};

bool pnm_is(const unsigned char *bytes, size_t size)
{
    return size >= 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7';
}

/* ---- text ---- */

static bool is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(const struct text *t)
{
    return t->at < t->size && t->bytes[t->at] >= '0' && t->bytes[t->at] <= '9';
}

static void skip_comment(struct text *t)
{
    while (t->at < t->size && t->bytes[t->at] != '\n' && t->bytes[t->at] != '\r')
        t->at++;
}

static void skip_space(struct text *t, bool comments)
{
    while (t->at < t->size) {
        if (comments && t->bytes[t->at] == '#')
            skip_comment(t);
        else if (is_space(t->bytes[t->at]))
            t->at++;
        else
            return;
    }
}

/* The next number, least..most. */
static int32_t read_number(struct text *t, const char *what, uint32_t least, uint32_t most,
                           uint32_t *value)
{
    skip_space(t, true);
    size_t from = t->at;
    uint32_t number = 0;
    for (; is_digit(t); t->at++)
        if (number <= most)
            number = number * 10 + t->bytes[t->at] - '0';
    if (t->at > from && number >= least && number <= most) {
        *value = number;
        return GANAS_OK;
    }
    const char *why = from == t->size ? "the file ends here"
                      : t->at == from ? "no number"
                                      : "a number that can't be";
    return status_fail(GANAS_E_PARSE, "%s: byte %zu: %s; expected %s, %u to %u", t->path, from, why,
                       what, least, most);
}

/* ---- header ---- */

static int32_t read_kind(struct text *t, bool *plain, struct picture *picture)
{
    unsigned char kind = t->bytes[1];
    if (kind != '2' && kind != '3' && kind != '5' && kind != '6')
        return status_fail(GANAS_E_PARSE,
                           "%s: byte 0: it begins with P%c; expected P2, P3, P5 or P6, a PGM or "
                           "PPM file",
                           t->path, kind);
    *plain = kind < '5';
    picture->channels = kind == '2' || kind == '5' ? 1 : 3;
    t->at = 2;
    return GANAS_OK;
}

/* Up to the first sample of the raw kinds, to what is before it of the plain ones. */
static int32_t read_header(struct text *t, struct picture *picture, bool *plain, uint32_t *most)
{
    uint32_t width = 0, height = 0;
    int32_t status = read_kind(t, plain, picture);
    if (!status)
        status = read_number(t, "the width", 1, IMAGES_SIDE, &width);
    if (!status)
        status = read_number(t, "the height", 1, IMAGES_SIDE, &height);
    if (!status)
        status = read_number(t, "the greatest sample", 1, MOST_SAMPLE, most);
    if (status)
        return status;
    picture->width = (int32_t)width;
    picture->height = (int32_t)height;
    if (t->at < t->size && is_space(t->bytes[t->at])) {
        t->at++;
        return GANAS_OK;
    }
    return status_fail(GANAS_E_PARSE,
                       "%s: byte %zu: %s; expected white space behind the greatest sample", t->path,
                       t->at, t->at == t->size ? "the file ends here" : "no white space");
}

/* ---- samples ---- */

/* Before memory is taken: are the bytes there? A number as text has one, and white space before
   the next. */
static int32_t check_room(const struct text *t, const struct picture *p, bool plain, uint32_t most)
{
    size_t samples = (size_t)p->channels * (size_t)p->height * (size_t)p->width;
    size_t needed = plain ? 2 * samples - 1 : samples * (most > 255 ? 2 : 1);
    size_t left = t->size - t->at;
    if (left >= needed)
        return GANAS_OK;
    return status_fail(GANAS_E_PARSE, "%s: byte %zu: the file ends here; expected %zu bytes more%s",
                       t->path, t->size, needed - left, plain ? " at least" : "");
}

static int32_t read_raw(struct text *t, uint32_t most, uint32_t *value)
{
    size_t from = t->at;
    *value = t->bytes[t->at++];
    if (most > 255)
        *value = *value << 8 | t->bytes[t->at++];
    if (*value <= most)
        return GANAS_OK;
    return status_fail(GANAS_E_PARSE, "%s: byte %zu: a sample of %u; expected 0 to %u", t->path,
                       from, *value, most);
}

/* Pixel by pixel in the file, channel by channel in memory. */
static int32_t read_samples(struct text *t, struct picture *p, bool plain, uint32_t most)
{
    size_t area = (size_t)p->height * (size_t)p->width;
    for (size_t i = 0; i < area; i++)
        for (size_t c = 0; c < (size_t)p->channels; c++) {
            uint32_t value = 0;
            int32_t status =
                plain ? read_number(t, "a sample", 0, most, &value) : read_raw(t, most, &value);
            if (status)
                return status;
            p->pixel[c * area + i] = picture_sample(value, most);
        }
    skip_space(t, plain);
    if (t->at == t->size)
        return GANAS_OK;
    return status_fail(GANAS_E_PARSE,
                       "%s: byte %zu: there is more behind the picture; expected the end of the "
                       "file",
                       t->path, t->at);
}

int32_t pnm_read(struct picture *picture, const char *path, const unsigned char *bytes, size_t size,
                 bool whole)
{
    struct text t = {.path = path, .bytes = bytes, .size = size};
    bool plain = false;
    uint32_t most = 1;
    int32_t status = read_header(&t, picture, &plain, &most);
    if (!status)
        status = check_room(&t, picture, plain, most);
    if (status || !whole)
        return status;
    status = picture_reserve(picture);
    if (!status)
        status = read_samples(&t, picture, plain, most);
    if (status)
        picture_free(picture);
    return status;
}
