/* Records of NAS-Bench-101: frames, JSON, base64, Protocol Buffers; right, cut short, with a bit
 * turned, made up; every message with its place. */
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "base64.h"
#include "cell.h"
#include "fails.h"
#include "rng.h"
#include "samples.h"
#include "wire.h"

static char folder[] = "/tmp/test_records_XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/t.tfrecord", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)remove(path);
    return rmdir(folder);
}

/* ---- frames ---- */

/* Checksums that others computed: RFC 3720, appendix B.4. */
static void checksums_are_known(void **state)
{
    unsigned char bytes[32];
    const uint32_t known[] = {0x8a9136aa, 0x62a8ab43, 0x46dd794e};
    (void)state;
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 32; i++)
            bytes[i] = (unsigned char)(k == 0 ? 0 : k == 1 ? 0xff : i);
        uint32_t masked = tfrecord_sum(bytes, 32) - 0xa282ead8u;
        assert_int_equal(masked << 15 | masked >> 17, known[k]);
    }
}

static void frames_are_read(void **state)
{
    struct sample s = {0};
    struct tfrecord_frame f;
    (void)state;
    sample_frame(&s, "hello", 5);
    sample_frame(&s, "", 0);
    assert_int_equal(s.size, 21 + 16);
    assert_int_equal(tfrecord_parse(s.bytes, s.size, &f), TFRECORD_WHOLE);
    assert_int_equal(f.needed, 21);
    assert_int_equal(f.length, 5);
    assert_memory_equal(f.data, "hello", 5);
    assert_int_equal(tfrecord_parse(s.bytes + 21, 16, &f), TFRECORD_WHOLE);
    assert_int_equal(f.length, 0);
    sample_free(&s);
}

static void cut_frames_need_more(void **state)
{
    struct sample s = {0};
    struct tfrecord_frame f;
    (void)state;
    sample_frame(&s, "hello", 5);
    for (size_t n = 0; n < s.size; n++) {
        unsigned char *part = malloc(n ? n : 1); /* so that reading past it is seen */
        memcpy(part, s.bytes, n);
        assert_int_equal(tfrecord_parse(part, n, &f), TFRECORD_SHORT);
        assert_int_equal(f.needed, n < 12 ? 12 : 21);
        free(part);
    }
    sample_free(&s);
}

static void turned_bits_are_seen(void **state)
{
    struct sample s = {0};
    struct tfrecord_frame f;
    (void)state;
    sample_frame(&s, "hello", 5);
    for (size_t n = 0; n < 8 * s.size; n++) {
        s.bytes[n / 8] ^= (unsigned char)(1 << n % 8);
        int32_t parsed = tfrecord_parse(s.bytes, s.size, &f);
        assert_int_equal(parsed, n < 8 * 12 ? TFRECORD_BAD_LENGTH : TFRECORD_BAD_DATA);
        s.bytes[n / 8] ^= (unsigned char)(1 << n % 8);
    }
    sample_free(&s);
}

static void great_lengths_are_not_believed(void **state)
{
    struct sample s = {0};
    struct tfrecord_frame f;
    unsigned char length[8] = {1, 0, 0, 1, 0, 0, 0, 0}; /* 2^24 + 1 */
    (void)state;
    sample_add(&s, length, 8);
    sample_whole(&s, tfrecord_sum(length, 8), 4);
    assert_int_equal(tfrecord_parse(s.bytes, s.size, &f), TFRECORD_LONG);
    sample_free(&s);
}

/* ---- files ---- */

static int32_t read_file(int *records)
{
    struct tfrecord file;
    struct tfrecord_frame f;
    bool more = true;
    int32_t status = tfrecord_open(&file, path);
    *records = 0;
    while (!status && more) {
        status = tfrecord_next(&file, &f, &more);
        *records += !status && more;
    }
    tfrecord_close(&file);
    return status;
}

/* Longer than what is read at once, and records longer than that, too. */
static void long_files_are_read(void **state)
{
    struct sample s = {0};
    size_t sizes[] = {3 << 20, 17, 1 << 20, 900000, 0, 5 << 20};
    unsigned char *data = calloc(5, 1 << 20);
    int records;
    (void)state;
    for (int i = 0; i < 600; i++)
        sample_frame(&s, data, i % 100 ? (size_t)i : sizes[i / 100]);
    sample_write(&s, path);
    assert_int_equal(read_file(&records), GANAS_OK);
    assert_int_equal(records, 600);
    free(data);
    sample_free(&s);
}

static void refused(const struct sample *s, int32_t code, const char *sentence)
{
    char whole[300];
    int records;
    sample_write(s, path);
    snprintf(whole, sizeof whole, "%s: %s", path, sentence);
    assert_fails(read_file(&records), code, whole);
}

static void damaged_files_are_refused(void **state)
{
    struct sample s = {0};
    unsigned char length[8] = {1, 0, 0, 1, 0, 0, 0, 0};
    (void)state;
    sample_frame(&s, "hello", 5);
    sample_frame(&s, "world!", 6);
    s.size -= 3;
    refused(&s, GANAS_E_PARSE,
            "record 2 at byte 21: the file ends in it, at byte 40; it is incomplete");
    s.size = 21 + 4;
    refused(&s, GANAS_E_PARSE,
            "record 2 at byte 21: the file ends in it, at byte 25; it is incomplete");
    s.size = 21 + 22;
    s.bytes[21 + 14] ^= 1;
    refused(&s, GANAS_E_PARSE,
            "record 2 at byte 21: the checksum of its data is wrong; the file is damaged");
    s.bytes[21 + 3] ^= 1;
    refused(&s, GANAS_E_PARSE,
            "record 2 at byte 21: the checksum of its length is wrong; the file is damaged");
    s.bytes[3] ^= 1;
    refused(&s, GANAS_E_PARSE,
            "record 1 at byte 0: the checksum of its length is wrong; this is no TFRecord file, or "
            "it is damaged");
    sample_free(&s);
    sample_add(&s, length, 8);
    sample_whole(&s, tfrecord_sum(length, 8), 4);
    refused(&s, GANAS_E_PARSE, "record 1 at byte 0: more than 16 MB; this is no file of cells");
    sample_free(&s);
}

static void files_that_cannot_be_read_are_refused(void **state)
{
    char sentence[160];
    int records;
    (void)state;
    (void)remove(path);
    snprintf(sentence, sizeof sentence, "%s: can't be opened: No such file or directory", path);
    assert_fails(read_file(&records), GANAS_E_FILE, sentence);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(sentence, sizeof sentence, "%s: is a folder; expected a file of records", path);
    assert_fails(read_file(&records), GANAS_E_FILE, sentence);
    assert_int_equal(rmdir(path), 0);
}

/* ---- base64 ---- */

static void check_base64(const char *text, const char *expected)
{
    unsigned char to[64];
    size_t size;
    bool good = base64_decode(text, strlen(text), to, &size);
    assert_int_equal(good, expected != NULL);
    if (!expected)
        return;
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(to, expected, size);
}

/* RFC 4648, section 10. */
static void base64_is_decoded(void **state)
{
    const char *const wrong[] = {"Zg",   "Zg=",      "Z",     "Zg===", "=",       "====", "Zm9v=",
                                 "Z.==", "Zg==Zg==", "Zm9vY", "Zm-v",  "Zm9vYg=", "Z==="};
    (void)state;
    check_base64("", "");
    check_base64("Zg==", "f");
    check_base64("Zm8=", "fo");
    check_base64("Zm9v", "foo");
    check_base64("Zm9vYg==", "foob");
    check_base64("Zm9vYmE=", "fooba");
    check_base64("Zm9vYmFy", "foobar");
    check_base64("Zm9v\nYm\r\nFy\n", "foobar");
    check_base64("+/+/", "\xfb\xff\xbf");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        check_base64(wrong[i], NULL);
}

/* ---- Protocol Buffers ---- */

static void fields_are_walked(void **state)
{
    const unsigned char bytes[] = {0x08, 0x96, 0x01, 0x12, 0x02, 'h',  'i',  0x1d,
                                   1,    2,    3,    4,    0x21, 0,    0,    0,
                                   0,    0,    0,    0xf0, 0x3f, 0xa8, 0x06, 0x01};
    struct wire w = {bytes, bytes + sizeof bytes};
    struct wire_field f;
    (void)state;
    assert_int_equal(wire_next(&w, &f), WIRE_FIELD);
    assert_true(f.number == 1 && f.kind == WIRE_VARINT && f.value == 150);
    assert_int_equal(wire_next(&w, &f), WIRE_FIELD);
    assert_true(f.number == 2 && f.kind == WIRE_BYTES && f.value == 2 && f.bytes[0] == 'h');
    assert_int_equal(wire_next(&w, &f), WIRE_FIELD);
    assert_true(f.number == 3 && f.kind == WIRE_32 && f.value == 0x04030201);
    assert_int_equal(wire_next(&w, &f), WIRE_FIELD);
    assert_true(f.number == 4 && f.kind == WIRE_64 && wire_double(&f) == 1);
    assert_int_equal(wire_next(&w, &f), WIRE_FIELD);
    assert_true(f.number == 101 && f.value == 1);
    assert_int_equal(wire_next(&w, &f), WIRE_END);
}

static void assert_damaged(const char *text, size_t n)
{
    const unsigned char *bytes = (const void *)text;
    struct wire w = {bytes, bytes + n};
    struct wire_field f;
    int32_t state;
    while ((state = wire_next(&w, &f)) == WIRE_FIELD)
        ;
    assert_int_equal(state, WIRE_DAMAGED);
}

static void damaged_fields_are_refused(void **state)
{
    (void)state;
    assert_damaged("\x08", 1);                                            /* no number */
    assert_damaged("\x08\x80", 2);                                        /* a number without end */
    assert_damaged("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 12); /* of 11 bytes */
    assert_damaged("\x00\x01", 2);                                        /* field 0 */
    assert_damaged("\x12\x03hi", 4);                                      /* too few bytes */
    assert_damaged("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 11);
    assert_damaged("\x09\1\2\3", 4); /* 64 bits */
    assert_damaged("\x0d\1\2\3", 4); /* 32 bits */
    assert_damaged("\x0b\x0c", 2);   /* groups */
    assert_damaged("\x0e", 1);
    assert_damaged("\x0f", 1);
}

static void metrics_are_read(void **state)
{
    struct sample s = sample_metrics(108, 7654321, 0.9);
    struct cell_metrics m;
    (void)state;
    assert_true(cell_metrics_read(&m, s.bytes, s.size));
    assert_int_equal(m.evaluations, 3);
    assert_true(m.parameters == 7654321 && m.time == 1000);
    assert_true(m.evaluation[CELL_HALF].epoch == 54);
    assert_true(m.evaluation[CELL_HALF].validation == 0.45 + 0.02);
    assert_true(m.evaluation[CELL_END].time == 10800.9);
    assert_true(m.evaluation[CELL_END].train == 0.9 + 0.03);
    assert_true(m.evaluation[CELL_END].test == 0.9 + 0.01);
    for (size_t n = 0; n < s.size; n++) {
        unsigned char *part = malloc(n ? n : 1);
        memcpy(part, s.bytes, n);
        if (cell_metrics_read(&m, part, n)) /* cut between two fields it is whole */
            assert_true(m.evaluations < 3 || isnan(m.parameters) || isnan(m.time) ||
                        n == s.size - 5);
        free(part);
    }
    sample_free(&s);
}

/* ---- records ---- */

static void a_cell_is_read(void **state)
{
    struct sample s = sample_cell("abc", 36, "0100", "input,output", 0.5);
    struct cell cell = {0};
    (void)state;
    for (int n = 0; n < 2; n++) {
        assert_int_equal(cell_read(&cell, s.bytes, s.size), GANAS_OK);
        assert_string_equal(cell.hash, "abc");
        assert_string_equal(cell.adjacency, "0100");
        assert_string_equal(cell.operations, "input,output");
        assert_int_equal(cell.epochs, 36);
        assert_true(cell.metrics.evaluation[CELL_END].validation == 0.52);
        assert_true(cell.metrics.parameters == 1036);
    }
    cell_free(&cell);
    sample_free(&s);
}

static void refuse_cell(const char *text, const char *sentence)
{
    struct cell cell = {0};
    assert_fails(cell_read(&cell, (const void *)text, strlen(text)), GANAS_E_PARSE, sentence);
    cell_free(&cell);
}

static void other_records_are_refused(void **state)
{
    const char *other = "it is no cell; expected [hash, epochs, adjacency, operations, metrics]";
    (void)state;
    refuse_cell("", "it is no JSON: '[' or '{' expected near end of file (character 0)");
    refuse_cell("[1, 2", "it is no JSON: ']' expected near end of file (character 5)");
    refuse_cell("[\"\xff\"]", "it is no JSON: unable to decode byte 0xff near '\"' (character 2)");
    refuse_cell("{}", other);
    refuse_cell("[\"a\", 4, \"0\", \"x\"]", other);
    refuse_cell("[\"a\", \"4\", \"0\", \"x\", \"\"]", other);
    refuse_cell("[1, 4, \"0\", \"x\", \"\"]", other);
    refuse_cell("[\"a\", 0, \"0\", \"x\", \"\"]", "0 epochs; expected 1 to 1000000");
    refuse_cell("[\"a\", 1000001, \"0\", \"x\", \"\"]", "1000001 epochs; expected 1 to 1000000");
    refuse_cell("[\"\", 4, \"0\", \"x\", \"\"]", "its hash is empty");
    refuse_cell("[\"a\", 4, \"0\", \"x\", \"A\"]", "its metrics are no base64");
    refuse_cell("[\"a\", 4, \"0\", \"x\", \"CA==\"]",
                "its metrics are no message of Protocol Buffers");
    refuse_cell("[\"a\", 4, \"0\", \"x\", \"\"]",
                "it has 0 evaluations; expected 3: at the start, half way and at the end");
}

/* Any bit of a record turned: it is read or refused, and nothing else happens. */
static void turned_bits_do_no_harm(void **state)
{
    struct sample s = sample_cell("abc", 36, "0100", "input,output", 0.5);
    struct cell cell = {0};
    (void)state;
    for (size_t n = 0; n < 8 * s.size; n++) {
        s.bytes[n / 8] ^= (unsigned char)(1 << n % 8);
        int32_t status = cell_read(&cell, s.bytes, s.size);
        assert_true(status == GANAS_OK || status == GANAS_E_PARSE);
        s.bytes[n / 8] ^= (unsigned char)(1 << n % 8);
    }
    for (size_t n = 0; n < s.size; n++)
        assert_int_equal(cell_read(&cell, s.bytes, n), GANAS_E_PARSE);
    cell_free(&cell);
    sample_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksums_are_known),
        cmocka_unit_test(frames_are_read),
        cmocka_unit_test(cut_frames_need_more),
        cmocka_unit_test(turned_bits_are_seen),
        cmocka_unit_test(great_lengths_are_not_believed),
        cmocka_unit_test(long_files_are_read),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(files_that_cannot_be_read_are_refused),
        cmocka_unit_test(base64_is_decoded),
        cmocka_unit_test(fields_are_walked),
        cmocka_unit_test(damaged_fields_are_refused),
        cmocka_unit_test(metrics_are_read),
        cmocka_unit_test(a_cell_is_read),
        cmocka_unit_test(other_records_are_refused),
        cmocka_unit_test(turned_bits_do_no_harm),
    };
    return cmocka_run_group_tests_name("records", tests, make_folder, remove_folder);
}
