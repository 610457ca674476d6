/*
 * pickle.c - a reader for the instructions of Python's pickles (protocols 2 to 5; CPython's
 * Lib/pickletools.py lists them all) that build plain data.
 */
#include "pickle.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "arena.h"
#include "status.h"

/* Instructions, by CPython's names. */
enum {
    OP_PROTO = 0x80,
    OP_FRAME = 0x95,
    OP_STOP = '.',
    OP_MARK = '(',
    OP_POP = '0',
    OP_POP_MARK = '1',
    OP_NONE = 'N',
    OP_TRUE = 0x88,
    OP_FALSE = 0x89,
    OP_BININT = 'J',
    OP_BININT1 = 'K',
    OP_BININT2 = 'M',
    OP_LONG1 = 0x8a,
    OP_BINFLOAT = 'G',
    OP_BINUNICODE = 'X',
    OP_SHORT_BINUNICODE = 0x8c,
    OP_BINBYTES = 'B',
    OP_SHORT_BINBYTES = 'C',
    OP_EMPTY_LIST = ']',
    OP_APPEND = 'a',
    OP_APPENDS = 'e',
    OP_EMPTY_TUPLE = ')',
    OP_TUPLE = 't',
    OP_TUPLE1 = 0x85,
    OP_TUPLE2 = 0x86,
    OP_TUPLE3 = 0x87,
    OP_EMPTY_DICT = '}',
    OP_SETITEM = 's',
    OP_SETITEMS = 'u',
    OP_EMPTY_SET = 0x8f,
    OP_ADDITEMS = 0x90,
    OP_MEMOIZE = 0x94,
    OP_BINPUT = 'q',
    OP_LONG_BINPUT = 'r',
    OP_BINGET = 'h',
    OP_LONG_BINGET = 'j',
    OP_GLOBAL = 'c',
    OP_STACK_GLOBAL = 0x93,
    OP_REDUCE = 'R',
    OP_BUILD = 'b'
};

enum name { NUMPY_DTYPE, NUMPY_SCALAR, ORDERED_DICT, NAMES };

/* ---- failing ---- */

/* The first failure stays: whoever goes on after it works on value 0, which is there. */
static void fail(struct pickle *p, const char *why)
{
    if (!p->status)
        p->status = status_fail(GANAS_E_PARSE, "byte %zu: %s", p->op, why);
}

static void fail_big(struct pickle *p)
{
    fail(p, "more than 4 million values; this is no file of one cell");
}

static void fail_memory(struct pickle *p)
{
    if (!p->status)
        p->status = GANAS_E_MEMORY;
}

/* ---- values, items, piles ---- */

static uint32_t next_room(uint32_t room)
{
    return room ? 2 * room : 1024;
}

/* A new value, 0 on failure. */
static uint32_t new_value(struct pickle *p, uint32_t kind)
{
    if (p->values == PICKLE_MOST) {
        fail_big(p);
        return 0;
    }
    if (p->values == p->value_room) {
        uint32_t room = next_room(p->value_room);
        struct pickle_value *bigger = memory_grow(p->value, p->values, room, sizeof *bigger);
        if (!bigger) {
            fail_memory(p);
            return 0;
        }
        p->value = bigger;
        p->value_room = room;
    }
    p->value[p->values] = (struct pickle_value){.kind = kind, .number = NAN};
    return p->values++;
}

static bool make_item(struct pickle *p)
{
    if (p->items == PICKLE_MOST) {
        fail_big(p);
        return false;
    }
    if (p->items < p->item_room)
        return true;
    uint32_t room = next_room(p->item_room);
    struct pickle_item *bigger = memory_grow(p->item, p->items, room, sizeof *bigger);
    if (!bigger) {
        fail_memory(p);
        return false;
    }
    p->item = bigger;
    p->item_room = room;
    return true;
}

/* Adds an item to a list or dictionary. */
static void add_item(struct pickle *p, uint32_t to, uint32_t key, uint32_t value)
{
    struct pickle_value *v = &p->value[to];
    if (!make_item(p))
        return;
    p->item[p->items] = (struct pickle_item){.key = key, .value = value};
    if (v->last)
        p->item[v->last].next = p->items;
    else
        v->first = p->items;
    v->last = p->items++;
    v->count++;
}

static void push_on(struct pickle *p, struct pickle_pile *pile, uint32_t x)
{
    if (pile->size == PICKLE_MOST) {
        fail_big(p);
        return;
    }
    if (pile->size == pile->room) {
        uint32_t room = next_room(pile->room);
        uint32_t *bigger = memory_grow(pile->at, pile->size, room, sizeof *bigger);
        if (!bigger) {
            fail_memory(p);
            return;
        }
        pile->at = bigger;
        pile->room = room;
    }
    pile->at[pile->size++] = x;
}

static void push(struct pickle *p, uint32_t value)
{
    push_on(p, &p->stack, value);
}

static uint32_t push_new(struct pickle *p, uint32_t kind)
{
    uint32_t value = new_value(p, kind);
    push(p, value);
    return value;
}

/* Values on the stack above the last mark: others are not seen. */
static uint32_t depth(const struct pickle *p)
{
    return p->stack.size - (p->marks.size ? p->marks.at[p->marks.size - 1] : 0);
}

static bool has(struct pickle *p, uint32_t n)
{
    if (depth(p) < n)
        fail(p, "it takes a value from an empty stack; the pickle is damaged");
    return depth(p) >= n;
}

static uint32_t pop(struct pickle *p)
{
    return has(p, 1) ? p->stack.at[--p->stack.size] : 0;
}

/* The value on top, which stays. */
static uint32_t top(struct pickle *p)
{
    return has(p, 1) ? p->stack.at[p->stack.size - 1] : 0;
}

/* Removes the last mark; what was pushed since begins there on the stack. */
static uint32_t pop_mark(struct pickle *p)
{
    if (p->marks.size)
        return p->marks.at[--p->marks.size];
    fail(p, "it goes back to a mark that isn't there; the pickle is damaged");
    return p->stack.size;
}

/* ---- operands ---- */

/* The next n bytes of the pickle, NULL where there are fewer. */
static const unsigned char *take(struct pickle *p, uint64_t n)
{
    if (n > p->size - p->at) {
        fail(p, "the pickle ends in this instruction; it is incomplete");
        return NULL;
    }
    p->at += n;
    return p->bytes + p->at - n;
}

/* A little-endian number of n bytes, n <= 8. */
static uint64_t take_whole(struct pickle *p, uint64_t n)
{
    const unsigned char *bytes = take(p, n);
    uint64_t whole = 0;
    for (uint64_t i = 0; i < n && bytes; i++)
        whole |= (uint64_t)bytes[i] << 8 * i;
    return whole;
}

static void push_number(struct pickle *p, double number)
{
    uint32_t value = push_new(p, PICKLE_NUMBER);
    p->value[value].number = number;
}

/* An integer of n bytes, the highest bit its sign where it is signed. */
static double to_number(uint64_t whole, uint64_t n, bool is_signed)
{
    uint64_t sign = n ? (uint64_t)1 << (8 * n - 1) : 0;
    if (!is_signed || !(whole & sign))
        return (double)whole;
    return -(double)(sign - (whole & (sign - 1)));
}

static void push_whole(struct pickle *p, uint64_t bytes, bool is_signed)
{
    if (bytes > 8)
        fail(p, "an integer of more than 64 bits; a table has none");
    else
        push_number(p, to_number(take_whole(p, bytes), bytes, is_signed));
}

/* The one number that is written with its highest byte first. */
static void push_float(struct pickle *p)
{
    const unsigned char *bytes = take(p, 8);
    uint64_t whole = 0;
    double number;
    for (int i = 0; i < 8 && bytes; i++)
        whole = whole << 8 | bytes[i];
    memcpy(&number, &whole, sizeof number);
    push_number(p, number);
}

/* A text or bytes behind a length of `width` bytes. */
static void push_bytes(struct pickle *p, uint32_t kind, uint64_t width)
{
    uint64_t length = take_whole(p, width);
    const unsigned char *bytes = take(p, length);
    if (!bytes)
        return;
    uint32_t value = push_new(p, kind);
    p->value[value].bytes = (const char *)bytes;
    p->value[value].count = (uint32_t)length; /* not more than the pickle's size */
}

/* ---- containers ---- */

/* Moves the values on the stack from `from` on to the list or dictionary beneath them. */
static void add_top(struct pickle *p, uint32_t from, uint32_t kind)
{
    uint32_t n = p->stack.size - from, step = kind == PICKLE_DICT ? 2 : 1;
    p->stack.size = from;
    uint32_t to = top(p);
    if (p->value[to].kind != kind)
        fail(p, "it adds items to what holds none; the pickle is damaged");
    else if (n % step)
        fail(p, "a key without a value; the pickle is damaged");
    for (uint32_t i = 0; i < n && !p->status; i += step)
        add_item(p, to, step == 2 ? p->stack.at[from + i] : 0, p->stack.at[from + i + step - 1]);
}

static void add_few(struct pickle *p, uint32_t n, uint32_t kind)
{
    if (has(p, n))
        add_top(p, p->stack.size - n, kind);
}

/* A tuple of what is on the stack from `from` on. */
static void push_tuple(struct pickle *p, uint32_t from)
{
    uint32_t n = p->stack.size - from, value = new_value(p, PICKLE_LIST);
    for (uint32_t i = 0; i < n && !p->status; i++)
        add_item(p, value, 0, p->stack.at[from + i]);
    p->stack.size = from;
    push(p, value);
}

static void push_small_tuple(struct pickle *p, uint32_t n)
{
    if (has(p, n))
        push_tuple(p, p->stack.size - n);
}

/* ---- the memo ---- */

static void put_memo(struct pickle *p, uint64_t place)
{
    uint32_t value = top(p);
    if (place >= PICKLE_MOST)
        fail_big(p);
    while (!p->status && p->memo.size <= place)
        push_on(p, &p->memo, 0);
    if (!p->status)
        p->memo.at[place] = value;
}

static void get_memo(struct pickle *p, uint64_t place)
{
    if (place < p->memo.size && p->memo.at[place])
        push(p, p->memo.at[place]);
    else
        fail(p, "it asks for a value that was not kept; the pickle is damaged");
}

/* ---- names ---- */

static bool is_bytes(const char *bytes, size_t length, const char *text)
{
    return length == strlen(text) && memcmp(bytes, text, length) == 0;
}

/* A name of Python's that is allowed; others are told with the message. */
static void push_name(struct pickle *p, const char *module, size_t m, const char *name, size_t n)
{
    static const struct {
        const char *module, *name;
        enum name meaning;
    } known[] = {{"numpy", "dtype", NUMPY_DTYPE},
                 {"numpy.core.multiarray", "scalar", NUMPY_SCALAR},
                 {"numpy._core.multiarray", "scalar", NUMPY_SCALAR},
                 {"collections", "OrderedDict", ORDERED_DICT}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (is_bytes(module, m, known[i].module) && is_bytes(name, n, known[i].name)) {
            uint32_t value = push_new(p, PICKLE_NAME);
            p->value[value].number = known[i].meaning;
            return;
        }
    p->status =
        status_fail(GANAS_E_PARSE,
                    "byte %zu: it names '%.*s.%.*s'; only numpy.dtype, "
                    "numpy.core.multiarray.scalar and collections.OrderedDict may occur",
                    p->op, (int)(m < 100 ? m : 100), module, (int)(n < 100 ? n : 100), name);
}

static void push_stack_name(struct pickle *p)
{
    const struct pickle_value *name = &p->value[pop(p)], *module = &p->value[pop(p)];
    if (module->kind == PICKLE_TEXT && name->kind == PICKLE_TEXT)
        push_name(p, module->bytes, module->count, name->bytes, name->count);
    else
        fail(p, "a name that is no text; the pickle is damaged");
}

/* "module\nname\n" after the instruction. */
static void push_line_name(struct pickle *p)
{
    const unsigned char *from = p->bytes + p->at, *end = p->bytes + p->size;
    const unsigned char *first = memchr(from, '\n', (size_t)(end - from));
    const unsigned char *second = first ? memchr(first + 1, '\n', (size_t)(end - first - 1)) : NULL;
    if (!second) {
        fail(p, "the pickle ends in this instruction; it is incomplete");
        return;
    }
    p->at = (size_t)(second + 1 - p->bytes);
    push_name(p, (const char *)from, (size_t)(first - from), (const char *)first + 1,
              (size_t)(second - first - 1));
}

/* ---- numpy ---- */

/* A numpy scalar of a type like f8, i4, u2, b1 from its bytes. */
static bool read_scalar(const struct pickle_value *type, const struct pickle_value *data,
                        double *number)
{
    char kind = type->bytes[0];
    uint64_t n = (uint64_t)(type->bytes[1] - '0'), whole = 0;
    float single;
    if (data->count != n || n > 8)
        return false;
    for (uint64_t i = 0; i < n; i++)
        whole |= (uint64_t)(unsigned char)data->bytes[i] << 8 * i;
    uint32_t low = (uint32_t)whole;
    memcpy(&single, &low, sizeof single);
    if (kind == 'f' && n == 8)
        memcpy(number, &whole, sizeof *number);
    else if (kind == 'f' && n == 4)
        *number = (double)single;
    else if (kind == 'i' || kind == 'u' || kind == 'b')
        *number = to_number(whole, n, kind == 'i');
    else
        return false;
    return true;
}

/* Item k of a list, nothing where there are fewer. */
static uint32_t item_at(const struct pickle *p, uint32_t list, int k)
{
    const struct pickle_item *item = pickle_items(p, list);
    for (; item && k > 0; k--)
        item = pickle_after(p, item);
    return item ? item->value : 0;
}

static void make_scalar(struct pickle *p, uint32_t arguments)
{
    const struct pickle_value *type = &p->value[item_at(p, arguments, 0)];
    const struct pickle_value *data = &p->value[item_at(p, arguments, 1)];
    double number;
    if (type->kind == PICKLE_TYPE && data->kind == PICKLE_BYTES && read_scalar(type, data, &number))
        push_number(p, number);
    else
        fail(p, "a numpy scalar of a type that isn't known here");
}

static void make_type(struct pickle *p, uint32_t arguments)
{
    uint32_t name = item_at(p, arguments, 0);
    if (p->value[name].kind != PICKLE_TEXT || p->value[name].count != 2) {
        fail(p, "a numpy type that isn't known here");
        return;
    }
    uint32_t value = push_new(p, PICKLE_TYPE);
    p->value[value].bytes = p->value[name].bytes;
}

/* Calls a name, that is: makes what it stands for. */
static void reduce(struct pickle *p)
{
    uint32_t arguments = pop(p), name = pop(p);
    double meaning = p->value[name].number;
    if (p->value[name].kind != PICKLE_NAME || p->value[arguments].kind != PICKLE_LIST)
        fail(p, "it calls what can't be called; the pickle is damaged");
    else if (meaning == NUMPY_DTYPE)
        make_type(p, arguments);
    else if (meaning == NUMPY_SCALAR)
        make_scalar(p, arguments);
    else if (p->value[arguments].count)
        fail(p, "an OrderedDict made from something; expected an empty one, filled later");
    else
        (void)push_new(p, PICKLE_DICT);
}

/* The state of a numpy type: its byte order is the second item. */
static void build(struct pickle *p)
{
    uint32_t order = item_at(p, pop(p), 1);
    if (p->value[top(p)].kind != PICKLE_TYPE ||
        !(pickle_is_text(p, order, "<") || pickle_is_text(p, order, "|")))
        fail(p, "it sets the state of something else than a little-endian numpy type");
}

/* ---- instructions ---- */

static void fail_unknown(struct pickle *p, int op)
{
    p->status =
        status_fail(GANAS_E_PARSE, "byte %zu: instruction 0x%02x is none that builds data; refused",
                    p->op, (unsigned)op);
}

static void do_literal(struct pickle *p, int op)
{
    switch (op) {
    case OP_NONE:
        (void)push_new(p, PICKLE_NOTHING);
        break;
    case OP_TRUE:
    case OP_FALSE:
        push_number(p, op == OP_TRUE);
        break;
    case OP_BININT:
        push_whole(p, 4, true);
        break;
    case OP_BININT1:
        push_whole(p, 1, false);
        break;
    case OP_BININT2:
        push_whole(p, 2, false);
        break;
    case OP_LONG1:
        push_whole(p, take_whole(p, 1), true);
        break;
    case OP_BINFLOAT:
        push_float(p);
        break;
    case OP_BINUNICODE:
    case OP_SHORT_BINUNICODE:
        push_bytes(p, PICKLE_TEXT, op == OP_BINUNICODE ? 4 : 1);
        break;
    case OP_BINBYTES:
    case OP_SHORT_BINBYTES:
        push_bytes(p, PICKLE_BYTES, op == OP_BINBYTES ? 4 : 1);
        break;
    default:
        fail_unknown(p, op);
    }
}

static void do_container(struct pickle *p, int op)
{
    switch (op) {
    case OP_EMPTY_LIST:
    case OP_EMPTY_TUPLE:
    case OP_EMPTY_SET:
        (void)push_new(p, PICKLE_LIST);
        break;
    case OP_EMPTY_DICT:
        (void)push_new(p, PICKLE_DICT);
        break;
    case OP_APPEND:
        add_few(p, 1, PICKLE_LIST);
        break;
    case OP_APPENDS:
    case OP_ADDITEMS:
        add_top(p, pop_mark(p), PICKLE_LIST);
        break;
    case OP_SETITEM:
        add_few(p, 2, PICKLE_DICT);
        break;
    case OP_SETITEMS:
        add_top(p, pop_mark(p), PICKLE_DICT);
        break;
    case OP_TUPLE:
        push_tuple(p, pop_mark(p));
        break;
    case OP_TUPLE1:
    case OP_TUPLE2:
    case OP_TUPLE3:
        push_small_tuple(p, (uint32_t)(op - OP_TUPLE1 + 1));
        break;
    default:
        do_literal(p, op);
    }
}

static void do_stack(struct pickle *p, int op)
{
    switch (op) {
    case OP_PROTO:
    case OP_FRAME:
        (void)take(p, op == OP_PROTO ? 1 : 8);
        break;
    case OP_MARK:
        push_on(p, &p->marks, p->stack.size);
        break;
    case OP_POP:
        (void)pop(p);
        break;
    case OP_POP_MARK:
        p->stack.size = pop_mark(p);
        break;
    case OP_MEMOIZE:
        put_memo(p, p->memo.size);
        break;
    case OP_BINPUT:
    case OP_LONG_BINPUT:
        put_memo(p, take_whole(p, op == OP_BINPUT ? 1 : 4));
        break;
    case OP_BINGET:
    case OP_LONG_BINGET:
        get_memo(p, take_whole(p, op == OP_BINGET ? 1 : 4));
        break;
    default:
        do_container(p, op);
    }
}

static void do_op(struct pickle *p, int op)
{
    switch (op) {
    case OP_GLOBAL:
        push_line_name(p);
        break;
    case OP_STACK_GLOBAL:
        push_stack_name(p);
        break;
    case OP_REDUCE:
        reduce(p);
        break;
    case OP_BUILD:
        build(p);
        break;
    default:
        do_stack(p, op);
    }
}

/* ---- reading ---- */

static void start(struct pickle *p, const unsigned char *bytes, size_t size)
{
    p->bytes = bytes;
    p->size = size;
    p->at = p->op = 0;
    p->values = 0;
    p->items = 1;
    p->stack.size = p->marks.size = p->memo.size = 0;
    p->status = GANAS_OK;
    (void)new_value(p, PICKLE_NOTHING);
    if (size < 2 || bytes[0] != OP_PROTO || bytes[1] < 2 || bytes[1] > 5)
        fail(p, "this is no pickle of protocol 2 to 5");
}

int32_t pickle_read(struct pickle *pickle, const unsigned char *bytes, size_t size, uint32_t *root)
{
    int op = 0;
    start(pickle, bytes, size);
    while (!pickle->status && op != OP_STOP) {
        pickle->op = pickle->at;
        const unsigned char *at = take(pickle, 1);
        op = at ? *at : 0;
        if (at && op != OP_STOP)
            do_op(pickle, op);
    }
    *root = pickle->status ? 0 : pop(pickle);
    return pickle->status;
}

void pickle_free(struct pickle *pickle)
{
    memory_free(pickle->value);
    memory_free(pickle->item);
    memory_free(pickle->stack.at);
    memory_free(pickle->marks.at);
    memory_free(pickle->memo.at);
    *pickle = (struct pickle){0};
}

/* ---- asking ---- */

const struct pickle_item *pickle_items(const struct pickle *pickle, uint32_t value)
{
    const struct pickle_value *v = &pickle->value[value];
    bool holds = v->kind == PICKLE_LIST || v->kind == PICKLE_DICT;
    return holds && v->first ? &pickle->item[v->first] : NULL;
}

const struct pickle_item *pickle_after(const struct pickle *pickle, const struct pickle_item *item)
{
    return item->next ? &pickle->item[item->next] : NULL;
}

bool pickle_is_text(const struct pickle *pickle, uint32_t value, const char *text)
{
    const struct pickle_value *v = &pickle->value[value];
    return v->kind == PICKLE_TEXT && is_bytes(v->bytes, v->count, text);
}

double pickle_number(const struct pickle *pickle, uint32_t value)
{
    const struct pickle_value *v = &pickle->value[value];
    return v->kind == PICKLE_NUMBER ? v->number : NAN;
}

/* In Python the last of equal keys counts. */
uint32_t pickle_get(const struct pickle *pickle, uint32_t dict, const char *key)
{
    uint32_t found = 0;
    const struct pickle_item *item = pickle_items(pickle, dict);
    for (; item; item = pickle_after(pickle, item))
        if (pickle_is_text(pickle, item->key, key))
            found = item->value;
    return found;
}

uint32_t pickle_get_number(const struct pickle *pickle, uint32_t dict, double key)
{
    uint32_t found = 0;
    const struct pickle_item *item = pickle_items(pickle, dict);
    for (; item; item = pickle_after(pickle, item))
        if (pickle_number(pickle, item->key) == key)
            found = item->value;
    return found;
}
