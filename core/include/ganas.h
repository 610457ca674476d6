/*
 * ganas.h - the whole public face of the core: search for network architectures by GA-NAS.
 *
 * What is here: spaces of graphs and their rules, batches of candidates, tables, the pool of what
 * was evaluated, and the three learners (generator, pairwise discriminator, ranker).
 * What is not: evaluators, schedules, the search loop. Those are Lua (lua/ganas/).
 *
 * The text between `cdef: on` and `cdef: off` is handed to LuaJIT's FFI as it stands.
 *
 * Conventions
 *   Every ganas_x_new stores a handle through its first argument and leaves it untouched on
 * failure; ganas_x_free(NULL) does nothing. A handle keeps pointers to the handles it was made
 * from: free it before them. Every fallible call returns a ganas_status; ganas_errmsg() then holds
 * the sentence, for the calling thread, until that thread's next failure. Candidates are rows
 * 0..count-1 of a batch. Node 0 is always an input; edges go from lower to higher node numbers
 * only, so that bit j of reads[i] says "node i reads node j", j < i. No handle may be used from two
 * threads at once; the calls thread inside (ganas_threads). The bits of every result depend on the
 * arguments alone, never on the number of threads.
 */
#ifndef GANAS_H
#define GANAS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* cdef: on */

enum { GANAS_ABI = 1 }; /* raised whenever this header changes meaning */

/* Limits of the core. */
enum {
    GANAS_MAX_NODES = 64, /* nodes of a graph, inputs and outputs included */
    GANAS_MAX_OPS = 64,   /* operations in a space's vocabulary */
    GANAS_MAX_RULES = 32, /* declared rules of one search */
    GANAS_MAX_TERMS = 64  /* comparisons in them */
};

typedef enum ganas_status {
    GANAS_OK = 0,
    GANAS_E_MEMORY = 1,   /* an allocation failed */
    GANAS_E_ARGUMENT = 2, /* a value out of range, a handle of another space */
    GANAS_E_FILE = 3,     /* a file can't be opened, read or mapped */
    GANAS_E_PARSE = 4,    /* a file's text is not what it should be; the message names the line */
    GANAS_E_SPACE = 5,    /* a space or a graph that breaks the grammar */
    GANAS_E_EMPTY = 6,    /* rules that leave nothing to choose */
    GANAS_E_FULL = 7,     /* a batch without room */
    GANAS_E_NUMBER = 8,   /* a loss, gradient or score that is not finite */
    GANAS_E_INTERNAL = 9  /* a fault of ours */
} ganas_status;

typedef struct ganas_threads ganas_threads;
typedef struct ganas_rng ganas_rng;
typedef struct ganas_space ganas_space;
typedef struct ganas_rules ganas_rules;
typedef struct ganas_batch ganas_batch;
typedef struct ganas_table ganas_table;
typedef struct ganas_import ganas_import;
typedef struct ganas_pool ganas_pool;
typedef struct ganas_predictor ganas_predictor;
typedef struct ganas_policy ganas_policy;
typedef struct ganas_disc ganas_disc;
typedef struct ganas_rank ganas_rank;
typedef struct ganas_bayes ganas_bayes;
typedef struct ganas_gp ganas_gp;
typedef struct ganas_images ganas_images;
typedef struct ganas_convnet ganas_convnet;

/* ---- status ---- */

/* GANAS_ABI as the library was compiled. */
int32_t ganas_abi(void);

/* The version, "1.2.3". Static. */
const char *ganas_version(void);

/* The sentence of this thread's last failure, without a trailing newline. Never NULL. */
const char *ganas_errmsg(void);

/* "GANAS_E_PARSE" for 4 and so on, "?" for a number that is no status. Static. */
const char *ganas_status_name(int32_t status);

/* ---- arithmetic ---- */

/* What this process computes with. Static texts. */
typedef struct ganas_cpu {
    const char
        *isa; /* kernels in use: "avx512", "avx2", "fma128" or "base"; all give the same bits */
    const char *gemm;    /* matrix products: "native" or "openblas" */
    const char *blas;    /* OpenBLAS on itself: version, flavour, core */
    int32_t blas_openmp; /* 1: it is the OpenMP flavour, whose threads get in the way of ours */
    int32_t reserved;    /* 0 */
} ganas_cpu;

/*
 * Chosen when the process starts: by the CPU, by GANAS_ISA (avx512, avx2, portable) and GANAS_GEMM
 * (native, openblas). GANAS_E_ARGUMENT when one of the two names what there isn't or what the CPU
 * lacks; *cpu then says what is used all the same.
 */
int32_t ganas_cpu_get(ganas_cpu *cpu);

/* ---- threads ---- */

/* A pool of `count` threads, the caller's included: 1..64. Also holds OpenBLAS to one thread. */
int32_t ganas_threads_new(ganas_threads **out, int32_t count);
void ganas_threads_free(ganas_threads *threads);
int32_t ganas_threads_count(const ganas_threads *threads);

/* ---- measurements ---- */

/* Multiply-adds in registers, as fast as all threads of the pool together do them: the best of
   many short runs within `seconds`, in 1e9 floating-point operations a second. */
int32_t ganas_bench_peak(ganas_threads *threads, double seconds, double *gflops);

/* From start to stop, the multiplications and additions of all matrix products are counted. */
void ganas_bench_start(void);
int64_t ganas_bench_stop(void);

/* ---- random numbers ---- */

/*
 * A stream of Philox4x32-10 numbers (Salmon et al. 2011) named by seed and purpose. Streams of
 * other names or seeds are independent. A call that draws for n candidates moves the stream on by
 * n.
 */
int32_t ganas_rng_new(ganas_rng **out, uint64_t seed, const char *purpose);
void ganas_rng_free(ganas_rng *rng);

/* One number in [0, 1), 53 bits. */
double ganas_rng_uniform(ganas_rng *rng);

/* ---- space ---- */

typedef enum ganas_read {
    GANAS_READ_FIXED = 0,  /* reads exactly read_set */
    GANAS_READ_CHOOSE = 1, /* reads exactly read_count of read_set */
    GANAS_READ_FREE = 2    /* reads any subset of read_set with at least one, under max_edges */
} ganas_read;

typedef enum ganas_identity {
    GANAS_IDENTITY_STRING = 0, /* the graph as written: same operations, same reads */
    GANAS_IDENTITY_NETWORK = 1 /* what lies between input and output, up to isomorphism */
} ganas_identity;

/*
 * A grammar for growing a graph one node at a time. The arrays have `nodes` entries and are copied.
 * A node whose op_set has one bit has no operation to choose. A node of kind FIXED with an empty
 * read_set is an input. With end_op >= 0 a node that takes end_op is the output and ends the graph,
 * which then has min_nodes..nodes nodes; the last node always takes it. Without, every graph has
 * all nodes and the nodes of output_set are the outputs.
 */
typedef struct ganas_space_spec {
    int32_t nodes;          /* most nodes of a graph, 2..64 */
    int32_t ops;            /* size of the vocabulary, 1..64 */
    int32_t end_op;         /* operation that ends a graph, or -1 */
    int32_t min_nodes;      /* fewest nodes of a graph; only with end_op */
    int32_t max_edges;      /* most edges of a graph over its CHOOSE and FREE nodes; 0: no limit */
    int32_t reserved;       /* 0 */
    uint64_t dead_ops;      /* operations that cut: identity, depth and pruning see no such node */
    uint64_t output_set;    /* output nodes, when end_op < 0 */
    const uint64_t *op_set; /* bit o: the node may be operation o */
    const uint8_t *read_kind;  /* ganas_read */
    const uint8_t *read_count; /* sources of a CHOOSE node, 1..8; 0 elsewhere */
    const uint64_t *read_set;  /* bit j, j < node: sources (FIXED) or candidates */
    const int8_t
        *read_after;          /* a CHOOSE node: all its sources come after the last source of that
                                 earlier CHOOSE node; -1: free of it. Makes unordered pairs unique */
    const int8_t *op_after;   /* the earlier node whose operation narrows the node's own; -1: none.
                                 NULL: none at all. Not with end_op */
    const uint64_t *op_given; /* [nodes * ops], if op_after is there: the operations that are left
                                 to node i after operation o of node op_after[i] */
} ganas_space_spec;

/* GANAS_E_SPACE names the node and what is wrong with it. */
int32_t ganas_space_new(ganas_space **out, const ganas_space_spec *spec);
void ganas_space_free(ganas_space *space);

/*
 * Number of graphs that the grammar can write, counted exactly where every choice is independent of
 * the others or the walk is short, as a double; *exact is 0 where it is an upper bound.
 */
int32_t ganas_space_size(const ganas_space *space, double *size, int32_t *exact);

/* ---- measures and rules ---- */

typedef enum ganas_measure_kind {
    GANAS_MEASURE_SUM = 0,   /* sum over nodes of table[node * ops + op]: can be masked */
    GANAS_MEASURE_DEPTH = 1, /* most nodes that are neither input nor output on one input-output
                                path; nodes of `broken_by` operations cut paths */
    GANAS_MEASURE_NODES = 2, /* nodes, inputs and outputs included, after pruning */
    GANAS_MEASURE_EDGES = 3, /* edges after pruning */
    GANAS_MEASURE_PATH = 4,  /* 1 where a path leads from some nodes to others, else 0 */
    GANAS_MEASURE_GIVEN = 5  /* not computed: its values come with the batch */
} ganas_measure_kind;

typedef enum ganas_compare {
    GANAS_LE = 0,
    GANAS_GE = 1,
    GANAS_EQ = 2,
    GANAS_LT = 3,
    GANAS_GT = 4,
    GANAS_NE = 5
} ganas_compare;

/*
 * Adds a measure to the space and stores its number. `table` [nodes * ops] is for SUM (copied,
 * finite, entries of operations that a node can't take are ignored), `broken_by` for DEPTH.
 */
int32_t ganas_space_measure(ganas_space *space, int32_t kind, const double *table,
                            uint64_t broken_by, int32_t *measure);

/*
 * The same for a sum whose table depends on the operation of one node (a resolution, say): tables
 * [ops][nodes * ops], one for each operation that `node` can have. Nodes before it must add the
 * same in all. On spaces without end_op.
 */
int32_t ganas_space_sum_by(ganas_space *space, int32_t node, const double *tables,
                           int32_t *measure);

/*
 * The same for a path from a node of the set `from` (0: the inputs) to one of `to` (0: the
 * outputs). No node on it but inputs and outputs is of a dead operation; between its ends none is
 * of `broken_by`.
 */
int32_t ganas_space_path(ganas_space *space, uint64_t from, uint64_t to, uint64_t broken_by,
                         int32_t *measure);

/* Least and greatest value over the space: exact for SUM on spaces without end_op, else a bound. */
int32_t ganas_space_measure_range(const ganas_space *space, int32_t measure, double *least,
                                  double *greatest);

/* An empty set of rules: accepts the whole grammar. */
int32_t ganas_rules_new(ganas_rules **out, ganas_space *space);
void ganas_rules_free(ganas_rules *rules);

/*
 * A term of rules: sum over k of factor[k] * measure[k], plus the sum over nodes of table[node *
 * ops + op] as SUM has it, <compare> bound. A value that is NaN holds no comparison, NE included.
 */
typedef struct ganas_term {
    int32_t count;          /* measures, 0..8 */
    int32_t compare;        /* ganas_compare */
    const int32_t *measure; /* [count] */
    const double *factor;   /* [count], finite */
    const double *table;    /* [nodes * ops], or NULL */
    double bound;
} ganas_term;

/*
 * Adds a term, to be used in rules, and stores its number. It is masked when sampling can hold it
 * so that no draw breaks it: when there is nothing in it but sums, of spaces without end_op.
 */
int32_t ganas_rules_term(ganas_rules *rules, const ganas_term *term, int32_t *number,
                         int32_t *masked);

/* Least and greatest of the left side of a term, as ganas_space_measure_range has them. */
int32_t ganas_rules_term_range(const ganas_rules *rules, int32_t term, double *least,
                               double *greatest);

enum { GANAS_AND = -1, GANAS_OR = -2 };

/*
 * Adds a rule: a postfix program of numbers of terms, GANAS_AND and GANAS_OR. It is masked when all
 * its terms are; those that are steer the sampling in any case. GANAS_E_EMPTY when nothing can
 * satisfy it, as far as the ranges of its terms show.
 */
int32_t ganas_rules_combine(ganas_rules *rules, const int32_t *program, int32_t length,
                            int32_t *masked);

/*
 * Adds the rule `measure <compare> bound`; in short for a term and its program. GANAS_E_EMPTY, with
 * the least or greatest value in the message, when nothing can satisfy it.
 */
int32_t ganas_rules_add(ganas_rules *rules, int32_t measure, int32_t compare, double bound,
                        int32_t *masked);

/* ---- batch ---- */

/* Candidates side by side. Row i of each array belongs to candidate i. Valid until the batch is
 * freed. */
typedef struct ganas_batch_view {
    int32_t count, capacity;
    int32_t nodes, ops;    /* the space's */
    const uint8_t *size;   /* [capacity] nodes of this graph */
    const uint8_t *op;     /* [capacity * nodes] operation of each node; 0 past the end */
    const uint32_t *reads; /* [capacity * nodes * 2] low and high word of the node's read set */
} ganas_batch_view;

int32_t ganas_batch_new(ganas_batch **out, ganas_space *space, int32_t capacity);
void ganas_batch_free(ganas_batch *batch);
void ganas_batch_view_get(const ganas_batch *batch, ganas_batch_view *view);
int32_t ganas_batch_count(const ganas_batch *batch);
void ganas_batch_clear(ganas_batch *batch);

/* Drops every candidate from row `count` on. */
int32_t ganas_batch_truncate(ganas_batch *batch, int32_t count);

/*
 * Appends the graph with `size` nodes: op[size], reads[size * 2] (words as in the view). Nodes of
 * kind FIXED may have reads 0 and are filled in. GANAS_E_SPACE says which node breaks the grammar.
 */
int32_t ganas_batch_push(ganas_batch *batch, int32_t size, const uint8_t *op,
                         const uint32_t *reads);

/* Appends rows index[0..n-1] of `from`, a batch of the same space (not `batch` itself). */
int32_t ganas_batch_append(ganas_batch *batch, const ganas_batch *from, const int32_t *index,
                           int32_t n);

/* Keeps the rows with keep[i] != 0, in order. */
int32_t ganas_batch_filter(ganas_batch *batch, const uint8_t *keep);

/* key[count * 2]: 128 bits that are equal for two candidates exactly when they are one network
   under `identity` (but for hash collisions, 2^-128 a pair, where the graph does not fit in 128
   bits). */
int32_t ganas_batch_keys(const ganas_batch *batch, int32_t identity, uint64_t *key);

/* live[count * 2]: low and high word of the set of each candidate's nodes that are left when what
   lies on no path from input to output is pruned, and nodes of dead operations; inputs and outputs
   always are. */
int32_t ganas_batch_live(const ganas_batch *batch, uint32_t *live);

/* value[count] of a measure that is not GIVEN. */
int32_t ganas_batch_measure(const ganas_batch *batch, int32_t measure, double *value);

/*
 * ok[count]: 1 where every rule holds. rejected[number of rules] (may be NULL) counts, for each
 * rule, the candidates that break it.
 */
int32_t ganas_batch_check(const ganas_batch *batch, const ganas_rules *rules, uint8_t *ok,
                          int64_t *rejected);

/*
 * The same with the values of GIVEN measures: given[measure] is an array [count], or NULL (as may
 * be `given`) where nobody has looked: then terms with that measure hold. excess[count] (may be
 * NULL) says how far a candidate is from what the rules accept: 0 where they hold, else the sum
 * over rules of the part of its range by which a term misses, the least of those joined by OR.
 */
int32_t ganas_batch_judge(const ganas_batch *batch, const ganas_rules *rules,
                          const double *const *given, uint8_t *ok, int64_t *rejected,
                          double *excess);

/*
 * Least squares: the table [nodes * ops] of the sum that comes nearest to value[count] (NaN: left
 * out), entries that no candidate has being 0, the constant at the first input; residual[count] is
 * value minus sum. On spaces without end_op.
 */
int32_t ganas_batch_fit(const ganas_batch *batch, const double *value, double *table,
                        double *residual);

/*
 * Appends n random candidates under the masked rules. Operations are drawn uniformly among those
 * that are open; sources, and where a graph ends, so that all graphs with the same operations are
 * equally likely. In a space whose graphs have at most 8 nodes that may change places (each but the
 * inputs may read all before it and take any operation, from the smallest graph on) all networks
 * are equally likely. Rules that can't be masked are not looked at. A walk that ends in a dead end
 * (two bounds that can't both hold) is redrawn and counted in *dropped (may be NULL); GANAS_E_EMPTY
 * after 1000 for one candidate, and nothing is appended.
 */
int32_t ganas_batch_random(ganas_batch *batch, const ganas_rules *rules, ganas_rng *rng, int32_t n,
                           int64_t *dropped);

/*
 * Estimates from n random graphs how many networks the grammar can write, isomorphic graphs being
 * one, and the standard deviation of that, relative; *count is 0 where it can't: in spaces whose
 * networks ganas_batch_random doesn't draw uniformly.
 */
int32_t ganas_space_networks(const ganas_space *space, ganas_rng *rng, int32_t n, double *count,
                             double *deviation);

/*
 * Appends n mutants of uniformly chosen rows of `parents`: 1 + Geometric(more) edits, at most
 * `most`; an edit gives one node another operation or another source, or flips one edge. Edits keep
 * the grammar and masked rules; a parent that breaks one of these is edited until it doesn't.
 * parent[n] (may be NULL) gets each mutant's row in `parents`.
 */
int32_t ganas_batch_mutate(ganas_batch *batch, const ganas_batch *parents, const ganas_rules *rules,
                           ganas_rng *rng, int32_t n, double more, int32_t most, int32_t *parent);

/*
 * Appends every graph of the grammar that the masked rules allow, from the `skip`-th on (0-based)
 * in the order of the choices, until the batch is full. *more is 1 when graphs are left.
 */
int32_t ganas_batch_enumerate(ganas_batch *batch, const ganas_rules *rules, int64_t skip,
                              int32_t *more);

/* The same from the graph on that comes after row i of `from`, without walking up to it. That row
   has to obey the masked rules, else what comes after it is undefined. */
int32_t ganas_batch_enumerate_after(ganas_batch *batch, const ganas_rules *rules,
                                    const ganas_batch *from, int32_t i, int32_t *more);

/* ---- table ---- */

/*
 * A CSV file, plain or gzip, in memory: a header line, one row a line, no quoting needed but
 * "quoted" fields accepted, \n or \r\n. GANAS_E_PARSE with "file:line: ..." for a short or long
 * line, a duplicate column, an empty file.
 * Or a table file as ganas_import writes them, known by its first bytes or the ending .ganas:
 * mapped into memory, and read where it is asked for. GANAS_E_PARSE with "file: byte N: ..." where
 * it is damaged, now or then.
 * Or, where the path ends in .u8, .u16, .u32 or .u64 (and .gz), little-endian numbers with nothing
 * between them: one column named like the file; number i is on "line" i + 2.
 */
int32_t ganas_table_open(ganas_table **out, const char *path);
void ganas_table_free(ganas_table *table);
int32_t ganas_table_rows(const ganas_table *table);
int32_t ganas_table_columns(const ganas_table *table);
/* Name of a column, NULL past the end. */
const char *ganas_table_column_name(const ganas_table *table, int32_t column);
/* Number of the column of that name, -1 when there is none. */
int32_t ganas_table_column(const ganas_table *table, const char *name);
/* 1 where a table file has a column's fields as numbers. */
int32_t ganas_table_numeric(const ganas_table *table, int32_t column);
/* Text of a field, NUL-terminated; NULL out of range or, with a message, where the file is damaged.
   Stays valid as long as the table; that of a number until the next one. */
const char *ganas_table_text(const ganas_table *table, int32_t row, int32_t column);
/* Line of a row in the file, the header being line 1; 0 in a table file. */
int32_t ganas_table_line(const ganas_table *table, int32_t row);
/* value[rows] of a column as numbers; GANAS_E_PARSE names the first field that is no finite number.
   `nan_ok`: an empty field, "nan" or "NaN" is a NaN instead. */
int32_t ganas_table_numbers(const ganas_table *table, int32_t column, int32_t nan_ok,
                            double *value);
/* 1 where the file itself has an index of a column: its texts differ and can be found at once. */
int32_t ganas_table_indexed(const ganas_table *table, int32_t column);
/* Makes the texts of a column findable: by the file's index, else by one that is built now.
   GANAS_E_PARSE names a text that is there twice. */
int32_t ganas_table_index(ganas_table *table, int32_t column);
/* The row of a text in such a column, -1 when it isn't there. */
int32_t ganas_table_find(const ganas_table *table, int32_t column, const char *text, int32_t *row);
/* Reads a table file to its end and holds it to its checksums. */
int32_t ganas_table_check(const ganas_table *table);

/* hex[33]: the MD5 digest (RFC 1321) of `size` bytes as 32 lower-case digits and a NUL. */
int32_t ganas_md5(const char *text, int64_t size, char *hex);

/* ---- import: table files from other formats ---- */

/* How far an import is. */
typedef struct ganas_import_progress {
    double read, written; /* shares of the work, 0..1; written is 1 when the table is there */
    int64_t records;      /* read: records, files or rows */
    int32_t rows, columns;
    int32_t expected; /* rows that there would be if nothing were missing; 0: not known */
    int32_t reserved; /* 0 */
} ganas_import_progress;

/* Name of the i-th format that can be imported, NULL past the last. Static. */
const char *ganas_import_format(int32_t i);

/*
 * Prepares to read `from`, a file or folder of that format, and to write the table file `to`, which
 * appears, or takes the place of an older one, when it is whole. Beside it there must be room for
 * what was read so far.
 */
int32_t ganas_import_new(ganas_import **out, const char *format, const char *from, const char *to);

/* An import that isn't finished leaves nothing behind. */
void ganas_import_free(ganas_import *import);

/* Goes on for some milliseconds. GANAS_E_PARSE says where the input is damaged: with "path: byte N"
   or such. */
int32_t ganas_import_step(ganas_import *import, ganas_import_progress *progress);

/* ---- predictor ---- */

/*
 * A trained network that predicts a number for candidates that are chains of blocks: graph
 * convolutions over the chain, the sum over the blocks, dense layers. A node is a block, or
 * nothing. y_i = root x_i + rel x_(i-1) + bias;  x'_i = leaky(y_i), plus x_i from the second layer
 * on Every array is copied.
 */
typedef struct ganas_predictor_spec {
    int32_t inputs, width, layers; /* numbers of a block, of a hidden block; graph layers, 1..16 */
    int32_t dense;                 /* dense layers, 1..16 */
    int32_t by;                /* the node whose operation decides about inputs; -1: none does */
    int32_t reserved;          /* 0 */
    double slope;              /* of leaky on the negative side, in graph layers */
    const float *input;        /* [tables][nodes * ops][inputs], one table or one for each
                                  operation of `by`; NaN first: the node is no block */
    const float *weights;      /* graph layers: rel, root [width][in], bias [width]; dense layers:
                                  [out][in], bias [out] */
    const int32_t *out;        /* [dense] outputs of each dense layer; the last has 1 */
    const double *dense_slope; /* [dense] 1: linear, 0: ReLU */
} ganas_predictor_spec;

int32_t ganas_predictor_new(ganas_predictor **out, ganas_space *space,
                            const ganas_predictor_spec *spec);
void ganas_predictor_free(ganas_predictor *predictor);

/* value[count] of a batch. */
int32_t ganas_predictor_run(ganas_predictor *predictor, const ganas_batch *batch, double *value);

/* ---- pool: everything evaluated ---- */

int32_t ganas_pool_new(ganas_pool **out, ganas_space *space, int32_t identity);
void ganas_pool_free(ganas_pool *pool);
int32_t ganas_pool_count(const ganas_pool *pool);

/*
 * Adds row i of a batch with its score (higher is better; NaN: known, but it failed).
 * GANAS_E_ARGUMENT when the same network is there already.
 */
int32_t ganas_pool_add(ganas_pool *pool, const ganas_batch *batch, int32_t i, double score);

/* row[count]: where each candidate of the batch is in the pool, -1 where it is new. */
int32_t ganas_pool_find(const ganas_pool *pool, const ganas_batch *batch, int32_t *row);

/* value[count]: for each candidate of the batch the entry of by_row[pool's count] where it is in
   the pool, NaN where it is new. */
int32_t ganas_pool_values(const ganas_pool *pool, const ganas_batch *batch, const double *by_row,
                          double *value);

/* Keeps of a batch the first of each network, and with `fresh` only those not in the pool. */
int32_t ganas_pool_unique(const ganas_pool *pool, ganas_batch *batch, int32_t fresh);

/* score[count], in the order of addition. */
int32_t ganas_pool_scores(const ganas_pool *pool, double *score);

/*
 * Appends to `batch` the k best of the rows from `first` on (fewer if there are fewer), best first,
 * earlier before later among equals, failed ones never; index[k] (may be NULL) gets their rows.
 */
int32_t ganas_pool_top(const ganas_pool *pool, int32_t first, int32_t k, ganas_batch *batch,
                       int32_t *index);

/* Appends rows index[0..n-1] of the pool to `batch`. */
int32_t ganas_pool_rows(const ganas_pool *pool, const int32_t *index, int32_t n,
                        ganas_batch *batch);

/* ---- generator ---- */

/* Sizes and rates of a learner. Fill with ganas_net_defaults, then change. */
typedef struct ganas_net {
    int32_t width;         /* hidden units a node, multiple of 8, 8..256 */
    int32_t layers;        /* GraphConv layers, 1..8 */
    int32_t head;          /* hidden units of the heads, multiple of 8 */
    int32_t bidirectional; /* messages from successors too; the generator ignores it */
    int32_t position;      /* a node knows its number; the generator ignores it (it always does) */
    int32_t reserved;      /* 0 */
    double rate;           /* Adam's learning rate */
    double clip;           /* bound on the gradient's global norm */
} ganas_net;
void ganas_net_defaults(ganas_net *net);

/* What a training call did, for the log. */
typedef struct ganas_stats {
    double loss;     /* last step's */
    double entropy;  /* generator: mean entropy of a choice (nats) in the last step */
    double accuracy; /* discriminator, ranker: share of pairs on the right side of the boundary */
    double norm;     /* last step's gradient norm, before clipping */
    double ratio;    /* PPO: share of clipped steps in the last epoch */
} ganas_stats;

/*
 * The generator G: GraphConv over the nodes so far, MLP for the operation, GRU for the edges, a
 * value head. Weights are drawn from `rng`. `rules` give the masks and may be NULL.
 */
int32_t ganas_policy_new(ganas_policy **out, ganas_space *space, const ganas_rules *rules,
                         const ganas_net *net, ganas_threads *threads, ganas_rng *rng);
void ganas_policy_free(ganas_policy *policy);

/* Appends n samples to `batch`; dead ends as in ganas_batch_random. */
int32_t ganas_policy_sample(ganas_policy *policy, ganas_batch *batch, ganas_rng *rng, int32_t n,
                            int64_t *dropped);

/* logp[count] of a batch, and entropy[count]: sums over the choices, in nats. Either may be NULL.
 */
int32_t ganas_policy_score(ganas_policy *policy, const ganas_batch *batch, double *logp,
                           double *entropy);

/* Refits G to a batch: `steps` of Adam on -mean log p(choice) - entropy_weight * mean entropy. */
int32_t ganas_policy_refit(ganas_policy *policy, const ganas_batch *batch, int32_t steps,
                           double entropy_weight, ganas_stats *stats);

/* PPO (Schulman et al. 2017). Fill with ganas_ppo_defaults, then change. */
typedef struct ganas_ppo {
    int32_t epochs;        /* passes over the batch, 4 */
    int32_t reserved;      /* 0 */
    double clip;           /* of the probability ratio, 0.2 */
    double discount;       /* gamma of GAE, 1 */
    double lambda;         /* lambda of GAE, 0.95 */
    double value_weight;   /* 0.5 */
    double entropy_weight; /* 0.01 */
} ganas_ppo;
void ganas_ppo_defaults(ganas_ppo *ppo);

/* One PPO update: the batch as episodes, reward[count] paid at the last node. */
int32_t ganas_policy_ppo(ganas_policy *policy, const ganas_batch *batch, const double *reward,
                         const ganas_ppo *ppo, ganas_stats *stats);

/* ---- discriminator ---- */

/*
 * The pairwise discriminator D: a Siamese GraphConv encoder and an MLP on the two codes; the first
 * of a pair is from the truth set, the second is judged: same kind or not.
 */
int32_t ganas_disc_new(ganas_disc **out, ganas_space *space, const ganas_net *net,
                       ganas_threads *threads, ganas_rng *rng);
void ganas_disc_free(ganas_disc *disc);

/*
 * `steps` of Adam on the mean cross-entropy over all k(k-1) pairs (true, other true) -> 1 and all
 * k * n pairs (true, fake) -> 0.
 */
int32_t ganas_disc_train(ganas_disc *disc, const ganas_batch *truth, const ganas_batch *fakes,
                         int32_t steps, ganas_stats *stats);

/*
 * `steps` of Adam on the mean cross-entropy of given pairs: (row i of `left`, row i of `right`) ->
 * same[i], 0 or 1.
 */
int32_t ganas_disc_pairs(ganas_disc *disc, const ganas_batch *left, const ganas_batch *right,
                         const uint8_t *same, int32_t steps, ganas_stats *stats);

/* reward[count of x]: mean over the truth set of P(same | truth, x); with `hard` the share of
   P > 0.5. */
int32_t ganas_disc_reward(ganas_disc *disc, const ganas_batch *truth, const ganas_batch *x,
                          int32_t hard, double *reward);

/* ---- ranker ---- */

/* The ranking discriminator: f(x) = f2 . tanh(F1 code(x) + b); f(a) > f(b) says "a is better". */
int32_t ganas_rank_new(ganas_rank **out, ganas_space *space, const ganas_net *net,
                       ganas_threads *threads, ganas_rng *rng);
void ganas_rank_free(ganas_rank *rank);

/*
 * `steps` of Adam on the mean of softplus(f(b) - f(a)) over the pairs with score a > score b inside
 * a random subset of `subset` rows (all, if there are fewer). Rows with a NaN score are left out.
 */
int32_t ganas_rank_train(ganas_rank *rank, const ganas_batch *x, const double *score,
                         int32_t subset, int32_t steps, ganas_rng *rng, ganas_stats *stats);

/* f[count]. */
int32_t ganas_rank_score(ganas_rank *rank, const ganas_batch *x, double *f);

/* reward[count of x]: mean over the truth set of sigmoid(f(x) - f(truth)). */
int32_t ganas_rank_reward(ganas_rank *rank, const ganas_batch *truth, const ganas_batch *x,
                          double *reward);

/* hidden[count * net.head]: the inputs of the last layer, tanh(F1 code(x) + b). */
int32_t ganas_rank_hidden(ganas_rank *rank, const ganas_batch *x, double *hidden);

/* ---- Bayesian regression ---- */

/* Scores as a linear function of `inputs` numbers and a constant, 1..1024. */
int32_t ganas_bayes_new(ganas_bayes **out, int32_t inputs);
void ganas_bayes_free(ganas_bayes *bayes);

/* Forgets what it knew and learns from phi[count * inputs] and score[count] (NaN: left out). */
int32_t ganas_bayes_fit(ganas_bayes *bayes, const double *phi, const double *score, int32_t count);

/* The expected scores, value[count] of phi[count * inputs]. */
int32_t ganas_bayes_mean(const ganas_bayes *bayes, const double *phi, int32_t count, double *value);

/* ---- Gaussian process ---- */

/* A model of scores by which graphs that differ in few choices are alike. */
int32_t ganas_gp_new(ganas_gp **out, ganas_space *space);
void ganas_gp_free(ganas_gp *gp);

/* Forgets what it knew and learns the rows of x that have a score (not NaN): 1..2000 of them. */
int32_t ganas_gp_fit(ganas_gp *gp, const ganas_batch *x, const double *score);

/* mean[count] and deviation[count] (may be NULL) of what the scores may be. */
int32_t ganas_gp_score(ganas_gp *gp, const ganas_batch *x, double *mean, double *deviation);

/* index[n]: the rows of x from which the best score so far can expect most improvement, each one
   given those before it; earlier rows among equals. */
int32_t ganas_gp_pick(ganas_gp *gp, const ganas_batch *x, int32_t n, int32_t *index);

/* index[n]: the rows of x with the greatest sum of value[count] and `optimism` (from 0) deviations,
   each one given those before it; earlier rows among equals, NaN least. The first `quota` of them
   have own[count] != 0 (NULL: there is no quota), as far as so many do. */
int32_t ganas_gp_choose(ganas_gp *gp, const ganas_batch *x, const double *value, double optimism,
                        const uint8_t *own, int32_t quota, int32_t n, int32_t *index);

/* ---- images ---- */

/* A labelled set of images. */
typedef struct ganas_images_view {
    int32_t count, channels, height, width;
    int32_t classes;      /* 1 + the greatest label */
    int32_t reserved;     /* 0 */
    const uint8_t *pixel; /* [count][channels][height][width] */
    const uint8_t *label; /* [count] */
} ganas_images_view;

/* Two IDX files, plain or gzip: 8-bit images [count][height][width] and their labels. GANAS_E_PARSE
   says which byte is wrong. */
int32_t ganas_images_open(ganas_images **out, const char *images, const char *labels);

/* A set of what a view says; pixels and labels are copied, its `classes` may be more. Both NULL:
   all black, of class 0, until ganas_images_read. */
int32_t ganas_images_new(ganas_images **out, const ganas_images_view *view);
void ganas_images_free(ganas_images *images);
void ganas_images_view_get(const ganas_images *images, ganas_images_view *view);

/* What is in the file of one picture, by how it begins: PNG, or PNM of the kinds P2, P3, P5, P6.
   shape[3]: channels (1 grey, 3 red, green, blue), height, width. GANAS_E_PARSE says what is wrong
   with it. */
int32_t ganas_images_shape(const char *path, int32_t *shape);

/* Such a file becomes image `index` of a set, of a class below the set's `classes`; samples are
   scaled to 0..255. GANAS_E_PARSE also where it has another shape or is transparent; then the set
   is as before. */
int32_t ganas_images_read(ganas_images *images, int32_t index, const char *path, int32_t label);

/* ---- small convolutional networks ---- */

typedef enum ganas_layer_op {
    GANAS_LAYER_CONV = 0,      /* [channels][inputs' channels][kernel][kernel], no bias */
    GANAS_LAYER_DEPTHWISE = 1, /* [channels][kernel][kernel], no bias */
    GANAS_LAYER_MAX = 2,       /* pooling: the greatest of the window inside the image */
    GANAS_LAYER_MEAN = 3,      /* pooling: the mean of the same */
    GANAS_LAYER_SUM = 4,       /* of inputs of one shape */
    GANAS_LAYER_CONCAT = 5,    /* the channels of all inputs, of one height and width */
    GANAS_LAYER_ZERO = 6,      /* zeros in the shape of its input */
    GANAS_LAYER_CLASSIFY = 7   /* means over positions, linear with bias, softmax: the last layer */
} ganas_layer_op;

enum { GANAS_LAYER_INPUTS = 8, GANAS_MAX_LAYERS = 256 };

/*
 * A layer. Windows are odd and centred: output (y, x) looks at the inputs around (y stride, x
 * stride), zeros outside of the image; ceil(height / stride) rows come out.
 */
typedef struct ganas_layer {
    int32_t op;
    int32_t channels; /* CONV: outputs, CLASSIFY: classes; else those of the input (0 will do) */
    int32_t kernel;   /* 1, 3 or 5; 0 where there is no window */
    int32_t stride;   /* 1 or 2; 0 where there is no window */
    int32_t norm;     /* CONV, DEPTHWISE: batch norm follows */
    int32_t relu;     /* and ReLU after that */
    int32_t inputs;   /* 1..8 of them; one but for SUM and CONCAT */
    int32_t input[GANAS_LAYER_INPUTS]; /* 0: the image, i + 1: layer i, i below its own number */
} ganas_layer;

/*
 * A network for images of that shape, trained in batches of `batch`, a multiple of 16. Weights are
 * drawn from `rng` (He et al. 2015). GANAS_E_ARGUMENT names the layer that can't be.
 */
int32_t ganas_convnet_new(ganas_convnet **out, const ganas_layer *layers, int32_t count,
                          const int32_t *shape, int32_t batch, ganas_threads *threads,
                          ganas_rng *rng);
void ganas_convnet_free(ganas_convnet *net);

/* Stochastic gradient descent with Nesterov's momentum. Fill with ganas_descent_defaults. */
typedef struct ganas_descent {
    int32_t steps;    /* in all; the rate goes up in a line, then down as half a cosine to 0 */
    int32_t warm;     /* steps of the way up */
    int32_t flip;     /* 1: half of the images are mirrored, anew in each pass */
    int32_t reserved; /* 0 */
    double rate, momentum;
    double decay;  /* of weights of convolutions and of the last layer */
    uint64_t seed; /* of the order of the images: each pass is a permutation */
} ganas_descent;
void ganas_descent_defaults(ganas_descent *descent);

/* What training has come to: means over the steps of one call. */
typedef struct ganas_descended {
    double loss;     /* cross entropy in nats */
    double accuracy; /* share of the batches' images */
} ganas_descended;

/*
 * Steps first..first+n-1 of a training on the images index[0..count-1], at least one batch of them;
 * what doesn't fill the last batch of a pass is left out. GANAS_E_NUMBER when the loss is not
 * finite any more.
 */
int32_t ganas_convnet_train(ganas_convnet *net, const ganas_images *images, const int32_t *index,
                            int32_t count, const ganas_descent *descent, int32_t first, int32_t n,
                            ganas_descended *done);

/* logits[count][classes] of images, batch norm by its running means; index NULL: 0..count-1. */
int32_t ganas_convnet_predict(ganas_convnet *net, const ganas_images *images, const int32_t *index,
                              int32_t count, float *logits);

/* Numbers of a layer, part 0: its weights, 1 and 2: factor and shift of its batch norm (CLASSIFY:
   1 is the bias), 3 and 4: running mean and variance. *count 0: it has no such part. `value` may be
   NULL. */
int32_t ganas_convnet_weights(const ganas_convnet *net, int32_t layer, int32_t part, float *value,
                              int32_t *count);

/* cdef: off */

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
