/* rule.c - declared rules: programs over terms. */
#include "rule.h"

#include <math.h>
#include <string.h>

#include "arena.h"
#include "status.h"

int32_t ganas_rules_new(ganas_rules **out, ganas_space *space)
{
    if (!out || !space)
        return status_fail(GANAS_E_ARGUMENT, "rules need a space");
    ganas_rules *rules = memory_new(1, sizeof *rules);
    if (!rules)
        return GANAS_E_MEMORY;
    rules->space = space;
    *out = rules;
    return GANAS_OK;
}

void ganas_rules_free(ganas_rules *rules)
{
    if (!rules)
        return;
    for (int t = 0; t < rules->terms; t++)
        term_free(&rules->term[t]);
    for (int r = 0; r < rules->count; r++)
        memory_free(rules->rule[r].program);
    memory_free(rules);
}

/* ---- terms ---- */

int32_t ganas_rules_term(ganas_rules *rules, const ganas_term *term, int32_t *number,
                         int32_t *masked)
{
    if (!rules || !term || !number || !masked)
        return status_fail(GANAS_E_ARGUMENT,
                           "a term needs a set of rules and places for its number and masked");
    if (rules->terms == GANAS_MAX_TERMS)
        return status_fail(GANAS_E_ARGUMENT, "more than %d comparisons in the rules",
                           GANAS_MAX_TERMS);
    struct term *t = &rules->term[rules->terms];
    int32_t status = term_new(rules->space, term, t);
    if (status)
        return status;
    if (t->masked) {
        t->slot = rules->slots;
        rules->slot[rules->slots++] = rules->terms;
    }
    *number = rules->terms++;
    *masked = t->masked;
    return GANAS_OK;
}

int32_t ganas_rules_term_range(const ganas_rules *rules, int32_t term, double *least,
                               double *greatest)
{
    if (!rules || term < 0 || term >= rules->terms)
        return status_fail(GANAS_E_ARGUMENT, "term %d of rules that have %d", term,
                           rules ? rules->terms : 0);
    *least = rules->term[term].least;
    *greatest = rules->term[term].greatest;
    return GANAS_OK;
}

/* ---- programs on truth values ---- */

/* A program's result from what its terms say: truth[term], bit 0. */
static bool run_program(const struct rule *r, const uint8_t *truth)
{
    uint32_t stack = 0; /* the top is bit 0 */
    for (int i = 0; i < r->length; i++) {
        int32_t code = r->program[i];
        uint32_t two = stack & 3;
        if (code >= 0)
            stack = stack << 1 | truth[code];
        else
            stack = (stack >> 2) << 1 | (code == GANAS_AND ? two == 3 : two != 0);
    }
    return stack & 1;
}

bool rule_holds(const ganas_rules *rules, int32_t r, const struct graph *g)
{
    uint8_t truth[GANAS_MAX_TERMS] = {0};
    struct row row = graph_row(g);
    for (int i = 0; i < rules->rule[r].length; i++) {
        int32_t t = rules->rule[r].program[i];
        if (t >= 0)
            truth[t] = term_unknown(&rules->term[t], rules->space, NULL) ||
                       term_holds(&rules->term[t],
                                  term_value(&rules->term[t], rules->space, &row, NULL, 0));
    }
    return run_program(&rules->rule[r], truth);
}

bool rule_masks_hold(const ganas_rules *rules, int32_t r, const double *sum)
{
    uint8_t truth[GANAS_MAX_TERMS];
    for (int i = 0; i < rules->rule[r].length; i++) {
        int32_t t = rules->rule[r].program[i];
        if (t >= 0)
            truth[t] =
                !rules->term[t].masked || term_holds(&rules->term[t], sum[rules->term[t].slot]);
    }
    return run_program(&rules->rule[r], truth);
}

static void add_up(const ganas_rules *rules, const struct graph *g, double *sum)
{
    struct row row = graph_row(g);
    for (int s = 0; s < rules->slots; s++)
        sum[s] = row_sum(rules->space, &rules->term[rules->slot[s]].sum, &row);
}

bool rules_masked_hold(const ganas_rules *rules, const struct graph *g)
{
    double sum[GANAS_MAX_TERMS];
    if (!rules || rules->slots == 0)
        return true;
    add_up(rules, g, sum);
    for (int32_t r = 0; r < rules->count; r++)
        if (rules->rule[r].steers && !rule_masks_hold(rules, r, sum))
            return false;
    return true;
}

static double masked_excess(const ganas_rules *rules, const struct rule *r, const double *sum)
{
    double stack[RULE_MAX_DEPTH];
    int top = 0;
    for (int i = 0; i < r->length; i++) {
        int32_t code = r->program[i];
        if (code >= 0) {
            const struct term *t = &rules->term[code];
            stack[top++] = t->masked ? term_excess(t, sum[t->slot]) : 0;
            continue;
        }
        top--;
        stack[top - 1] =
            code == GANAS_AND ? stack[top - 1] + stack[top] : fmin(stack[top - 1], stack[top]);
    }
    return stack[0];
}

double rules_masked_excess(const ganas_rules *rules, const struct graph *g)
{
    double sum[GANAS_MAX_TERMS], excess = 0;
    if (!rules || rules->slots == 0)
        return 0;
    add_up(rules, g, sum);
    for (int32_t r = 0; r < rules->count; r++)
        if (rules->rule[r].steers)
            excess += masked_excess(rules, &rules->rule[r], sum);
    return excess;
}

/* ---- adding programs ---- */

/* Operands on the stack after a code, -1 when there are too few. */
static int step(int depth, int32_t code)
{
    if (code >= 0)
        return depth + 1;
    return depth < 2 ? -1 : depth - 1;
}

static int32_t check_program(const ganas_rules *rules, const int32_t *program, int32_t length)
{
    int depth = 0;
    if (length < 1 || length > RULE_MAX_LENGTH)
        return status_fail(GANAS_E_ARGUMENT, "a rule of %d codes; it must be 1..%d", length,
                           RULE_MAX_LENGTH);
    for (int i = 0; i < length && depth >= 0; i++) {
        if (program[i] >= rules->terms || program[i] < GANAS_OR)
            return status_fail(GANAS_E_ARGUMENT, "code %d of a rule is %d; terms are 0..%d", i,
                               program[i], rules->terms - 1);
        depth = step(depth, program[i]);
        if (depth > RULE_MAX_DEPTH)
            return status_fail(GANAS_E_ARGUMENT, "a rule is nested deeper than %d", RULE_MAX_DEPTH);
    }
    if (depth != 1)
        return status_fail(GANAS_E_ARGUMENT, "the codes of a rule leave %d operands; it must be 1",
                           depth < 0 ? 0 : depth);
    if (rules->count == GANAS_MAX_RULES)
        return status_fail(GANAS_E_ARGUMENT, "more than %d rules", GANAS_MAX_RULES);
    return GANAS_OK;
}

static bool possible(const ganas_rules *rules, const struct rule *r)
{
    uint8_t truth[GANAS_MAX_TERMS];
    for (int t = 0; t < rules->terms; t++)
        truth[t] = term_possible(&rules->term[t]);
    return run_program(r, truth);
}

static void mark(const ganas_rules *rules, struct rule *r)
{
    r->masked = true;
    r->steers = false;
    for (int i = 0; i < r->length; i++)
        if (r->program[i] >= 0) {
            bool masked = rules->term[r->program[i]].masked;
            r->masked &= masked;
            r->steers |= masked;
        }
}

static int32_t add_rule(ganas_rules *rules, struct rule *r, const int32_t *program, int32_t length)
{
    r->program = memory_new((size_t)length, sizeof *r->program);
    if (!r->program)
        return GANAS_E_MEMORY;
    memcpy(r->program, program, (size_t)length * sizeof *program);
    r->length = length;
    mark(rules, r);
    rules->rule[rules->count++] = *r;
    return GANAS_OK;
}

int32_t ganas_rules_combine(ganas_rules *rules, const int32_t *program, int32_t length,
                            int32_t *masked)
{
    if (!rules || !program || !masked)
        return status_fail(GANAS_E_ARGUMENT,
                           "a rule needs a set of rules, a program and a place for masked");
    int32_t status = check_program(rules, program, length);
    struct rule r = {.measure = -1};
    if (!status)
        status = add_rule(rules, &r, program, length);
    if (status)
        return status;
    if (!possible(rules, &r)) {
        memory_free(r.program);
        rules->count--;
        return status_fail(GANAS_E_EMPTY, "rule %d accepts nothing", rules->count);
    }
    *masked = r.masked;
    return GANAS_OK;
}

/* ---- one bound ---- */

static const char *name_compare(int32_t compare)
{
    static const char *const signs[] = {"<=", ">=", "==", "<", ">", "!="};
    return signs[compare];
}

/* The measure's whole range misses the rule. */
static int32_t check_range(const struct rule *r, const struct term *t)
{
    if (term_possible(t))
        return GANAS_OK;
    bool low = r->compare == GANAS_LE || r->compare == GANAS_LT ||
               (r->compare == GANAS_EQ && r->bound < t->least);
    return status_fail(GANAS_E_EMPTY,
                       "measure %d %s %.14g accepts nothing: the %s in this space is %.14g",
                       r->measure, name_compare(r->compare), r->bound, low ? "least" : "greatest",
                       low ? t->least : t->greatest);
}

/* Bounds on one measure that leave nothing between them. */
static int32_t check_others(const ganas_rules *rules, const struct rule *r, const struct term *t)
{
    for (int i = 0; i < rules->count; i++) {
        const struct rule *other = &rules->rule[i];
        if (other->measure != r->measure)
            continue;
        const struct term *o = &rules->term[other->program[0]];
        if (!t->outside && !o->outside && fmax(t->lower, o->lower) > fmin(t->upper, o->upper))
            return status_fail(GANAS_E_EMPTY,
                               "measure %d %s %.14g accepts nothing beside %s %.14g (rule %d)",
                               r->measure, name_compare(r->compare), r->bound,
                               name_compare(other->compare), other->bound, i);
    }
    return GANAS_OK;
}

/* Takes the last term away again. */
static void drop_term(ganas_rules *rules)
{
    struct term *t = &rules->term[--rules->terms];
    rules->slots -= t->masked;
    term_free(t);
}

int32_t ganas_rules_add(ganas_rules *rules, int32_t measure, int32_t compare, double bound,
                        int32_t *masked)
{
    const double one = 1;
    const ganas_term spec = {
        .count = 1, .measure = &measure, .factor = &one, .compare = compare, .bound = bound};
    struct rule r = {.measure = measure, .compare = compare, .bound = bound};
    int32_t number, unused;
    if (!rules || !masked)
        return status_fail(GANAS_E_ARGUMENT, "a rule needs a set of rules and a place for masked");
    if (rules->count == GANAS_MAX_RULES)
        return status_fail(GANAS_E_ARGUMENT, "more than %d rules", GANAS_MAX_RULES);
    int32_t status = ganas_rules_term(rules, &spec, &number, &unused);
    if (status)
        return status;
    status = check_others(rules, &r, &rules->term[number]);
    if (!status)
        status = check_range(&r, &rules->term[number]);
    if (!status)
        status = add_rule(rules, &r, &number, 1);
    if (status) {
        drop_term(rules);
        return status;
    }
    *masked = r.masked;
    return GANAS_OK;
}

int32_t rules_check_space(const ganas_rules *rules, const ganas_space *space)
{
    if (rules && rules->space != space)
        return status_fail(GANAS_E_ARGUMENT, "rules and candidates are of different spaces");
    return GANAS_OK;
}
