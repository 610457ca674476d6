/* Pickles and bzip2 files: every instruction that builds data, every refusal with its place, cut
 * short, with bits turned, noise; the real samples where they are. */
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "bunzip.h"
#include "fails.h"
#include "pickle.h"
#include "rng.h"
#include "samples.h"

static char folder[] = "/tmp/test_pickle_XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/t.pbz2", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)remove(path);
    return rmdir(folder);
}

/* ---- values ---- */

/* A pickle of protocol 4 with these instructions, read; "." is added. */
static uint32_t read_ops(struct pickle *p, struct sample *s, const char *ops, size_t n)
{
    uint32_t root;
    s->size = 0;
    sample_add(s, "\x80\4", 2);
    sample_add(s, ops, n);
    sample_byte(s, '.');
    int32_t status = pickle_read(p, s->bytes, s->size, &root);
    assert_string_equal(status ? ganas_errmsg() : "", "");
    assert_int_equal(status, GANAS_OK);
    return root;
}

#define READ(p, s, ops) read_ops(&p, &s, ops, sizeof ops - 1)

static void assert_number(const char *ops, size_t n, double expected)
{
    struct pickle p = {0};
    struct sample s = {0};
    double number = pickle_number(&p, read_ops(&p, &s, ops, n));
    assert_memory_equal(&number, &expected, sizeof number);
    pickle_free(&p);
    sample_free(&s);
}

#define NUMBER(ops, expected) assert_number(ops, sizeof ops - 1, expected)

static void numbers_are_read(void **state)
{
    (void)state;
    NUMBER("K\0", 0);
    NUMBER("K\377", 255);
    NUMBER("M\1\2", 513);
    NUMBER("J\1\0\0\0", 1);
    NUMBER("J\377\377\377\377", -1);
    NUMBER("J\0\0\0\200", -2147483648.0);
    NUMBER("\x8a\0", 0);
    NUMBER("\x8a\1\377", -1);
    NUMBER("\x8a\5\0\0\0\0\1", 4294967296.0);
    NUMBER("\x8a\x8\0\0\0\0\0\0\0\200", -9223372036854775808.0);
    NUMBER("G\x3f\xf8\0\0\0\0\0\0", 1.5);
    NUMBER("\x88", 1);
    NUMBER("\x89", 0);
}

static void numpy_scalars_are_read(void **state)
{
    struct pickle p = {0};
    struct sample s = {0};
    uint32_t root;
    (void)state;
    sample_add(&s, "\x80\4", 2);
    sample_scalar(&s, 0.101306);
    sample_byte(&s, '.');
    assert_int_equal(pickle_read(&p, s.bytes, s.size, &root), GANAS_OK);
    assert_true(pickle_number(&p, root) == 0.101306);
    pickle_free(&p);
    sample_free(&s);
    /* by lines, as protocol 2 has it: i4, f4, u1, b1 */
#define SCALAR(type, bytes)                                                                        \
    "cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\n\x8c\2" type                                   \
    "K\0K\1\x87R(K\3\x8c\1<NNNtb" bytes "\x86R"
    NUMBER(SCALAR("i4", "C\4\376\377\377\377"), -2);
    NUMBER(SCALAR("f4", "C\4\0\0\300\77"), 1.5);
    NUMBER(SCALAR("u1", "C\1\377"), 255);
    NUMBER(SCALAR("b1", "B\1\0\0\0\1"), 1);
}

static void containers_are_read(void **state)
{
    struct pickle p = {0};
    struct sample s = {0};
    (void)state;
    uint32_t root = READ(p, s, "}(\x8c\1aK\1\x8c\1bK\2u\x8c\1cX\2\0\0\0hisK\7\x88s");
    assert_int_equal(p.value[root].kind, PICKLE_DICT);
    assert_int_equal(p.value[root].count, 4);
    assert_true(pickle_number(&p, pickle_get(&p, root, "b")) == 2);
    assert_true(pickle_is_text(&p, pickle_get(&p, root, "c"), "hi"));
    assert_true(pickle_number(&p, pickle_get_number(&p, root, 7)) == 1);
    assert_int_equal(pickle_get(&p, root, "x"), 0);
    assert_int_equal(pickle_get(&p, pickle_get(&p, root, "a"), "x"), 0);
    assert_true(isnan(pickle_number(&p, 0)));
    root = READ(p, s,
                "](K\1K\2eK\3a)a\x8f(K\4\x90"
                "a");
    const struct pickle_item *item = pickle_items(&p, root);
    assert_int_equal(p.value[root].count, 5);
    for (int k = 1; k <= 3; k++, item = pickle_after(&p, item))
        assert_true(pickle_number(&p, item->value) == k);
    assert_null(pickle_items(&p, item->value));
    assert_int_equal(p.value[pickle_after(&p, item)->value].count, 1);
    pickle_free(&p);
    sample_free(&s);
}

static void tuples_memo_and_stack_work(void **state)
{
    struct pickle p = {0};
    struct sample s = {0};
    (void)state;
    uint32_t root = READ(p, s, "K\1\x85K\1K\2\x86K\1K\2K\3\x87(K\1K\2K\3K\4t(tK\0");
    (void)root;
    assert_int_equal(p.stack.size, 5);
    for (uint32_t k = 0; k < 5; k++)
        assert_int_equal(p.value[p.stack.at[k]].count, (k + 1) % 5);
    root = READ(p, s,
                "\x8c\1a\x94\x8c\1bq\5\x8c\1cr\6\0\0\0(NN1"
                "000h\0h\5j\6\0\0\0\x87");
    const struct pickle_item *item = pickle_items(&p, root);
    assert_true(pickle_is_text(&p, item->value, "a"));
    assert_true(pickle_is_text(&p, pickle_after(&p, item)->value, "b"));
    root = READ(p, s, "\x95\0\0\0\0\0\0\0\0ccollections\nOrderedDict\n)R(\x8c\1aK\5u");
    assert_true(pickle_number(&p, pickle_get(&p, root, "a")) == 5);
    pickle_free(&p);
    sample_free(&s);
}

/* The last of equal keys, as in Python. */
static void later_keys_win(void **state)
{
    struct pickle p = {0};
    struct sample s = {0};
    (void)state;
    uint32_t root = READ(p, s, "}(\x8c\1aK\1\x8c\1aK\2u");
    assert_true(pickle_number(&p, pickle_get(&p, root, "a")) == 2);
    pickle_free(&p);
    sample_free(&s);
}

/* ---- refusals ---- */

static void refuse_bytes(const void *bytes, size_t n, const char *sentence)
{
    struct pickle p = {0};
    uint32_t root;
    assert_fails(pickle_read(&p, bytes, n, &root), GANAS_E_PARSE, sentence);
    pickle_free(&p);
}

#define REFUSE(ops, sentence) refuse_bytes("\x80\4" ops, sizeof ops + 1, sentence)

static void nothing_is_executed(void **state)
{
    const char *const builds = "only numpy.dtype, numpy.core.multiarray.scalar and "
                               "collections.OrderedDict may occur";
    char sentence[200];
    (void)state;
    snprintf(sentence, sizeof sentence, "byte 2: it names 'os.system'; %s", builds);
    REFUSE("cos\nsystem\n(\x8c\2lstR.", sentence);
    snprintf(sentence, sizeof sentence, "byte 18: it names 'builtins.eval'; %s", builds);
    REFUSE("\x8c\10builtins\x8c\4eval\x93.", sentence);
    snprintf(sentence, sizeof sentence, "byte 2: it names 'numpy.dtypes'; %s", builds);
    REFUSE("cnumpy\ndtypes\n.", sentence);
    REFUSE("(K\1i", "byte 5: instruction 0x69 is none that builds data; refused");   /* INST */
    REFUSE("(o.", "byte 3: instruction 0x6f is none that builds data; refused");     /* OBJ */
    REFUSE("P1\n.", "byte 2: instruction 0x50 is none that builds data; refused");   /* PERSID */
    REFUSE("\x82\1.", "byte 2: instruction 0x82 is none that builds data; refused"); /* EXT1 */
    REFUSE(")\x81.", "byte 3: instruction 0x81 is none that builds data; refused");  /* NEWOBJ */
    REFUSE("\x97.", "byte 2: instruction 0x97 is none that builds data; refused"); /* NEXT_BUFFER */
}

static void damage_is_refused(void **state)
{
    const char *const empty = "it takes a value from an empty stack; the pickle is damaged";
    const char *const over = "the pickle ends in this instruction; it is incomplete";
    char sentence[120];
    (void)state;
    refuse_bytes("", 0, "byte 0: this is no pickle of protocol 2 to 5");
    refuse_bytes("\x80\1.", 3, "byte 0: this is no pickle of protocol 2 to 5");
    refuse_bytes("\x80\6.", 3, "byte 0: this is no pickle of protocol 2 to 5");
    refuse_bytes("(dp0\n.", 6, "byte 0: this is no pickle of protocol 2 to 5");
    snprintf(sentence, sizeof sentence, "byte 2: %s", empty);
    REFUSE(".", sentence);
    REFUSE("0.", sentence);
    REFUSE("\x94.", sentence);
    REFUSE("a.", sentence);
    REFUSE("\x87.", sentence);
    REFUSE("R.", sentence);
    REFUSE("\x93.", sentence);
    snprintf(sentence, sizeof sentence, "byte 4: %s", empty);
    REFUSE("N(0.", sentence);
    REFUSE("](a.", sentence);
    snprintf(sentence, sizeof sentence, "byte 3: %s", over);
    REFUSE("NK", sentence);
    REFUSE("NJ\1\2\3", sentence);
    REFUSE("N\x8c\4abc", sentence);
    REFUSE("NX\377\377\377\377abc", sentence);
    REFUSE("Ncnumpy\nscalar", sentence);
    REFUSE("N\x95\1\2", sentence);
    snprintf(sentence, sizeof sentence, "byte 3: %s", over);
    REFUSE("N", sentence);
    REFUSE("t.", "byte 2: it goes back to a mark that isn't there; the pickle is damaged");
    REFUSE("h\0.", "byte 2: it asks for a value that was not kept; the pickle is damaged");
    REFUSE("Nq\5h\3.", "byte 5: it asks for a value that was not kept; the pickle is damaged");
    REFUSE("NN\x93.", "byte 4: a name that is no text; the pickle is damaged");
    REFUSE("N)R.", "byte 4: it calls what can't be called; the pickle is damaged");
    REFUSE("NNa.", "byte 4: it adds items to what holds none; the pickle is damaged");
    REFUSE("}(Nu.", "byte 5: a key without a value; the pickle is damaged");
    REFUSE("\x8a\11\1\2\3\4\5\6\7\10\11.",
           "byte 2: an integer of more than 64 bits; a table has none");
    REFUSE("Nr\377\377\377\377.",
           "byte 3: more than 4 million values; this is no file of one cell");
}

static void other_python_is_refused(void **state)
{
    (void)state;
    REFUSE("ccollections\nOrderedDict\n]\x85R.",
           "byte 29: an OrderedDict made from something; expected an empty one, filled later");
    REFUSE("cnumpy\ndtype\n\x8c\2O8K\0K\1\x87R(K\3\x8c\1>NNNtb.",
           "byte 35: it sets the state of something else than a little-endian numpy type");
    REFUSE("cnumpy\ndtype\n\x8c\3M8s\x85R.", "byte 21: a numpy type that isn't known here");
    REFUSE("cnumpy.core.multiarray\nscalar\n"
           "cnumpy\ndtype\n\x8c\2O8\x85RC\0\x86R.",
           "byte 54: a numpy scalar of a type that isn't known here");
    REFUSE("N}b.", "byte 4: it sets the state of something else than a little-endian numpy type");
}

/* A few bytes that would be very many values. */
static void bombs_are_refused(void **state)
{
    size_t n = (1 << 22) + 100;
    unsigned char *bytes = malloc(n);
    (void)state;
    const char *const ops = "N(]}";
    for (const char *op = ops + test_size(0, 3); *op; op++) {
        memset(bytes, *op, n);
        memcpy(bytes, "\x80\4", 2);
        struct pickle p = {0};
        uint32_t root;
        assert_int_equal(pickle_read(&p, bytes, n, &root), GANAS_E_PARSE);
        assert_non_null(strstr(ganas_errmsg(), ": more than 4 million values; "));
        pickle_free(&p);
    }
    free(bytes);
}

/* ---- a whole file ---- */

/* What is read from it is asked for as the importer would. */
static int32_t read_and_walk(struct pickle *p, const unsigned char *bytes, size_t n)
{
    uint32_t root;
    int32_t status = pickle_read(p, bytes, n, &root);
    const struct pickle_item *item = status ? NULL : pickle_items(p, root);
    for (; item; item = pickle_after(p, item)) {
        uint32_t results = pickle_get(p, item->value, "all_results");
        const struct pickle_item *inner = pickle_items(p, results);
        for (; inner; inner = pickle_after(p, inner))
            (void)pickle_number(p, pickle_get(p, inner->value, "flop"));
    }
    return status;
}

static void cut_files_are_refused(void **state)
{
    struct sample s = sample_architecture("a-b", 60);
    struct pickle p = {0};
    (void)state;
    assert_int_equal(read_and_walk(&p, s.bytes, s.size), GANAS_OK);
    for (size_t n = 0; n < s.size; n++) {
        unsigned char *part = malloc(n ? n : 1); /* so that reading past it is seen */
        memcpy(part, s.bytes, n);
        assert_int_equal(read_and_walk(&p, part, n), GANAS_E_PARSE);
        assert_int_equal(strncmp(ganas_errmsg(), "byte ", 5), 0);
        free(part);
    }
    pickle_free(&p);
    sample_free(&s);
}

static void turned_bits_do_no_harm(void **state)
{
    struct sample s = sample_architecture("a-b", 60);
    struct pickle p = {0};
    int refused = 0;
    (void)state;
    for (size_t n = 0; n < 8 * s.size; n++) {
        s.bytes[n / 8] ^= (unsigned char)(1 << n % 8);
        int32_t status = read_and_walk(&p, s.bytes, s.size);
        assert_true(status == GANAS_OK || status == GANAS_E_PARSE);
        refused += status != GANAS_OK;
        s.bytes[n / 8] ^= (unsigned char)(1 << n % 8);
    }
    assert_true(refused > 1000);
    pickle_free(&p);
    sample_free(&s);
}

static void noise_does_no_harm(void **state)
{
    static const unsigned char ops[] = "NKKK)]}((((taeusR0123\x85\x86\x87\x88\x89\x8c\x93\x94hqb.";
    struct draws d = {.seed = 4};
    struct pickle p = {0};
    unsigned char bytes[60] = {0x80, 4};
    int good = 0;
    (void)state;
    for (int n = 0; n < 30000; n++) {
        for (size_t i = 2; i < sizeof bytes; i++)
            bytes[i] = draws_below(&d, 4) ? ops[draws_below(&d, sizeof ops - 1)]
                                          : (unsigned char)draws_below(&d, 4);
        good += read_and_walk(&p, bytes, sizeof bytes) == GANAS_OK;
    }
    assert_true(good > 100);
    pickle_free(&p);
}

/* ---- bzip2 ---- */

static void bzip2_files_are_unpacked(void **state)
{
    struct sample s = {0};
    struct bunzip b = {0};
    (void)state;
    for (int i = 0; i < 300000; i++)
        sample_whole(&s, (uint64_t)i * 2654435761u, 4);
    sample_pack(&s, path);
    for (int n = 0; n < 2; n++) {
        assert_int_equal(bunzip_file(&b, path), GANAS_OK);
        assert_int_equal(b.size, s.size);
        assert_memory_equal(b.bytes, s.bytes, s.size);
    }
    bunzip_free(&b);
    sample_free(&s);
}

static struct sample read_packed(const char *text)
{
    struct sample s = {0};
    struct stat about;
    sample_add(&s, text, strlen(text));
    sample_pack(&s, path);
    sample_free(&s);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &about), 0);
    s = (struct sample){.bytes = malloc((size_t)about.st_size), .size = (size_t)about.st_size};
    assert_int_equal(fread(s.bytes, 1, s.size, file), s.size);
    assert_int_equal(fclose(file), 0);
    return s;
}

static void streams_are_joined(void **state)
{
    struct sample one = read_packed("hello "), two = read_packed("world");
    struct bunzip b = {0};
    (void)state;
    sample_add(&one, two.bytes, two.size);
    assert_int_equal(bunzip_bytes(&b, "x", one.bytes, one.size), GANAS_OK);
    assert_int_equal(b.size, 11);
    assert_memory_equal(b.bytes, "hello world", 11);
    bunzip_free(&b);
    sample_free(&one);
    sample_free(&two);
}

static void damaged_bzip2_is_refused(void **state)
{
    struct sample s = read_packed("hello, hello, hello");
    struct bunzip b = {0};
    char sentence[160];
    (void)state;
    for (size_t n = 0; n < s.size; n++) {
        snprintf(sentence, sizeof sentence,
                 "x: byte %zu: the file ends too early; it is incomplete", n);
        assert_fails(bunzip_bytes(&b, "x", s.bytes, n), GANAS_E_PARSE, sentence);
    }
    for (size_t n = 0; n < 8 * s.size; n++) {
        s.bytes[n / 8] ^= (unsigned char)(1 << n % 8);
        int32_t status = bunzip_bytes(&b, "x", s.bytes, s.size);
        if (status == GANAS_OK) /* a bit that says nothing: block size, filling up */
            assert_memory_equal(b.bytes, "hello, hello, hello", b.size);
        else
            assert_int_equal(strncmp(ganas_errmsg(), "x: byte ", 8), 0);
        s.bytes[n / 8] ^= (unsigned char)(1 << n % 8);
    }
    assert_fails(bunzip_bytes(&b, "x", (const unsigned char *)"PK\3\4....", 8), GANAS_E_PARSE,
                 "x: byte 1: this is no bzip2 data");
    (void)remove(path);
    snprintf(sentence, sizeof sentence, "%s: can't be opened: No such file or directory", path);
    assert_fails(bunzip_file(&b, path), GANAS_E_FILE, sentence);
    bunzip_free(&b);
    sample_free(&s);
}

/* A small file that would fill the memory. */
static void bzip2_bombs_are_refused(void **state)
{
    struct sample s = {.bytes = calloc(1, (64u << 20) + 1), .size = (64u << 20) + 1};
    struct bunzip b = {0};
    char sentence[160];
    (void)state;
    sample_pack(&s, path);
    snprintf(sentence, sizeof sentence,
             "%s: it unpacks to more than 64 MB; this is no file of one cell", path);
    assert_fails(bunzip_file(&b, path), GANAS_E_PARSE, sentence);
    bunzip_free(&b);
    sample_free(&s);
}

/* ---- the real ones ---- */

static void the_real_files_are_read(void **state)
{
    const char *data = getenv("GANAS_DATA");
    const char *const names[] = {"meta", "000000", "000011", "000284"};
    char file[400];
    struct bunzip b = {0};
    struct pickle p = {0};
    (void)state;
    for (int k = 0; k < 4; k++) {
        snprintf(file, sizeof file, "%s/formats/NATS-tss-v1_0-3ffb9-simple/%s.pickle.pbz2",
                 data ? data : "", names[k]);
        if (access(file, R_OK) != 0)
            skip();
        assert_int_equal(bunzip_file(&b, file), GANAS_OK);
        int32_t status = read_and_walk(&p, b.bytes, b.size);
        assert_string_equal(status ? ganas_errmsg() : "", "");
        for (size_t n = 0; n < b.size; n += 1 + b.size / 200) /* cut short, and a bit turned */
            assert_int_equal(read_and_walk(&p, b.bytes, n), GANAS_E_PARSE);
        for (size_t n = 0; n < b.size; n += 1 + b.size / 200) {
            b.bytes[n] ^= (unsigned char)(1 << n % 8);
            (void)read_and_walk(&p, b.bytes, b.size);
            b.bytes[n] ^= (unsigned char)(1 << n % 8);
        }
    }
    pickle_free(&p);
    bunzip_free(&b);
}

/* ---- memory ---- */

static int32_t read_again(void *context)
{
    struct bunzip b = {0};
    struct pickle p = {0};
    (void)context;
    int32_t status = bunzip_file(&b, path);
    if (!status)
        status = read_and_walk(&p, b.bytes, b.size);
    pickle_free(&p);
    bunzip_free(&b);
    return status;
}

static void memory_can_fail(void **state)
{
    struct sample s = sample_architecture("a-b", 60);
    (void)state;
    sample_pack(&s, path);
    assert_true(fail_each_allocation(read_again, NULL) > 6);
    sample_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),         cmocka_unit_test(numpy_scalars_are_read),
        cmocka_unit_test(containers_are_read),      cmocka_unit_test(tuples_memo_and_stack_work),
        cmocka_unit_test(later_keys_win),           cmocka_unit_test(nothing_is_executed),
        cmocka_unit_test(damage_is_refused),        cmocka_unit_test(other_python_is_refused),
        cmocka_unit_test(bombs_are_refused),        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(turned_bits_do_no_harm),   cmocka_unit_test(noise_does_no_harm),
        cmocka_unit_test(bzip2_files_are_unpacked), cmocka_unit_test(streams_are_joined),
        cmocka_unit_test(damaged_bzip2_is_refused), cmocka_unit_test(bzip2_bombs_are_refused),
        cmocka_unit_test(the_real_files_are_read),  cmocka_unit_test(memory_can_fail),
    };
    return cmocka_run_group_tests_name("pickle", tests, make_folder, remove_folder);
}
