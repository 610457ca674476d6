/* play.c - loading finished graphs, forward and backward over a play. */
#include "play.h"

#include <string.h>

#include "nn.h"
#include "optim.h"

/* ---- memory ---- */

static void cut_choices(const struct grower *w, struct arena *a, struct play *play)
{
    size_t nodes = (size_t)(w->gnn.nodes * w->room), steps = (size_t)(w->steps * w->room);
    size_t choices = (size_t)(w->edge.choices * w->room);
    play->walk = arena_cut(a, (size_t)w->room, sizeof *play->walk);
    play->target = arena_cut(a, (size_t)w->room, sizeof *play->target);
    play->dead = arena_cut(a, (size_t)w->room, sizeof *play->dead);
    play->row_of = arena_cut(a, nodes, sizeof *play->row_of);
    play->state_of = arena_cut(a, nodes, sizeof *play->state_of);
    play->asked = arena_cut(a, (size_t)(w->edge.rows * w->room), sizeof *play->asked);
    play->query_of = arena_cut(a, choices, sizeof *play->query_of);
    play->op = arena_cut(a, nodes, sizeof *play->op);
    play->open_op = arena_cut(a, steps, sizeof *play->open_op);
    play->open = arena_cut(a, choices, sizeof *play->open);
    play->take = arena_cut(a, choices, sizeof *play->take);
    play->pick_logp = arena_cut(a, choices * (size_t)w->gnn.nodes, sizeof(real));
    play->pick_entropy = arena_cut(a, choices, sizeof(real));
    play->op_logp = arena_cut(a, steps * (size_t)w->gnn.ops, sizeof(real));
    real **each[] = {&play->op_entropy, &play->logp,      &play->entropy,
                     &play->d_logp,     &play->d_entropy, &play->d_value};
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++)
        *each[i] = arena_cut(a, steps, sizeof(real));
}

static void cut_asks(const struct grower *w, struct arena *a, struct asks *ask)
{
    size_t n = (size_t)(w->edge.asks * w->room);
    ask->query = arena_cut(a, n, sizeof *ask->query);
    ask->row = arena_cut(a, n, sizeof *ask->row);
    ask->yes = arena_cut(a, n, sizeof *ask->yes);
    ask->first = arena_cut(a, n, sizeof *ask->first);
    real **each[] = {&ask->logit,   &ask->d,      &ask->logp,
                     &ask->entropy, &ask->d_logp, &ask->d_entropy};
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++)
        *each[i] = arena_cut(a, n, sizeof(real));
}

void play_cut(const struct grower *w, struct arena *arena, struct play *play)
{
    int rows = w->gnn.nodes * w->room, queries = w->edge.choices * w->room;
    int states = w->states * w->room;
    cut_choices(w, arena, play);
    cut_asks(w, arena, &play->ask);
    trie_cut(arena, states, &play->state);
    trie_cut(arena, queries, &play->query);
    gnn_cut_act(&w->gnn, arena, rows, &play->act);
    gnn_cut_scratch(&w->gnn, arena, rows, &play->scratch);
    state_cut(&w->state, arena, states, &play->states);
    edge_cut(&w->edge, arena, rows, queries, &play->edges);
    play->d_h = arena_cut(arena, (size_t)(rows * w->gnn.width), sizeof(real));
}

int32_t play_reserve(const struct grower *w, struct play *play)
{
    int nodes = w->gnn.nodes;
    play->rows.share = true;
    return rows_reserve(&play->rows, nodes * w->room, nodes * (nodes - 1) / 2 * w->room);
}

void play_free(struct play *play)
{
    rows_free(&play->rows);
}

void play_clear(const struct grower *w, struct play *play)
{
    size_t nodes = (size_t)(w->gnn.nodes * w->room), steps = (size_t)(w->steps * w->room);
    size_t choices = (size_t)(w->edge.choices * w->room);
    play->graphs = play->levels = 0;
    play->inputs = 0;
    rows_clear(&play->rows);
    trie_clear(&play->state);
    trie_clear(&play->query);
    memset(play->row_of, -1, nodes * sizeof *play->row_of);
    memset(play->state_of, -1, nodes * sizeof *play->state_of);
    memset(play->query_of, -1, choices * sizeof *play->query_of);
    memset(play->open_op, 0, steps * sizeof *play->open_op);
    memset(play->open, 0, choices * sizeof *play->open);
    memset(play->d_logp, 0, steps * sizeof(real));
    memset(play->d_entropy, 0, steps * sizeof(real));
    memset(play->d_value, 0, steps * sizeof(real));
}

/* ---- loading: what is shared, and the masks of finished graphs ---- */

void play_enter(const struct grower *w, struct play *play, int i, int g)
{
    int before = i ? play->state_of[play_at(w, i - 1, g)] : -1;
    int label = i ? play->row_of[play_at(w, i - 1, g)] : 0;
    int32_t s = trie_child(&play->state, before, label);
    play->states.node[s] = (uint8_t)i;
    play->state_of[play_at(w, i, g)] = s;
}

void play_settle(const struct grower *w, struct play *play, int i, int g, bits reads)
{
    int32_t list[GANAS_MAX_NODES];
    int n = 0;
    if (i + 1 >= w->states)
        return; /* no state ever looks at it */
    for (; reads; reads &= reads - 1)
        list[n++] = play->row_of[play_at(w, bits_first(reads), g)];
    play->row_of[play_at(w, i, g)] = rows_add(&play->rows, play->op[play_at(w, i, g)], i, list, n);
}

/* Walks through the reads of the current node as the graph has them, noting what was open. */
static void trace_reads(const struct grower *w, struct play *play, int e, bits reads, int g)
{
    const struct edge_row *row = &w->edge.row[e];
    struct walk *walk = &play->walk[g];
    for (int t = 0; t < row->steps; t++) {
        int choice = play_at(w, row->choice + t, g);
        if (row->choose) {
            int j = bits_first(reads);
            play->open[choice] = walk_picks(walk) | bit_of(j);
            play->take[choice] = (uint8_t)j;
            walk_take_pick(walk, j);
            reads &= reads - 1;
            continue;
        }
        int j = edge_candidate(row, t);
        bool yes = reads & bit_of(j);
        play->open[choice] = (bits)(walk_edge(walk, j) | (yes ? WALK_YES : WALK_NO));
        play->take[choice] = yes;
        walk_take_edge(walk, j, yes);
    }
}

/* Reads of a node without a choice. */
static void follow_reads(const struct space_node *node, struct walk *walk, bits reads)
{
    if (node->read_kind == GANAS_READ_CHOOSE)
        for (bits s = reads; s; s &= s - 1)
            walk_take_pick(walk, bits_first(s));
    else if (node->read_kind == GANAS_READ_FREE)
        for (bits s = node->read_set; s; s &= s - 1)
            walk_take_edge(walk, bits_first(s), reads & bit_of(bits_first(s)));
}

/* Masks, row and state of node i of a graph. An operation that the rules would forbid counts as
   open: it was taken. */
static void trace_node(const struct grower *w, struct play *play, int i, int g)
{
    struct walk *walk = &play->walk[g];
    const struct graph *graph = &play->target[g];
    int step = w->step_of[i], op = graph->op[i];
    if (i < w->states)
        play_enter(w, play, i, g);
    if (step >= 0)
        play->open_op[play_at(w, step, g)] = walk_ops(walk) | bit_of(op);
    play->op[play_at(w, i, g)] = (uint8_t)op;
    walk_take_op(walk, op);
    if (w->edge_of[i] >= 0)
        trace_reads(w, play, w->edge_of[i], graph->reads[i], g);
    else
        follow_reads(&w->space->node[i], walk, graph->reads[i]);
    play_settle(w, play, i, g, graph->reads[i]);
    (void)walk_next(walk);
}

static bool is_open(bits open)
{
    return open & (open - 1);
}

/* Number of choices of row e up to the last that graph g really had. */
static int count_asked(const struct grower *w, const struct play *play, int e, int g)
{
    const struct edge_row *row = &w->edge.row[e];
    int n = row->steps;
    while (n > 0 && !is_open(play->open[play_at(w, row->choice + n - 1, g)]))
        n--;
    return n;
}

void play_ask(const struct grower *w, struct play *play, int e, int t, int g)
{
    const struct edge_row *row = &w->edge.row[e];
    int at = play_at(w, row->choice + t, g), last = at - w->room;
    int32_t parent, label;
    if (t == 0) {
        parent = -1 - play->state_of[play_at(w, row->node, g)];
        label = play->op[play_at(w, row->node, g)];
    } else {
        bool read = row->choose || play->take[last];
        int j = row->choose ? play->take[last] : edge_candidate(row, t - 1);
        parent = play->query_of[last];
        label = read ? play->row_of[play_at(w, j, g)] + 1 : 0;
    }
    play->query_of[at] = trie_child(&play->query, parent, label);
}

struct mat play_starts(const struct grower *w, real *hidden)
{
    return (struct mat){hidden + 2 * w->state.size, w->state.parts * w->state.size};
}

/* Queries at choice t: those after which more is asked, or the others. */
static void ask_level(const struct grower *w, struct play *play, int t, bool more)
{
    for (int e = 0; e < w->edge.rows; e++)
        for (int g = 0; g < play->graphs; g++) {
            int n = t < w->edge.row[e].steps ? play->asked[play_at(w, e, g)] : 0;
            if (more ? t + 1 < n : t + 1 == n)
                play_ask(w, play, e, t, g);
        }
}

/* Queries of all graphs, level by level. */
static void ask_all(const struct grower *w, struct play *play)
{
    for (int e = 0; e < w->edge.rows; e++)
        for (int g = 0; g < play->graphs; g++)
            play->asked[play_at(w, e, g)] = (uint8_t)count_asked(w, play, e, g);
    for (int t = 0; t < w->edge.steps; t++) {
        struct edge_level *level = &play->level[play->levels];
        level->from = play->query.count;
        ask_level(w, play, t, true);
        level->middle = play->query.count;
        ask_level(w, play, t, false);
        level->to = play->query.count;
        if (level->to == level->from)
            break;
        play->levels++;
    }
    edge_mark(&play->query, &play->edges);
}

static void append_pair(struct play *play, int32_t query, int32_t row, bool yes)
{
    int i = play->ask.count++;
    play->ask.query[i] = query;
    play->ask.row[i] = row;
    play->ask.yes[i] = yes;
}

void play_append(const struct grower *w, struct play *play, int e, int t, int g)
{
    const struct edge_row *row = &w->edge.row[e];
    int choice = play_at(w, row->choice + t, g);
    int32_t query = play->query_of[choice];
    if (!is_open(play->open[choice]))
        return;
    if (!row->choose) {
        int j = edge_candidate(row, t);
        append_pair(play, query, play->row_of[play_at(w, j, g)], play->take[choice]);
        return;
    }
    for (bits s = play->open[choice]; s; s &= s - 1)
        append_pair(play, query, play->row_of[play_at(w, bits_first(s), g)], false);
}

/* Which of a query's pairs is its first, and which queries have none. */
static void mark_first(struct play *play)
{
    struct asks *ask = &play->ask;
    memset(play->edges.asked, 0, (size_t)play->query.count * sizeof *play->edges.asked);
    for (int i = 0; i < ask->count; i++) {
        ask->first[i] = !play->edges.asked[ask->query[i]];
        play->edges.asked[ask->query[i]] = true;
    }
}

/* All that a play asks for. */
static void list_asks(const struct grower *w, struct play *play)
{
    play->ask.count = 0;
    for (int e = 0; e < w->edge.rows; e++) {
        play->ask.at[e] = play->ask.count;
        for (int g = 0; g < play->graphs; g++)
            for (int t = 0, n = play->asked[play_at(w, e, g)]; t < n; t++)
                play_append(w, play, e, t, g);
    }
    play->ask.at[w->edge.rows] = play->ask.count;
    mark_first(play);
}

/* Node by node, so that rows and states of a node lie side by side. */
static void trace_all(const struct grower *w, struct play *play)
{
    for (int i = 0; i < w->gnn.nodes; i++) {
        for (int g = 0; g < play->graphs; g++)
            if (i < play->target[g].size)
                trace_node(w, play, i, g);
        if (i < w->edge.inputs)
            play->inputs = play->rows.count;
    }
}

void play_load(const struct grower *w, struct play *play, const ganas_batch *batch,
               const int32_t *index, int32_t n)
{
    play_clear(w, play);
    play->graphs = n;
    for (int g = 0; g < n; g++) {
        batch_get(batch, index[g], &play->target[g]);
        walk_start(&play->walk[g], w->space, w->rules);
    }
    trace_all(w, play);
    rows_close(&play->rows);
    ask_all(w, play);
    list_asks(w, play);
}

/* ---- forward ---- */

static real *op_logp_of(const struct grower *w, const struct play *play, int r)
{
    return play->op_logp + (ptrdiff_t)r * w->gnn.ops;
}

/* Log-probabilities of the operations taken. */
static void choose_ops(const struct grower *w, struct play *play)
{
    for (int step = 0; step < w->steps; step++)
        for (int g = 0; g < play->graphs; g++) {
            int r = play_at(w, step, g), node = play_at(w, w->node_of[step], g);
            real *logp = op_logp_of(w, play, r);
            play->logp[r] = play->entropy[r] = play->op_entropy[r] = 0;
            if (!play->open_op[r])
                continue;
            const real *logit = play->states.logit + (ptrdiff_t)play->state_of[node] * w->gnn.ops;
            play->op_entropy[r] = nn_log_softmax(logp, logit, play->open_op[r]);
            play->entropy[r] = play->op_entropy[r];
            play->logp[r] = logp[play->op[node]];
        }
}

/* Adds c to the logits of the FREE rows, and works out what was answered. */
static void answer(const struct grower *w, const real *theta, struct play *play)
{
    struct asks *ask = &play->ask;
    for (int e = 0; e < w->edge.rows; e++) {
        int from = ask->at[e], n = ask->at[e + 1] - from;
        if (w->edge.row[e].choose)
            continue;
        nn_add(ask->logit + from, theta[w->edge.c], n);
        kernel->yes_no(ask->logp + from, ask->entropy + from, ask->logit + from, ask->yes + from,
                       n);
    }
}

/* Choice t of row e, graph g, whose numbers in the list begin at i: adds its log-probability and
   entropy to the step's, keeps what backward needs, and returns where the next one's begin. */
static int choose_read(const struct grower *w, struct play *play, int e, int t, int g, int i)
{
    const struct edge_row *row = &w->edge.row[e];
    int choice = play_at(w, row->choice + t, g), r = play_at(w, row->step, g);
    bits open = play->open[choice];
    real *logp = play->pick_logp + (ptrdiff_t)choice * w->gnn.nodes;
    if (!is_open(open))
        return i;
    if (!row->choose) {
        play->logp[r] += play->ask.logp[i];
        play->entropy[r] += play->ask.entropy[i];
        return i + 1;
    }
    for (bits s = open; s; s &= s - 1)
        logp[bits_first(s)] = play->ask.logit[i++];
    play->pick_entropy[choice] = nn_log_softmax(logp, logp, open);
    play->logp[r] += logp[play->take[choice]];
    play->entropy[r] += play->pick_entropy[choice];
    return i;
}

static void choose_reads(const struct grower *w, const real *theta, struct play *play)
{
    int i = 0;
    edge_logits(&w->edge, theta, &play->edges, play->ask.query, play->ask.row, play->ask.count,
                play->ask.logit);
    answer(w, theta, play);
    for (int e = 0; e < w->edge.rows; e++)
        for (int g = 0; g < play->graphs; g++)
            for (int t = 0, n = play->asked[play_at(w, e, g)]; t < n; t++)
                i = choose_read(w, play, e, t, g, i);
}

void play_forward(const struct grower *w, const real *theta, struct play *play)
{
    for (int layer = 0; layer < w->gnn.layers; layer++)
        gnn_forward(&w->gnn, theta, &play->rows, &play->act, layer, 0, play->rows.count);
    state_forward(&w->state, theta, &play->state, &play->states, play->act.out, 0,
                  play->state.count);
    choose_ops(w, play);
    if (!w->edge.rows)
        return;
    edge_inputs(&w->edge, theta, &play->edges, play->act.out, 0, play->inputs, play->rows.count);
    for (int l = 0; l < play->levels; l++) {
        const struct edge_level *level = &play->level[l];
        edge_queries(&w->edge, theta, &play->query, &play->edges,
                     play_starts(w, play->states.hidden), level->from, level->to);
        edge_answers(&w->edge, theta, &play->edges, level->from, level->middle, true);
        edge_answers(&w->edge, theta, &play->edges, level->middle, level->to, false);
    }
    choose_reads(w, theta, play);
}

/* ---- backward ---- */

static void ops_back(const struct grower *w, struct play *play)
{
    real d[GANAS_MAX_NODES];
    for (int step = 0; step < w->steps; step++)
        for (int g = 0; g < play->graphs; g++) {
            int r = play_at(w, step, g), node = play_at(w, w->node_of[step], g);
            if (!play->open_op[r])
                continue;
            int32_t s = play->state_of[node];
            play->states.d_value[s] += play->d_value[r];
            nn_log_softmax_back(d, op_logp_of(w, play, r), play->open_op[r], play->op[node],
                                play->d_logp[r], play->d_entropy[r], play->op_entropy[r],
                                w->gnn.ops);
            nn_axpy(play->states.d_logit + (ptrdiff_t)s * w->gnn.ops, 1, d, w->gnn.ops);
        }
}

/* The gradients of choice t of row e, graph g, from number i of the list on; returns the next. */
static int read_back(const struct grower *w, struct play *play, int e, int t, int g, int i)
{
    const struct edge_row *row = &w->edge.row[e];
    int choice = play_at(w, row->choice + t, g), r = play_at(w, row->step, g);
    bits open = play->open[choice];
    const real *logp = play->pick_logp + (ptrdiff_t)choice * w->gnn.nodes;
    real d[GANAS_MAX_NODES];
    if (!is_open(open))
        return i;
    if (!row->choose) {
        play->ask.d_logp[i] = play->d_logp[r];
        play->ask.d_entropy[i] = play->d_entropy[r];
        return i + 1;
    }
    nn_log_softmax_back(d, logp, open, play->take[choice], play->d_logp[r], play->d_entropy[r],
                        play->pick_entropy[choice], w->gnn.nodes);
    for (bits s = open; s; s &= s - 1)
        play->ask.d[i++] = d[bits_first(s)];
    return i;
}

/* The FREE rows' logits, and c. */
static void answer_back(const struct grower *w, real *grad, struct play *play)
{
    struct asks *ask = &play->ask;
    for (int e = 0; e < w->edge.rows; e++) {
        int from = ask->at[e], n = ask->at[e + 1] - from;
        if (w->edge.row[e].choose)
            continue;
        kernel->yes_no_back(ask->d + from, ask->logit + from, ask->yes + from, ask->d_logp + from,
                            ask->d_entropy + from, n);
        for (int i = from; i < from + n; i++)
            grad[w->edge.c] += ask->d[i];
    }
}

static void reads_back(const struct grower *w, const real *theta, real *grad, struct play *play)
{
    int i = 0;
    edge_clear(&w->edge, &play->edges, play->inputs, play->rows.count);
    for (int e = 0; e < w->edge.rows; e++)
        for (int g = 0; g < play->graphs; g++)
            for (int t = 0, n = play->asked[play_at(w, e, g)]; t < n; t++)
                i = read_back(w, play, e, t, g, i);
    answer_back(w, grad, play);
    edge_logits_back(&w->edge, theta, grad, &play->edges, play->ask.query, play->ask.row,
                     play->ask.first, play->ask.count, play->ask.d);
    edge_queries_back(&w->edge, theta, grad, &play->query, &play->edges, play->level, play->levels,
                      play_starts(w, play->states.d_hidden));
}

static void encoder_back(const struct grower *w, const real *theta, real *grad, struct play *play)
{
    int n = play->rows.count;
    for (int layer = w->gnn.layers - 1; layer >= 0; layer--) {
        gnn_backward(&w->gnn, theta, grad, &play->rows, &play->act, play->d_h, &play->scratch,
                     layer, 0, n);
        if (layer > 0)
            gnn_gather(&w->gnn, &play->rows, &play->scratch, layer, 0, n);
    }
}

void play_backward(const struct grower *w, const real *theta, real *grad, struct play *play)
{
    int rows = play->rows.count;
    state_clear(&w->state, &play->states, play->state.count);
    memset(play->d_h, 0, (size_t)(rows * w->gnn.width) * sizeof(real));
    ops_back(w, play);
    if (w->edge.rows)
        reads_back(w, theta, grad, play);
    state_backward(&w->state, theta, grad, &play->state, &play->states, play->d_h);
    if (w->edge.rows)
        edge_inputs_back(&w->edge, theta, grad, &play->edges, play->act.out, play->d_h,
                         play->inputs, rows);
    encoder_back(w, theta, grad, play);
}
