/*
 * rule.h - declared rules: programs over terms, "and" and "or".
 *
 * A program is in postfix order: numbers of terms, GANAS_AND, GANAS_OR. It answers two questions,
 * with other operands: whether a finished graph obeys (truth values), and which operations a graph
 * that is being grown may take next (sets of operations; a term that can't be masked leaves all
 * open). Without "not", a set that is too large for a term makes the rule's too large, never too
 * small: masks never close the way to a graph that obeys.
 */
#ifndef GANAS_RULE_H
#define GANAS_RULE_H

#include "base.h"
#include "space.h"
#include "term.h"

enum { RULE_MAX_DEPTH = 16, RULE_MAX_LENGTH = 255 };

struct rule {
    int32_t *program;
    int32_t length;
    bool masked;              /* all terms are */
    bool steers;              /* some term is */
    int32_t measure, compare; /* of a rule that is one bound on one measure, else -1 */
    double bound;
};

struct ganas_rules {
    ganas_space *space;
    int32_t count; /* rules */
    int32_t terms;
    int32_t slots; /* terms that are masked: running sums of a walk */
    struct rule rule[GANAS_MAX_RULES];
    struct term term[GANAS_MAX_TERMS];
    int32_t slot[GANAS_MAX_TERMS]; /* [slots] the term of each */
};

/* Whether rule r holds for a graph; GIVEN measures are not looked at. */
bool rule_holds(const ganas_rules *rules, int32_t r, const struct graph *g);

/* Whether rule r holds as far as its masked terms say; sum[slots] are those of a finished graph. */
bool rule_masks_hold(const ganas_rules *rules, int32_t r, const double *sum);

/* Whether the masks of all rules hold; `rules` may be NULL. */
bool rules_masked_hold(const ganas_rules *rules, const struct graph *g);

/* How far a graph is from what masks allow, 0 when they hold; as ganas_batch_judge counts. */
double rules_masked_excess(const ganas_rules *rules, const struct graph *g);

/* GANAS_E_ARGUMENT when the rules, which may be NULL, are of another space. */
int32_t rules_check_space(const ganas_rules *rules, const ganas_space *space);

#endif
