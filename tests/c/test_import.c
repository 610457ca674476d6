/* Imports as a whole: the tables that come out, every message with its place, nothing left behind
 * by damaged input, every allocation refused. */
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "fails.h"
#include "rng.h"
#include "runs.h"
#include "samples.h"

static char folder[] = "/tmp/test_import_XXXXXX";
static char from[64], to[64], cells[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(from, sizeof from, "%s/t.in", folder);
    snprintf(to, sizeof to, "%s/t.ganas", folder);
    snprintf(cells, sizeof cells, "%s/cells", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)remove(from);
    (void)remove(to);
    return rmdir(folder); /* fails where anything else was left */
}

/* ---- one import ---- */

static ganas_import_progress progress;

static int32_t import_it(const char *format, const char *source)
{
    ganas_import *import = NULL;
    progress = (ganas_import_progress){0};
    int32_t status = ganas_import_new(&import, format, source, to);
    while (!status && progress.written < 1)
        status = ganas_import_step(import, &progress);
    ganas_import_free(import);
    return status;
}

static ganas_table *open_import(const char *format, const char *source)
{
    ganas_table *t = NULL;
    (void)remove(to);
    int32_t status = import_it(format, source);
    assert_string_equal(status ? ganas_errmsg() : "", "");
    status = ganas_table_open(&t, to);
    assert_string_equal(status ? ganas_errmsg() : "", "");
    assert_int_equal(ganas_table_check(t), GANAS_OK);
    assert_int_equal(progress.rows, ganas_table_rows(t));
    assert_int_equal(progress.columns, ganas_table_columns(t));
    return t;
}

/* A field as text. */
static const char *field(const ganas_table *t, int32_t row, const char *column)
{
    int32_t c = ganas_table_column(t, column);
    if (c < 0)
        fail_msg("no column %s", column);
    return ganas_table_text(t, row, c);
}

static double number(const ganas_table *t, int32_t row, const char *column)
{
    const char *text = field(t, row, column);
    return *text ? strtod(text, NULL) : NAN;
}

/* The import fails with that sentence after the path of the source, and leaves no table. */
static void refused(const char *format, const char *source, int32_t code, const char *sentence)
{
    char whole[400];
    struct stat about;
    (void)remove(to);
    snprintf(whole, sizeof whole, "%s%s", source, sentence);
    assert_fails(import_it(format, source), code, whole);
    assert_int_equal(stat(to, &about), -1);
}

/* ---- NAS-Bench-101 ---- */

static void runs_become_rows(void **state)
{
    struct sample s = {0};
    (void)state;
    sample_record(&s, "h1", 108, 0.90); /* in any order */
    sample_record(&s, "h2", 4, 0.30);
    sample_record(&s, "h1", 108, 0.92);
    sample_record(&s, "h1", 4, 0.50);
    sample_record(&s, "h1", 108, 0.94);
    sample_write(&s, from);
    ganas_table *t = open_import("nasbench101", from);
    assert_int_equal(ganas_table_rows(t), 2);
    assert_int_equal(progress.records, 5);
    assert_string_equal(field(t, 0, "hash"), "h1");
    assert_string_equal(field(t, 1, "hash"), "h2");
    assert_string_equal(field(t, 0, "adjacency"), "0110000100010000");
    assert_string_equal(field(t, 0, "ops"), "input,a,b,output");
    assert_string_equal(field(t, 1, "params"), "1004");
    assert_true(number(t, 0, "val108_1") == 0.90 + 0.02);
    assert_true(number(t, 0, "val108_2") == 0.92 + 0.02);
    assert_true(number(t, 0, "val108_3") == 0.94 + 0.02);
    assert_true(fabs(number(t, 0, "val108") - 0.94) < 1e-15);
    assert_true(number(t, 0, "val108_runs") == 3);
    assert_true(number(t, 0, "test108_1") == 0.90 + 0.01);
    assert_true(number(t, 0, "train108_1") == 0.90 + 0.03);
    assert_true(number(t, 0, "train_time108_s_1") == 10800 + 0.90);
    assert_true(number(t, 0, "val108_half_1") == 0.90 / 2 + 0.02);
    assert_true(number(t, 0, "train_time108_half_s_1") == 5400 + 0.90 / 2);
    assert_true(number(t, 0, "val4") == 0.50 + 0.02);
    assert_true(number(t, 1, "val4_half") == 0.30 / 2 + 0.02);
    assert_true(isnan(number(t, 1, "val108")));
    assert_true(number(t, 1, "val108_runs") == 0);
    assert_int_equal(ganas_table_column(t, "val4_1"), -1); /* the mean is the only run */
    assert_true(ganas_table_column(t, "val4") < ganas_table_column(t, "val108"));
    assert_int_equal(ganas_table_indexed(t, ganas_table_column(t, "hash")), 1);
    ganas_table_free(t);
    sample_free(&s);
}

/* More runs than columns: all are in the mean. */
static void many_runs_are_averaged(void **state)
{
    struct sample s = {0};
    (void)state;
    for (int i = 0; i < 300; i++)
        sample_record(&s, "h", 4, i / 1000.0);
    sample_write(&s, from);
    ganas_table *t = open_import("nasbench101", from);
    assert_true(fabs(number(t, 0, "val4") - (0.1495 + 0.02)) < 1e-12);
    assert_true(number(t, 0, "val4_runs") == 300);
    assert_true(number(t, 0, "val4_8") == 0.007 + 0.02);
    assert_int_equal(ganas_table_column(t, "val4_9"), -1);
    ganas_table_free(t);
    sample_free(&s);
}

/* More cells than a block has rows, each with its own numbers, the runs far apart. */
static void many_cells_keep_apart(void **state)
{
    enum { CELLS = 20000 };
    struct sample s = {0};
    char hash[32];
    (void)state;
    for (int run = 0; run < 2; run++)
        for (int i = 0; i < CELLS; i++) {
            snprintf(hash, sizeof hash, "h%d", i);
            sample_record(&s, hash, 4, (i + run) / 1e6);
        }
    sample_write(&s, from);
    ganas_table *t = open_import("nasbench101", from);
    assert_int_equal(ganas_table_rows(t), CELLS);
    for (int i = 0; i < CELLS; i += 37) {
        int32_t row = -1, c = ganas_table_column(t, "hash");
        snprintf(hash, sizeof hash, "h%d", i);
        assert_int_equal(ganas_table_index(t, c), GANAS_OK);
        assert_int_equal(ganas_table_find(t, c, hash, &row), GANAS_OK);
        assert_int_equal(row, i);
        assert_true(number(t, row, "val4_1") == i / 1e6 + 0.02);
        assert_true(number(t, row, "val4_2") == (i + 1) / 1e6 + 0.02);
    }
    ganas_table_free(t);
    sample_free(&s);
}

static void damaged_records_are_refused(void **state)
{
    struct sample s = {0};
    char sentence[160];
    (void)state;
    sample_record(&s, "h1", 108, 0.90);
    size_t first = s.size;
    sample_record(&s, "h2", 108, 0.90);
    sample_write(&s, from);
    for (size_t n = 0; n < s.size; n += 13) {
        sample_write(&(struct sample){.bytes = s.bytes, .size = n}, from);
        snprintf(sentence, sizeof sentence,
                 ": record %d at byte %zu: the file ends in it, at byte %zu; it is incomplete",
                 n < first ? 1 : 2, n < first ? 0 : first, n);
        if (n == 0)
            refused("nasbench101", from, GANAS_E_PARSE, ": there are no records in it");
        else if (n != first)
            refused("nasbench101", from, GANAS_E_PARSE, sentence);
    }
    for (size_t n = first; n < s.size; n += 13) {
        s.bytes[n] ^= 4;
        sample_write(&s, from);
        snprintf(sentence, sizeof sentence,
                 ": record 2 at byte %zu: the checksum of its %s is wrong; the file is damaged",
                 first, n < first + 12 ? "length" : "data");
        refused("nasbench101", from, GANAS_E_PARSE, sentence);
        s.bytes[n] ^= 4;
    }
    sample_frame(&s, "[1]", 3);
    sample_write(&s, from);
    snprintf(
        sentence, sizeof sentence,
        ": record 3 at byte %zu: it is no cell; expected [hash, epochs, adjacency, operations, "
        "metrics]",
        2 * first);
    refused("nasbench101", from, GANAS_E_PARSE, sentence);
    sample_free(&s);
}

static void too_much_is_refused(void **state)
{
    struct sample s = {0};
    char sentence[160], *text = calloc(1, 20001);
    (void)state;
    for (int i = 1; i <= 17; i++)
        sample_record(&s, "h", i, 0.5);
    sample_write(&s, from);
    assert_int_equal(import_it("nasbench101", from), GANAS_E_PARSE);
    assert_non_null(strstr(ganas_errmsg(), "record 17 at byte "));
    assert_non_null(strstr(ganas_errmsg(), ": more than 16 different numbers of epochs"));
    sample_free(&s);
    memset(text, 'x', 20000);
    struct sample cell = sample_cell("h", 4, "0", "", 0.5), longer = {0};
    sample_add(&longer, "[\"", 2);
    sample_add(&longer, text, 20000);
    sample_add(&longer, cell.bytes + 3, cell.size - 3);
    sample_frame(&s, longer.bytes, longer.size);
    sample_write(&s, from);
    snprintf(sentence, sizeof sentence,
             ": record 1 at byte 0: a text of 20000 bytes; expected at most 16000");
    refused("nasbench101", from, GANAS_E_PARSE, sentence);
    free(text);
    sample_free(&s);
    sample_free(&cell);
    sample_free(&longer);
}

/* ---- NATS-Bench ---- */

static const char *cell_path(int number)
{
    static char path[100];
    snprintf(path, sizeof path, number < 0 ? "%s/meta.pickle.pbz2" : "%s/%06d.pickle.pbz2", cells,
             number);
    return path;
}

static void write_cell(int number, const char *name, double x)
{
    struct sample s = sample_architecture(name, x);
    sample_pack(&s, cell_path(number));
    sample_free(&s);
}

static void write_cells(void)
{
    struct sample meta = sample_meta("a-a", "a-b");
    assert_int_equal(mkdir(cells, 0700), 0);
    sample_pack(&meta, cell_path(-1));
    write_cell(1, "a-b", 50);
    write_cell(0, "a-a", 40);
    sample_free(&meta);
}

static void remove_cells(void)
{
    for (int i = -1; i < 3; i++)
        (void)remove(cell_path(i));
    assert_int_equal(rmdir(cells), 0);
}

static void architectures_become_rows(void **state)
{
    char slash[80];
    (void)state;
    write_cells();
    snprintf(slash, sizeof slash, "%s//", cells);
    ganas_table *t = open_import("nats-bench", slash);
    assert_int_equal(ganas_table_rows(t), 2);
    assert_int_equal(progress.expected, 2);
    assert_string_equal(field(t, 1, "index"), "1");
    assert_string_equal(field(t, 0, "arch"), "a-a");
    assert_string_equal(field(t, 1, "arch"), "a-b");
    assert_string_equal(field(t, 0, "params_c10"), "101306");
    assert_true(number(t, 0, "mflops_c100") == 15.5);
    assert_true(number(t, 0, "latency_c10_s") == 0.25);
    assert_true(number(t, 0, "c10_val12_s777") == 40); /* x-valid of cifar10-valid */
    assert_true(number(t, 0, "c10_val12_s111") == 50);
    assert_true(number(t, 0, "c10_val12") == 45);
    assert_true(number(t, 0, "c10_val12_runs") == 2);
    assert_true(number(t, 0, "c10half_test12") == 47);  /* its ori-test */
    assert_true(number(t, 1, "c100_val12_s111") == 80); /* x-valid of cifar100 */
    assert_true(number(t, 1, "c100_test12_s111") == 81);
    assert_true(number(t, 1, "c100_valtest12_s111") == 82);
    assert_true(number(t, 1, "c100_trainacc12_s111") == 81);
    assert_true(number(t, 0, "c10half_trainloss12_s777") == 1.0 / 40);
    assert_true(number(t, 0, "c10half_traintime12_s") == 120);
    assert_int_equal(ganas_table_column(t, "c10_test12"), -1);
    assert_int_equal(ganas_table_indexed(t, ganas_table_column(t, "arch")), 1);
    ganas_table_free(t);
    remove_cells();
}

static void without_meta_it_works(void **state)
{
    (void)state;
    write_cells();
    (void)remove(cell_path(-1));
    ganas_table *t = open_import("nats-bench", cells);
    assert_int_equal(ganas_table_rows(t), 2);
    assert_int_equal(progress.expected, 0);
    ganas_table_free(t);
    remove_cells();
}

/* The sentence comes after the file's path. */
static void refuse_cell(int number, const char *sentence)
{
    char whole[400];
    struct stat about;
    (void)remove(to);
    snprintf(whole, sizeof whole, "%s%s", cell_path(number), sentence);
    assert_fails(import_it("nats-bench", cells), GANAS_E_PARSE, whole);
    assert_int_equal(stat(to, &about), -1);
}

static void pack_text(int number, const char *pickle, size_t n)
{
    struct sample s = {0};
    sample_add(&s, pickle, n);
    sample_pack(&s, cell_path(number));
    sample_free(&s);
}

#define PICKLE(number, ops) pack_text(number, "\x80\4" ops ".", sizeof ops + 2)

static void damaged_architectures_are_refused(void **state)
{
    (void)state;
    write_cells();
    assert_int_equal(truncate(cell_path(1), 100), 0);
    refuse_cell(1, ": byte 100: the file ends too early; it is incomplete");
    PICKLE(1, "cos\nsystem\n");
    refuse_cell(1, ": unpacked, byte 2: it names 'os.system'; only numpy.dtype, "
                   "numpy.core.multiarray.scalar and collections.OrderedDict may occur");
    PICKLE(1, "N");
    refuse_cell(1, ": it holds no dictionary; this is no file of an architecture");
    PICKLE(1, "}");
    refuse_cell(1, ": it holds no dictionary; this is no file of an architecture");
    PICKLE(1, "}\x8c\00212}s");
    refuse_cell(1, ": it has no text 'arch_str'; this is no file of an architecture");
    PICKLE(1, "}\x8c\00212}\x8c\010arch_str\x8c\003a-bss");
    refuse_cell(1, ": it has no dictionary 'all_results'; this is no file of an architecture");
    PICKLE(1, "}\x8c\00212}(\x8c\010arch_str\x8c\003a-b\x8c\013all_results}NNsus");
    refuse_cell(1, ": a result's key is not (data set, seed)");
    PICKLE(1,
           "}\x8c\00212}(\x8c\010arch_str\x8c\003a-b\x8c\013all_results}\x8c\005mnistK\1\x86}sus");
    refuse_cell(1, ": results of a data set that isn't known; expected cifar10-valid, cifar10, "
                   "cifar100 or ImageNet16-120");
    PICKLE(
        1,
        "}\x8c\00212}(\x8c\010arch_str\x8c\003a-b\x8c\013all_results}\x8c\007cifar10K\1\x86}sus");
    refuse_cell(1, ": a result without its number of epochs");
    remove_cells();
}

static void meta_is_held_to_the_files(void **state)
{
    (void)state;
    write_cells();
    write_cell(1, "b-b", 40);
    refuse_cell(1, ": meta.pickle.pbz2 has another architecture at this number");
    write_cell(1, "a-b", 40);
    write_cell(2, "c-c", 40);
    refuse_cell(2, ": meta.pickle.pbz2 has no architecture of this number");
    PICKLE(-1, "}");
    refuse_cell(-1, ": it has no list 'meta_archs'; this is no folder of NATS-Bench");
    remove_cells();
}

static void other_folders_are_refused(void **state)
{
    (void)state;
    refused("nats-bench", cells, GANAS_E_FILE, ": can't be opened: No such file or directory");
    assert_int_equal(mkdir(cells, 0700), 0);
    refused("nats-bench", cells, GANAS_E_FILE,
            ": no file of an architecture in it; expected 000000.pickle.pbz2 and so on");
    remove_cells();
}

/* ---- CSV ---- */

static void write_text(const char *text)
{
    struct sample s = {0};
    sample_add(&s, text, strlen(text));
    sample_write(&s, from);
    sample_free(&s);
}

static void columns_find_their_kind(void **state)
{
    const char *const numeric[] = {"whole", "real", "gaps"};
    const char *const texts[] = {"code", "word", "empty", "mixed"};
    (void)state;
    write_text("whole,real,gaps,code,word,empty,mixed\n"
               "1,94.370,,007,a,,1\n"
               "2,-1e-3,nan,42,b,,x\n"
               "0,0.5,3,1,\"c,\"\"d\"\"\",nan,\n");
    ganas_table *t = open_import("csv", from);
    assert_int_equal(ganas_table_rows(t), 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ganas_table_numeric(t, ganas_table_column(t, numeric[i])), 1);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ganas_table_numeric(t, ganas_table_column(t, texts[i])), 0);
    assert_string_equal(field(t, 0, "whole"), "1");
    assert_string_equal(field(t, 0, "real"), "94.37");
    assert_true(number(t, 1, "real") == -1e-3);
    assert_string_equal(field(t, 1, "gaps"), "");
    assert_string_equal(field(t, 0, "code"), "007");
    assert_string_equal(field(t, 2, "word"), "c,\"d\"");
    assert_string_equal(field(t, 2, "empty"), "nan");
    assert_string_equal(field(t, 1, "mixed"), "x");
    assert_int_equal(ganas_table_indexed(t, ganas_table_column(t, "word")), 1);
    assert_int_equal(ganas_table_indexed(t, ganas_table_column(t, "empty")), 0);
    ganas_table_free(t);
}

static void long_files_are_copied(void **state)
{
    enum { BIG = 3 * 8192 + 5 };
    struct sample s = {0};
    char line[64], name[16];
    (void)state;
    sample_add(&s, "name,x\n", 7);
    for (int i = 0; i < BIG; i++) {
        int n = snprintf(line, sizeof line, "n%d,%d.5\n", i, i);
        sample_add(&s, line, (size_t)n);
    }
    sample_write(&s, from);
    ganas_table *t = open_import("csv", from);
    assert_int_equal(ganas_table_rows(t), BIG);
    assert_int_equal(progress.records, BIG);
    for (int i = 0; i < BIG; i += 11) {
        snprintf(name, sizeof name, "n%d", i);
        assert_string_equal(field(t, i, "name"), name);
        assert_true(number(t, i, "x") == i + 0.5);
    }
    ganas_table_free(t);
    sample_free(&s);
}

static void damaged_csv_is_refused(void **state)
{
    (void)state;
    write_text("a,b\n1,2\n3\n");
    refused("csv", from, GANAS_E_PARSE, ":3: 1 field; the header has 2");
    write_text("a,b\n1,\"2\n3\n");
    refused("csv", from, GANAS_E_PARSE, ":2: a quote is never closed");
    write_text("");
    refused("csv", from, GANAS_E_PARSE, ":1: the file is empty; expected a line of column names");
}

static void a_header_alone_is_a_table(void **state)
{
    (void)state;
    write_text("a,b\n");
    ganas_table *t = open_import("csv", from);
    assert_int_equal(ganas_table_rows(t), 0);
    assert_int_equal(ganas_table_columns(t), 2);
    ganas_table_free(t);
}

/* ---- what is asked for ---- */

static void formats_have_names(void **state)
{
    (void)state;
    assert_string_equal(ganas_import_format(0), "nasbench101");
    assert_string_equal(ganas_import_format(1), "nats-bench");
    assert_string_equal(ganas_import_format(2), "csv");
    assert_null(ganas_import_format(3));
    assert_null(ganas_import_format(-1));
}

static void wrong_requests_are_refused(void **state)
{
    ganas_import *import = NULL;
    char sentence[160];
    const char *const need = "an import needs a format, what is read and what is written";
    (void)state;
    assert_fails(ganas_import_new(&import, "json", from, to), GANAS_E_ARGUMENT, need);
    assert_fails(ganas_import_new(&import, NULL, from, to), GANAS_E_ARGUMENT, need);
    assert_fails(ganas_import_new(&import, "csv", NULL, to), GANAS_E_ARGUMENT, need);
    assert_fails(ganas_import_new(&import, "csv", from, NULL), GANAS_E_ARGUMENT, need);
    assert_fails(ganas_import_new(NULL, "csv", from, to), GANAS_E_ARGUMENT, need);
    write_text("a\n1\n");
    snprintf(sentence, sizeof sentence,
             "%s: it would take the place of what is read; expected another name", from);
    assert_fails(ganas_import_new(&import, "csv", from, from), GANAS_E_FILE, sentence);
    snprintf(sentence, sizeof sentence, "%s: it is a folder; expected the name of a file", folder);
    assert_fails(ganas_import_new(&import, "csv", from, folder), GANAS_E_FILE, sentence);
    assert_null(import);
    ganas_import_free(NULL);
}

static void nowhere_is_refused(void **state)
{
    ganas_import *import = NULL;
    ganas_import_progress p = {0};
    struct sample s = {0};
    (void)state;
    write_text("a\n1\n");
    assert_int_equal(ganas_import_new(&import, "csv", from, "/nonexistent/t.ganas"), GANAS_OK);
    assert_fails(ganas_import_step(import, &p), GANAS_E_FILE,
                 "/nonexistent/t.ganas: can't be written: No such file or directory");
    ganas_import_free(import);
    sample_record(&s, "h", 4, 0.5);
    sample_write(&s, from);
    assert_fails(ganas_import_new(&import, "nasbench101", from, "/nonexistent/t.ganas"),
                 GANAS_E_FILE,
                 "/nonexistent/t.ganas: its temporary file can't be made: No such file or "
                 "directory");
    sample_free(&s);
}

/* An import that is given up in the middle leaves the old table alone and nothing else. */
static void half_an_import_leaves_nothing(void **state)
{
    ganas_import *import = NULL;
    struct sample s = {0};
    struct stat about;
    (void)state;
    for (int i = 0; i < 20; i++)
        sample_record(&s, "h", 4, 0.5);
    sample_write(&s, from);
    sample_write(&(struct sample){.bytes = (unsigned char *)"old", .size = 3}, to);
    assert_int_equal(ganas_import_new(&import, "nasbench101", from, to), GANAS_OK);
    assert_int_equal(ganas_import_step(import, &progress), GANAS_OK);
    assert_true(progress.written < 1);
    ganas_import_free(import); /* remove_folder sees what is left */
    assert_int_equal(stat(to, &about), 0);
    assert_int_equal(about.st_size, 3);
    sample_free(&s);
}

/* ---- memory ---- */

struct request {
    const char *format, *source;
};

static int32_t import_again(void *context)
{
    const struct request *r = context;
    return import_it(r->format, r->source);
}

static void memory_can_fail(void **state)
{
    struct sample s = {0};
    struct request records = {"nasbench101", from}, folders = {"nats-bench", cells};
    struct request csv = {"csv", from};
    (void)state;
    for (int i = 0; i < 10; i++)
        sample_record(&s, i % 2 ? "h" : "g", 4 + i % 2, 0.5);
    sample_write(&s, from);
    assert_true(fail_each_allocation(import_again, &records) > 60);
    write_text("a,b\n1,x\n2,y\n");
    assert_true(fail_each_allocation(import_again, &csv) > 20);
    write_cells();
    assert_true(fail_each_allocation(import_again, &folders) > 60);
    remove_cells();
    sample_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_become_rows),
        cmocka_unit_test(many_runs_are_averaged),
        cmocka_unit_test(many_cells_keep_apart),
        cmocka_unit_test(damaged_records_are_refused),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(architectures_become_rows),
        cmocka_unit_test(without_meta_it_works),
        cmocka_unit_test(damaged_architectures_are_refused),
        cmocka_unit_test(meta_is_held_to_the_files),
        cmocka_unit_test(other_folders_are_refused),
        cmocka_unit_test(columns_find_their_kind),
        cmocka_unit_test(long_files_are_copied),
        cmocka_unit_test(damaged_csv_is_refused),
        cmocka_unit_test(a_header_alone_is_a_table),
        cmocka_unit_test(formats_have_names),
        cmocka_unit_test(wrong_requests_are_refused),
        cmocka_unit_test(nowhere_is_refused),
        cmocka_unit_test(half_an_import_leaves_nothing),
        cmocka_unit_test(memory_can_fail),
    };
    return cmocka_run_group_tests_name("import", tests, make_folder, remove_folder);
}
