/*
 * seeds.c - writes the files that fuzzing starts from, and those of tests/bad that no editor can
 * write: seeds FOLDER [bad FOLDER]. All are made up here, none is anybody's data.
 */
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "drawn.h"
#include "pack.h"
#include "samples.h"
#include "sheet.h"
#include "status.h"

static const char *folder;

/* FOLDER/name; the part before the last / is made. */
static const char *path_of(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *at = strchr(path + strlen(folder) + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = 0;
        (void)mkdir(path, 0777);
        *at = '/';
    }
    return path;
}

static void put(const char *name, struct sample *s)
{
    sample_write(s, path_of(name));
    sample_free(s);
}

/* Bytes behind a first one. */
static struct sample behind(unsigned first, const struct sample *from)
{
    struct sample s = {0};
    sample_byte(&s, first);
    sample_add(&s, from->bytes, from->size);
    return s;
}

static void must(int32_t status)
{
    if (!status)
        return;
    (void)fprintf(stderr, "%s\n", ganas_errmsg());
    exit(1);
}

/* ---- table files ---- */

static void write_table(const char *name, int32_t rows)
{
    struct sheet *s;
    char text[32];
    must(sheet_new(&s, path_of(name)));
    must(sheet_column(s, "arch", PACK_TEXTS));
    must(sheet_column(s, "acc", PACK_NUMBERS));
    must(sheet_column(s, "kind", PACK_TEXTS));
    must(sheet_begin(s));
    for (int32_t i = 0; i < rows; i++) {
        int n = snprintf(text, sizeof text, "%c-%c", 'a' + i / 2 % 2, 'a' + i % 2);
        must(sheet_text(s, i, 0, text, (size_t)n));
        must(sheet_text(s, i, 2, "x", 1));
        sheet_numbers(s, 1)[i] = i % 3 ? i / 10.0 : i;
    }
    must(sheet_write(s, rows));
    must(sheet_finish(s));
    sheet_free(s);
}

/* ---- fuzzing ---- */

/* ---- CSV files, spaces ---- */

static void write_gzip(const char *name, const char *text)
{
    gzFile file = gzopen(path_of(name), "wb");
    if (!file || gzputs(file, text) < 0 || gzclose(file) != Z_OK)
        exit(1);
}

static void write_csv(void)
{
    struct sample s = {0};
    const char plain[] = "arch,acc\na|b,0.5\nb|b,1e-3\n";
    const char quoted[] = "\xef\xbb\xbf\"a\",\"b \"\"c\"\"\"\r\n\"1,\n2\",nan\r\n3,\r\n\r\n";
    sample_add(&s, plain, sizeof plain - 1);
    put("csv/plain", &s);
    sample_add(&s, quoted, sizeof quoted - 1);
    put("csv/quoted", &s);
    write_gzip("csv/gzip", plain);
}

/* The bytes of a space as fuzz_grammar.c takes them: `nodes` that read `kind` of all before them.
 */
static void write_grammar(const char *name, unsigned nodes, unsigned kind, unsigned end)
{
    struct sample s = {0};
    const unsigned head[] = {nodes, 3, end, end ? 2 : 0, 0, 0, end ? 0 : 1U << (nodes - 1), 0};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        sample_byte(&s, head[i]);
    for (unsigned i = 0; i < nodes; i++) {
        const unsigned ops = i == 0 ? 1 : i == nodes - 1 ? 4 : end ? 6 : 2;
        const unsigned node[] = {ops, (1U << i) - 1, 0, i ? kind : 0, i && kind == 1, 1, 1};
        for (size_t k = 0; k < sizeof node / sizeof *node; k++)
            sample_byte(&s, node[k]);
    }
    for (unsigned i = 0; i < 3 * nodes + 40; i++)
        sample_byte(&s, i < 3 * nodes ? 7 : i);
    put(name, &s);
}

static void write_grammars(void)
{
    write_grammar("grammar/fixed", 5, GANAS_READ_FIXED, 0);
    write_grammar("grammar/choose", 5, GANAS_READ_CHOOSE, 0);
    write_grammar("grammar/free", 5, GANAS_READ_FREE, 3);
}

/* ---- images, numbers without text ---- */

/* The same bytes as a gzip file. */
static struct sample as_gzip(const struct sample *from)
{
    unsigned char bytes[200];
    struct sample s = {0};
    z_stream z = {.next_in = from->bytes,
                  .avail_in = (uInt)from->size,
                  .next_out = bytes,
                  .avail_out = sizeof bytes};
    if (deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
        deflate(&z, Z_FINISH) != Z_STREAM_END)
        exit(1);
    sample_add(&s, bytes, z.total_out);
    (void)deflateEnd(&z);
    return s;
}

/* A file of two labels, its length before it, and one of two images of one row. */
static void write_idx(const char *name, bool packed)
{
    struct sample s = {0}, file = {0}, images = {0};
    sample_add(&file, "\0\0\x08\1\0\0\0\2\0\1", 10);
    sample_add(&images, "\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\3abcdef", 22);
    for (int i = 0; i < 2; i++) {
        struct sample gzip = as_gzip(i ? &images : &file);
        const struct sample *part = packed ? &gzip : i ? &images : &file;
        if (i == 0)
            sample_byte(&s, (unsigned)part->size);
        sample_add(&s, part->bytes, part->size);
        sample_free(&gzip);
    }
    sample_free(&file);
    sample_free(&images);
    put(name, &s);
}

static void write_pnm(void)
{
    struct sample s = {0};
    const char plain[] = "P2 # grey\n2 2\n15\n0 1\n2 15\n", colours[] = "P3 1 1 255 1 2 3";
    const char raw[] = "P5\n2 2\n255\nabcd", wide[] = "P6 1 1 65535\n\1\2\3\4\5\6";
    sample_add(&s, plain, sizeof plain - 1);
    put("pnm/plain", &s);
    sample_add(&s, colours, sizeof colours - 1);
    put("pnm/colours", &s);
    sample_add(&s, raw, sizeof raw - 1);
    put("pnm/raw", &s);
    sample_add(&s, wide, sizeof wide - 1);
    put("pnm/wide", &s);
}

static void write_png(const char *name, const struct drawn *drawn)
{
    struct sample s = {0};
    drawn_png(&s, drawn);
    put(name, &s);
}

static void write_pngs(void)
{
    const struct spng_plte palette = {.n_entries = 2, .entries = {{1, 2, 3, 255}, {4, 5, 6, 255}}};
    const struct spng_trns seen_through = {.n_type3_entries = 1, .type3_alpha = {255}};
    write_png("png/grey", &(struct drawn){3, 2, 8, 0, .samples = "abcdef", .size = 6});
    write_png("png/few", &(struct drawn){3, 2, 1, 0, 1, .samples = "\xa0\x40", .size = 2});
    write_png("png/wide", &(struct drawn){1, 1, 16, 6, .samples = "aabbcc\xff\xff", .size = 8});
    write_png("png/colours",
              &(struct drawn){2, 1, 8, 2, .samples = "abcdef", .size = 6, .text = "a"});
    write_png("png/palette", &(struct drawn){3, 1, 2, 3, .samples = "\x10", .size = 1,
                                             .palette = &palette, .transparent = &seen_through});
}

static void write_images(void)
{
    struct sample s = {0}, gzip;
    write_idx("idx/two", false);
    write_idx("idx/gzip", true);
    write_pnm();
    write_pngs();
    sample_add(&s, "\1\0\0\0\xff\xff\xff\xff", 8);
    gzip = as_gzip(&s);
    sample_free(&s);
    s = behind(3, &gzip);
    put("raw/gzip", &s);
    sample_free(&gzip);
    sample_add(&s, "\2\1\0\0\0\xff\xff\xff\xff", 9);
    put("raw/two", &s);
    sample_add(&s, "\0\x07", 2);
    put("raw/byte", &s);
}

static void write_corpora(void)
{
    struct sample s = {0}, cell = sample_cell("h", 4, "0100", "input,output", 0.5);
    struct sample metrics = sample_metrics(4, 1000, 0.5), pickle = sample_architecture("a-b", 60);
    struct sample meta = sample_meta("a-a", "a-b");
    sample_frame(&s, "hello", 5);
    sample_frame(&s, "", 0);
    put("tfrecord/two", &s);
    s = behind(0, &cell);
    put("cell/json", &s);
    s = behind(1, &metrics);
    put("cell/metrics", &s);
    pickle.size = 700; /* the whole is long; the rest repeats */
    put("pickle/cut", &pickle);
    sample_add(&s, "\x80\4", 2);
    sample_scalar(&s, 1.5);
    sample_byte(&s, '.');
    put("pickle/scalar", &s);
    sample_add(&s, "\x80\2}(K\1K\2\x85q\0h\0]K\1aucollections\nOrderedDict\n)R.", 38);
    put("pickle/line", &s);
    write_table("table/four", 4);
    write_table("table/empty", 0);
    write_csv();
    write_grammars();
    write_images();
    sample_pack(&meta, path_of("bunzip/pickle"));
    put("pickle/meta", &meta);
    sample_free(&cell);
    sample_free(&metrics);
}

/* ---- broken files ---- */

static void write_records(void)
{
    struct sample s = {0};
    for (int i = 0; i < 3; i++)
        sample_record(&s, i ? "h1" : "h0", 4, 0.5);
    struct sample cut = {0}, turned = {0}, other = {0};
    sample_add(&cut, s.bytes, s.size - 100);
    sample_add(&turned, s.bytes, s.size);
    turned.bytes[s.size / 2] ^= 1;
    sample_add(&other, s.bytes, s.size);
    sample_frame(&other, "[\"h\", 4, \"0\", \"x\"]", 18);
    put("cut.tfrecord", &cut);
    put("turned.tfrecord", &turned);
    put("not_a_cell.tfrecord", &other);
    put("good.tfrecord", &s);
}

static void write_folders(void)
{
    struct sample s = sample_architecture("a-b", 60);
    sample_pack(&s, path_of("cut_cell/000000.pickle.pbz2"));
    struct stat about;
    (void)stat(path_of("cut_cell/000000.pickle.pbz2"), &about);
    if (truncate(path_of("cut_cell/000000.pickle.pbz2"), about.st_size / 2) != 0)
        exit(1);
    s.size /= 2;
    sample_pack(&s, path_of("cut_pickle/000000.pickle.pbz2"));
    sample_free(&s);
    sample_add(&s, "\x80\4cos\nsystem\n\x8c\12touch here\x85R.", 28);
    sample_pack(&s, path_of("command/000000.pickle.pbz2"));
    sample_free(&s);
    sample_add(&s, "PK\3\4 is no bzip2 file", 21);
    put("not_bzip2/000000.pickle.pbz2", &s);
}

static void write_tables(void)
{
    struct sample s = {0};
    struct stat about;
    write_table("good.ganas", 4);
    FILE *file = fopen(path_of("good.ganas"), "rb");
    if (!file || fstat(fileno(file), &about) != 0)
        exit(1);
    s.bytes = malloc((size_t)about.st_size);
    s.size = s.bytes ? fread(s.bytes, 1, (size_t)about.st_size, file) : 0;
    (void)fclose(file);
    struct sample cut = {0}, turned = {0};
    sample_add(&cut, s.bytes, s.size - 8);
    sample_add(&turned, s.bytes, s.size);
    turned.bytes[70] ^= 1; /* in the first chunk, of the texts of `arch` */
    put("cut.ganas", &cut);
    put("turned.ganas", &turned);
    s.bytes[20] ^= 1;
    put("header.ganas", &s);
    (void)remove(path_of("good.ganas"));
}

int main(int argc, char **argv)
{
    if (argc == 2) {
        folder = argv[1];
        write_corpora();
        return 0;
    }
    if (argc != 3 || strcmp(argv[1], "bad") != 0) {
        (void)fprintf(stderr, "usage: seeds CORPUS | seeds bad FOLDER\n");
        return 2;
    }
    folder = argv[2];
    write_records();
    write_folders();
    write_tables();
    return 0;
}
