/*
 * judge.c - rules held against a batch, a block of candidates at a time, term by term: whether each
 * rule holds, and how far a candidate is from obeying.
 */
#include <math.h>
#include <string.h>

#include "arena.h"
#include "batch.h"
#include "rule.h"
#include "status.h"

enum { BLOCK = 128 };

/* A block being judged; the stacks are those of the programs. */
struct block {
    const ganas_batch *batch;
    const ganas_rules *rules;
    const double *const *given;
    int32_t first, count;
    double value[BLOCK];
    uint8_t holds[RULE_MAX_DEPTH][BLOCK];
    double excess[RULE_MAX_DEPTH][BLOCK];
};

/* ---- terms ---- */

/* Sums over all nodes, from one table: what most rules are. */
static void add_up(struct block *b, const struct sum *sum)
{
    int nodes = b->batch->space->nodes, ops = b->batch->space->ops;
    for (int32_t c = 0; c < b->count; c++) {
        const uint8_t *op = batch_op(b->batch, b->first + c);
        const double *row = sum->table;
        double total = 0;
        for (int i = 0; i < nodes; i++, row += ops)
            total += row[op[i]];
        b->value[c] = total;
    }
}

/* One measure that is looked up. */
static bool looked_up(const struct block *b, const struct term *t)
{
    return !t->sum.table && t->count == 1 && t->factor[0] == 1 &&
           b->rules->space->measure[t->measure[0]].kind == GANAS_MEASURE_GIVEN;
}

static void find_values(struct block *b, const struct term *t)
{
    const ganas_space *space = b->rules->space;
    if (t->masked && t->sum.by < 0) {
        add_up(b, &t->sum);
    } else if (looked_up(b, t)) {
        memcpy(b->value, b->given[t->measure[0]] + b->first, (size_t)b->count * sizeof(double));
    } else {
        for (int32_t c = 0; c < b->count; c++) {
            struct row row = batch_row(b->batch, b->first + c);
            b->value[c] = term_value(t, space, &row, b->given, b->first + c);
        }
    }
}

/* Puts a term on the stacks at `top`. */
static void push(struct block *b, const struct term *t, int top, bool excess)
{
    bool unknown = term_unknown(t, b->rules->space, b->given);
    uint8_t *holds = b->holds[top];
    memset(holds, 1, (size_t)b->count);
    for (int32_t c = 0; c < b->count && excess; c++)
        b->excess[top][c] = 0;
    if (unknown)
        return;
    find_values(b, t);
    for (int32_t c = 0; c < b->count; c++)
        holds[c] = term_holds(t, b->value[c]);
    for (int32_t c = 0; c < b->count && excess; c++)
        b->excess[top][c] = term_excess(t, b->value[c]);
}

/* ---- programs ---- */

/* Puts the two topmost operands together; `top` is the place of the first. */
static void combine(struct block *b, int32_t code, int top, bool excess)
{
    uint8_t *x = b->holds[top], *y = b->holds[top + 1];
    for (int32_t c = 0; c < b->count; c++)
        x[c] = code == GANAS_AND ? x[c] & y[c] : x[c] | y[c];
    for (int32_t c = 0; c < b->count && excess; c++) {
        double *e = &b->excess[top][c], other = b->excess[top + 1][c];
        *e = code == GANAS_AND ? *e + other : fmin(*e, other);
    }
}

/* Leaves the result at the bottom of the stacks. */
static void run(struct block *b, const struct rule *r, bool excess)
{
    int top = 0;
    for (int i = 0; i < r->length; i++) {
        if (r->program[i] >= 0)
            push(b, &b->rules->term[r->program[i]], top++, excess);
        else
            combine(b, r->program[i], --top - 1, excess);
    }
}

static void judge_block(struct block *b, uint8_t *ok, int64_t *rejected, double *excess)
{
    memset(ok, 1, (size_t)b->count);
    for (int32_t c = 0; c < b->count && excess; c++)
        excess[c] = 0;
    for (int32_t r = 0; r < b->rules->count; r++) {
        int32_t held = 0;
        run(b, &b->rules->rule[r], excess != NULL);
        for (int32_t c = 0; c < b->count; c++) {
            ok[c] &= b->holds[0][c];
            held += b->holds[0][c];
        }
        for (int32_t c = 0; c < b->count && excess; c++)
            excess[c] += b->excess[0][c];
        if (rejected)
            rejected[r] += b->count - held;
    }
}

static void accept_all(const ganas_batch *batch, uint8_t *ok, double *excess)
{
    memset(ok, 1, (size_t)batch->count);
    for (int32_t i = 0; i < batch->count && excess; i++)
        excess[i] = 0;
}

int32_t ganas_batch_judge(const ganas_batch *batch, const ganas_rules *rules,
                          const double *const *given, uint8_t *ok, int64_t *rejected,
                          double *excess)
{
    int32_t status = rules_check_space(rules, batch->space);
    if (status)
        return status;
    if (!rules || rules->count == 0) {
        accept_all(batch, ok, excess);
        return GANAS_OK;
    }
    struct block *b = memory_new(1, sizeof *b);
    if (!b)
        return GANAS_E_MEMORY;
    b->batch = batch;
    b->rules = rules;
    b->given = given;
    for (int32_t r = 0; r < rules->count && rejected; r++)
        rejected[r] = 0;
    for (int32_t at = 0; at < batch->count; at += BLOCK) {
        b->first = at;
        b->count = int_min(BLOCK, batch->count - at);
        judge_block(b, ok + at, rejected, excess ? excess + at : NULL);
    }
    memory_free(b);
    return GANAS_OK;
}

int32_t ganas_batch_check(const ganas_batch *batch, const ganas_rules *rules, uint8_t *ok,
                          int64_t *rejected)
{
    return ganas_batch_judge(batch, rules, NULL, ok, rejected, NULL);
}
