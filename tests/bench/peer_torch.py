#!/usr/bin/python3
"""peer_torch.py - the works of `ganas-lua bench` once more, for PyTorch 1.13 on the CPU.

    peer_torch.py check FILE...    compares with what bench_dump wrote: loss and gradients
    peer_torch.py serve            answers "WORK SIZE WIDTH NODES THREADS SECONDS" lines on stdin with
                                   "BEST MEDIAN FORM", microseconds of the best form
    peer_torch.py WORK SIZE WIDTH NODES THREADS [SECONDS]    all forms, best and median

The model is the engine's: GraphConv layers with tanh and a look-up as first layer, mean read-out and a
split head for the discriminator; contexts, an MLP for operations, a GRU over the reads and a value head
for the generator. What a careful user of PyTorch can do is done: everything is batched over graphs;
features of the first layer, incidence and masks are made once and not timed; parameters, gradients and
Adam live in one flat tensor; each graph is encoded once a step, the generator only its newest node;
what depends on the context alone is one product. Sums over neighbours come in four forms, and the best
of them counts:

    bmm      one small dense product a graph
    block    dense products of several graphs at a time, block-diagonal
    sparse   one sparse matrix for the whole batch
    bag      gathered sums (embedding_bag), forward and, over the readers, backward

compare.sh sets the environment. OpenBLAS and PyTorch use THREADS threads; with 2, also one of OpenBLAS.
"""

import ctypes
import statistics
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

OPS, INPUT, OUTPUT, VOCABULARY = 3, 3, 4, 5
RATE, CLIP = 1e-12, 5.0  # next to no learning: every repetition does the same work
FORMS = ("bmm", "block", "sparse", "bag")


# ---- graphs ----


def budget(nodes):
    """Most edges that the steps of a graph read."""
    return nodes + nodes // 2 - 1


def random_graphs(rng, count, nodes):
    """op [count, nodes], adj [count, nodes, nodes] (row i reads column j), drawn choice by choice."""
    op = rng.integers(0, OPS, (count, nodes))
    op[:, 0], op[:, -1] = INPUT, OUTPUT
    adj = np.zeros((count, nodes, nodes), np.float32)
    used = np.zeros(count, int)
    for i in range(1, nodes - 1):
        picked = np.zeros(count, bool)
        for j in range(i):
            no = picked | (j < i - 1)
            yes = used + 1 + (nodes - 2 - i) <= budget(nodes)
            take = np.where(no & yes, rng.random(count) < 0.5, yes)
            adj[:, i, j] = take
            picked |= take
            used += take
    adj[:, -1, 1:-1] = 1
    return op, adj


class Bag(torch.autograd.Function):
    """Row r of the result is the sum of the rows that r reads."""

    @staticmethod
    def forward(ctx, rows, reads, readers):
        ctx.readers = readers
        return torch.embedding_bag(rows, *reads, False, 0)[0]

    @staticmethod
    def backward(ctx, d):
        return torch.embedding_bag(d.contiguous(), *ctx.readers, False, 0)[0], None, None


class Gates(torch.autograd.Function):
    """A GRU's next state from x and Wh q + b, [rows, 3 * width] in the order r, z, n, and q."""

    @staticmethod
    def forward(ctx, x, hq, q):
        n = q.shape[1]
        rz = torch.sigmoid(x[:, : 2 * n] + hq[:, : 2 * n])
        r, z, hn = rz[:, :n], rz[:, n:], hq[:, 2 * n :]
        new = torch.tanh(torch.addcmul(x[:, 2 * n :], r, hn))
        ctx.save_for_backward(r, z, hn, new, q)
        return torch.lerp(new, q, z)

    @staticmethod
    def backward(ctx, d):
        r, z, hn, new, q = ctx.saved_tensors
        d_new = torch.ops.aten.tanh_backward(d * (1 - z), new)
        d_z = torch.ops.aten.sigmoid_backward(d * (q - new), z)
        d_r = torch.ops.aten.sigmoid_backward(d_new * hn, r)
        return torch.cat([d_r, d_z, d_new], 1), torch.cat([d_r, d_z, d_new * r], 1), d * z


def bags(matrix_rows, matrix_columns, count):
    """Indices and offsets of the columns of each row, rows 0..count-1."""
    order = np.lexsort((matrix_columns, matrix_rows))
    sizes = np.bincount(matrix_rows, minlength=count)
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return torch.from_numpy(matrix_columns[order]), torch.from_numpy(offsets)


class Graphs:
    """A batch of graphs; row r = node * count + graph (node_major) or graph * nodes + node."""

    def __init__(self, op, adj, form, node_major):
        self.count, self.nodes = op.shape
        self.op, self.adj = torch.from_numpy(op), torch.from_numpy(adj)
        self.rows, self.form, self.node_major = self.count * self.nodes, form, node_major
        g, i, j = np.nonzero(adj)
        self.into, self.source = self.row(g, i), self.row(g, j)
        if form == "bmm":
            self.blocks, self.group = self.adj, 1
        elif form == "block":
            self.block(max(1, 28 // self.nodes))
        elif form == "sparse":
            at = torch.from_numpy(np.stack([self.into, self.source]))
            shape = (self.rows, self.rows)
            self.matrix = torch.sparse_coo_tensor(at, torch.ones(len(g)), shape).coalesce()
        else:
            self.reads = bags(self.into, self.source, self.rows)
            self.readers = bags(self.source, self.into, self.rows)

    def row(self, g, i):
        return i * self.count + g if self.node_major else g * self.nodes + i

    def block(self, group):
        """Block-diagonal matrices of `group` graphs; graphs are filled up with empty ones."""
        while self.count % group:
            group -= 1
        n = self.nodes
        self.group = group
        self.blocks = torch.zeros(self.count // group, group * n, group * n)
        for g in range(self.count):
            at = g % group * n
            self.blocks[g // group, at : at + n, at : at + n] = self.adj[g]

    def gather(self, h):
        """[rows, width] sums over what each row's node reads."""
        if self.form == "bag":
            return Bag.apply(h, self.reads, self.readers)
        if self.form == "sparse":
            return torch.sparse.mm(self.matrix, h)
        width = h.shape[1]
        if self.node_major:  # bmm alone: the batch is the middle dimension
            h = h.view(self.nodes, self.count, width).transpose(0, 1)
            return torch.bmm(self.adj, h).transpose(0, 1).reshape(-1, width)
        return torch.bmm(self.blocks, h.view(-1, self.group * self.nodes, width)).view(-1, width)

    def features(self, position):
        """[rows, 2 * VOCABULARY (+ nodes)]: one-hot operation, counts of those read (, node)."""
        one = F.one_hot(self.op, VOCABULARY).float()
        parts = [one, torch.bmm(self.adj, one)]
        if position:
            parts.append(torch.eye(self.nodes).expand(self.count, -1, -1))
        x = torch.cat(parts, 2)
        return (x.transpose(0, 1) if self.node_major else x).reshape(self.rows, -1).contiguous()


# ---- parameters and Adam, all in one tensor ----


class Params:
    """Named parameters and gradients as views into flat tensors, in the order of the shapes."""

    def __init__(self, shapes, values=None):
        size = sum(int(np.prod(shape)) for _, shape in shapes)
        self.flat, self.grad = torch.zeros(size), torch.zeros(size)
        self.views, at = {}, 0
        torch.manual_seed(0)
        for name, shape in shapes:
            n = int(np.prod(shape))
            view = self.flat[at : at + n].view(shape)
            if values is not None:
                view.copy_(torch.from_numpy(values[name].reshape(shape).copy()))
            else:
                view.uniform_(-1, 1).mul_((6 / (shape[0] + shape[-1])) ** 0.5)
            leaf = view.detach().requires_grad_()
            leaf.grad = self.grad[at : at + n].view(shape)
            self.views[name] = leaf
            at += n
        self.flat.grad = self.grad
        self.adam = torch.optim.Adam([self.flat], lr=RATE)

    def __getitem__(self, name):
        return self.views[name]

    def step(self):
        """Adam, with the gradient scaled down to a norm of at most CLIP; then no gradient."""
        self.grad.mul_((CLIP / self.grad.norm()).clamp_(max=1))
        self.adam.step()
        self.grad.zero_()


def gnn_shapes(nodes, width, layers, position):
    shapes = [("table", (2 * VOCABULARY, width))]
    if position:
        shapes.append(("position", (nodes, width)))
    shapes.append(("bias0", (width,)))
    for layer in range(1, layers):
        shapes += [(f"w{layer}", (2 * width, width)), (f"bias{layer}", (width,))]
    return shapes


def encode(p, graphs, x, layers):
    """[rows, width] of the last layer. Table and positions lie side by side: one product."""
    table = p["table"]
    if "position" in p.views:
        table = torch.cat([table, p["position"]])
    h = torch.tanh(torch.addmm(p["bias0"], x, table))
    for layer in range(1, layers):
        z = torch.cat([h, graphs.gather(h)], 1)
        h = torch.tanh(torch.addmm(p[f"bias{layer}"], z, p[f"w{layer}"]))
    return h


# ---- the discriminator ----


class Disc:
    layers = 3

    def __init__(self, nodes, width, values=None):
        shapes = gnn_shapes(nodes, width, self.layers, False)
        shapes += [("wa", (width, width)), ("wb", (width, width)), ("b", (width,)), ("w", (width,))]
        self.p = Params(shapes + [("c", (1,))], values)

    def codes(self, graphs, x):
        h = encode(self.p, graphs, x, self.layers)
        return h.view(graphs.count, graphs.nodes, -1).mean(1)

    def pairs_loss(self, graphs, x, same):
        """Row i and row n + i of the graphs are pair i."""
        p, n = self.p, len(same)
        left, right = self.codes(graphs, x).split(n)
        sides = torch.addmm(torch.addmm(p["b"], left, p["wa"]), right, p["wb"])
        logit = torch.tanh(sides) @ p["w"] + p["c"]
        return F.binary_cross_entropy_with_logits(logit, same)

    def epoch_loss(self, graphs, x, k, same, weight):
        """All pairs (t, x) of the first k rows with all rows but t itself (weight 0)."""
        p = self.p
        code = self.codes(graphs, x)
        left, right = code[:k] @ p["wa"], torch.addmm(p["b"], code, p["wb"])
        logit = torch.tanh(left[:, None] + right) @ p["w"] + p["c"]
        return F.binary_cross_entropy_with_logits(logit, same, weight, reduction="sum")


def epoch_labels(k, count):
    same, weight = torch.zeros(k, count), torch.ones(k, count)
    same[:, :k] = 1
    weight.fill_diagonal_(0)
    return same, weight / weight.sum()


# ---- the generator ----


class Policy:
    """Steps are nodes 1..nodes-2; those from 2 on choose among more than one source. Arrays are
    [step][graph]. Choice (t, i): whether node i > t reads node t; ordered by t, then i."""

    layers = 2

    def __init__(self, nodes, width, values=None):
        self.nodes, self.width = nodes, width
        self.steps = nodes - 2
        shapes = gnn_shapes(nodes, width, self.layers, True)
        shapes += [("wc", (width, width)), ("pc", (nodes, width)), ("wo", (width, VOCABULARY))]
        shapes += [("bo", (nodes, VOCABULARY)), ("wv", (width, width)), ("pv", (nodes, width))]
        shapes += [("uv", (width,)), ("wq", (width, width)), ("q_op", (VOCABULARY, width))]
        shapes += [("q_node", (nodes, width)), ("wk", (width, width)), ("bk", (width,))]
        shapes += [("u", (width, width)), ("v", (width,)), ("c", (1,)), ("wx", (width, 3 * width))]
        shapes += [("bx", (3 * width,)), ("wh", (width, 3 * width)), ("bh", (3 * width,))]
        self.p = Params(shapes + [("none", (3 * width,))], values)
        self.first = [max(2, t + 1) for t in range(nodes - 2)]  # first node with a choice at t
        # context of step s, node s + 1: sum of the rows of nodes 0..s / sqrt(s + 1)
        at = torch.arange(1, nodes - 1)
        self.lower = torch.tril(torch.ones(self.steps, nodes)) / at[:, None].float().sqrt()

    def gru(self, x, q):
        """q after reading x, whose product is already made."""
        return Gates.apply(x, torch.addmm(self.p["bh"], q, self.p["wh"]), q)

    def queries(self, q, inputs, take):
        """Queries of all choices [choices * graphs, width]; take [t][nodes from first[t] on, graphs, 1]."""
        none, queries, inputs = self.p["none"], [q], inputs.unbind(0)
        for t in range(1, self.steps):
            skip = self.first[t] - self.first[t - 1]
            if skip:
                q = q.split([skip * len(inputs[0]), len(q) - skip * len(inputs[0])])[1]
            x = torch.where(take[t - 1][skip:], inputs[t - 1], none)
            q = self.gru(x.view(-1, 3 * self.width), q)
            queries.append(q)
        return torch.cat(queries)

    def forward(self, e):
        """Of episodes: logp, entropy, value [steps, graphs]."""
        p, count, width, steps = self.p, e.graphs.count, self.width, self.steps
        h = encode(p, e.graphs, e.x, self.layers)
        context = (self.lower @ h.view(self.nodes, -1)).view(-1, width)
        # One product for the heads of operation and value, and the query.
        heads = (context @ torch.cat([p["wc"], p["wv"], p["wq"]], 1)).view(steps, count, 3 * width)
        heads = (heads + torch.cat([p["pc"], p["pv"], p["q_node"]], 1)[1:-1, None]).view(-1, 3 * width)
        hidden, query = heads.split([2 * width, width], 1)
        hidden_op, hidden_value = torch.tanh(hidden).split(width, 1)
        logits = (hidden_op @ p["wo"][:, :OPS]).view(steps, count, OPS) + p["bo"][1:-1, None, :OPS]
        logp_op = torch.log_softmax(logits, 2)
        entropy = -(logp_op.exp() * logp_op).sum(2)
        logp = logp_op.gather(2, e.op_taken).squeeze(2)
        value = (hidden_value @ p["uv"]).view(steps, count)
        q = torch.tanh(query[count:] + F.embedding(e.op_taken[1:].view(-1), p["q_op"]))
        return self.edges(e, *self.asked(e, h, q), logp, entropy) + (value,)

    def asked(self, e, h, q):
        """Queries of all choices [choices * graphs, width], keys [steps * graphs, width]."""
        p, width = self.p, self.width
        h = h[: self.steps * e.graphs.count]  # nodes that a step can read: 0..steps-1
        both = torch.addmm(torch.cat([p["bk"], p["bx"]]), h, torch.cat([p["wk"], p["wx"]], 1))
        keys, inputs = both.split([width, 3 * width], 1)
        return self.queries(q, inputs.view(self.steps, e.graphs.count, -1), e.take), keys

    def edges(self, e, queries, keys, logp, entropy):
        """Adds what the choices of reads contribute: those where both is open."""
        p, shape = self.p, logp.shape
        ask = queries.index_select(0, e.open_row) @ p["u"]
        hidden = torch.tanh(ask + keys.index_select(0, e.open_key))
        logit = hidden @ p["v"] + p["c"]
        soft, prob = F.softplus(logit), torch.sigmoid(logit)
        logp = logp.view(-1).index_add(0, e.open_step, e.open_take * logit - soft)
        entropy = entropy.view(-1).index_add(0, e.open_step, soft - prob * logit)
        return logp.view(shape), entropy.view(shape)

    def sample(self, count):
        """op [count, nodes], adj [count, nodes, nodes], logp [count] of new graphs."""
        p, nodes, width = self.p, self.nodes, self.width
        op = torch.full((count, nodes), INPUT)
        op[:, -1] = OUTPUT
        adj = torch.zeros(count, nodes, nodes)
        adj[:, -1, 1:-1] = 1
        used, logp = torch.zeros(count), torch.zeros(count)
        wkx, bkx = torch.cat([p["wk"], p["wx"]], 1), torch.cat([p["bk"], p["bx"]])
        heads = torch.cat([p["wc"], p["wq"]], 1)
        one = F.one_hot(op, VOCABULARY).float()
        lower, keys, inputs = [], [], []  # of the nodes so far: first layer, keys, inputs
        total = torch.zeros(count, width)
        for i in range(nodes - 1):
            counts, gathered = torch.zeros(count, VOCABULARY), torch.zeros(count, width)
            if i:
                context = torch.addmm(torch.cat([p["pc"][i], p["q_node"][i]]), total, heads, alpha=i**-0.5)
                hidden = torch.tanh(context[:, :width])
                logp_op = torch.log_softmax(torch.addmm(p["bo"][i, :OPS], hidden, p["wo"][:, :OPS]), 1)
                taken = torch.multinomial(logp_op.exp(), 1)
                logp += logp_op.gather(1, taken)[:, 0]
                op[:, i : i + 1] = taken
                one[:, i].zero_().scatter_(1, taken, 1)
                if i == 1:
                    takes = [torch.ones(count, 1)]
                    used += 1
                else:
                    q = torch.tanh(context[:, width:] + p["q_op"][taken[:, 0]])
                    takes = self.sample_reads(i, q, keys, inputs, used, logp)
                for j, take in enumerate(takes):
                    adj[:, i, j] = take[:, 0]
                    counts.addcmul_(take, one[:, j])
                    gathered.addcmul_(take, lower[j])
            if i == nodes - 2:
                break
            table = p["table"]
            first = torch.addmm(p["bias0"] + p["position"][i], torch.cat([one[:, i], counts], 1), table)
            lower.append(first.tanh_())
            h = torch.addmm(p["bias1"], torch.cat([lower[i], gathered], 1), p["w1"]).tanh_()
            both = torch.addmm(bkx, h, wkx)
            keys.append(both[:, :width])
            inputs.append(both[:, width:])
            total += h
        return op, adj, logp

    def sample_reads(self, i, q, keys, inputs, used, logp):
        """What node i reads: takes [i][count, 1]; moves used and logp on."""
        p, takes, most = self.p, [], budget(self.nodes)
        picked = torch.zeros(len(used), dtype=torch.bool)
        for j in range(i):
            logit = torch.addmv(p["c"], torch.tanh(torch.addmm(keys[j], q, p["u"])), p["v"])
            yes = used <= most - 1 - (self.nodes - 2 - i)
            no = picked if j == i - 1 else torch.ones_like(picked)
            free = yes & no
            take = torch.where(free, torch.rand(len(used)) < torch.sigmoid(logit), yes)
            logp += free * (take * logit - F.softplus(logit))
            picked = picked | take
            used += take
            takes.append(take[:, None].float())
            if j < i - 1:
                q = self.gru(torch.where(take[:, None], inputs[j], p["none"]), q)
        return takes


class Episodes:
    """Finished graphs as the generator's update sees them: what was chosen, what was open."""

    def __init__(self, op, adj, form):
        count, nodes = op.shape
        self.graphs = Graphs(op, adj, form, True)
        self.x = self.graphs.features(True)
        self.op_taken = torch.from_numpy(op[:, 1:-1].T.copy())[:, :, None]
        self.take, rows, keys, steps, takes = [], [], [], [], []
        used, picked = np.zeros((nodes, count)), np.zeros((nodes, count), bool)
        for i in range(1, nodes):  # edges of the nodes before i
            used[i] = adj[:, 1 : min(i, nodes - 1)].sum((1, 2))
        place = 0
        for t in range(nodes - 2):
            first = max(2, t + 1)
            taken = adj[:, first : nodes - 1, t].T.astype(bool)
            self.take.append(torch.from_numpy(taken.copy())[:, :, None])
            for i in range(first, nodes - 1):
                yes = used[i] + 1 + (nodes - 2 - i) <= budget(nodes)
                no = picked[i] | (t < i - 1)
                g = np.nonzero(yes & no)[0]
                rows.append(place * count + g)
                keys.append(t * count + g)
                steps.append((i - 1) * count + g)
                takes.append(adj[g, i, t])
                used[i] += adj[:, i, t]
                picked[i] |= adj[:, i, t] > 0
                place += 1
        self.open_row, self.open_key, self.open_step, self.open_take = (
            torch.from_numpy(np.concatenate(parts)) for parts in (rows, keys, steps, takes)
        )


class PPO:
    epochs, clip, discount, decay, value_weight, entropy_weight = 4, 0.2, 1.0, 0.95, 0.5, 0.01

    def __init__(self, policy, episodes, reward):
        self.policy, self.episodes, self.reward = policy, episodes, reward

    def prepare(self, logp, value):
        """Old log-probabilities, advantages and targets, from a pass of the policy that drew."""
        self.old = logp.detach()
        v, steps = value.detach(), value.shape[0]
        gains, gain = [None] * steps, None
        for t in reversed(range(steps)):
            if t == steps - 1:
                gain = self.reward - v[t]
            else:
                gain = self.discount * v[t + 1] - v[t] + self.discount * self.decay * gain
            gains[t] = gain
        advantage = torch.stack(gains)
        self.target = advantage + v
        centred = advantage - advantage.mean()
        self.advantage = centred / (centred.square().mean().sqrt() + 1e-6)

    def loss(self, logp, entropy, value):
        ratio = torch.exp(logp - self.old)
        limited = ratio.clamp(1 - self.clip, 1 + self.clip)
        gain = torch.min(ratio * self.advantage, limited * self.advantage)
        error = (value - self.target).square()
        return (self.value_weight * error - gain - self.entropy_weight * entropy).mean()

    def update(self):
        """The first epoch's pass is also that of the policy that drew."""
        for epoch in range(self.epochs):
            logp, entropy, value = self.policy.forward(self.episodes)
            if epoch == 0:
                self.prepare(logp, value)
            self.loss(logp, entropy, value).backward()
            self.policy.p.step()


# ---- the works: functions that do the work once ----


def disc_step(size, width, nodes, form):
    rng = np.random.default_rng(1)
    disc, graphs = Disc(nodes, width), Graphs(*random_graphs(rng, 2 * size, nodes), form, False)
    x, same = graphs.features(False), torch.from_numpy(rng.integers(0, 2, size)).float()

    def run():
        disc.pairs_loss(graphs, x, same).backward()
        disc.p.step()

    return run


def disc_epoch(size, width, nodes, form):
    rng = np.random.default_rng(1)
    disc, graphs = Disc(nodes, width), Graphs(*random_graphs(rng, 2 * size, nodes), form, False)
    x, labels = graphs.features(False), epoch_labels(size, 2 * size)

    def run():
        disc.epoch_loss(graphs, x, size, *labels).backward()
        disc.p.step()

    return run


def ppo_update(size, width, nodes, form):
    policy, rng = Policy(nodes, width), np.random.default_rng(1)
    with torch.inference_mode():
        op, adj, _ = policy.sample(size)
    episodes = Episodes(op.numpy(), adj.numpy(), form)
    return PPO(policy, episodes, torch.from_numpy(rng.random(size, np.float32))).update


def sampling(size, width, nodes, _):
    policy = Policy(nodes, width)

    def run():
        with torch.inference_mode():
            policy.sample(size)

    return run


WORKS = {"disc_step": disc_step, "disc_epoch": disc_epoch, "ppo_update": ppo_update, "sampling": sampling}


def forms_of(work):
    if work == "sampling":
        return ("step",)
    return tuple(form for form in FORMS if work != "ppo_update" or form != "block")


# ---- timing ----


def set_threads(torch_threads, blas_threads):
    torch.set_num_threads(torch_threads)
    try:
        ctypes.CDLL("libopenblas.so.0").openblas_set_num_threads(blas_threads)
    except OSError:
        pass  # another BLAS: it has its own setting


def measure(run, seconds):
    """(best, median) in microseconds, of as many runs as start within the seconds."""
    times, end = [], time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e6)
    return min(times), statistics.median(times)


class Candidate:
    """A form of a work on so many threads of PyTorch and of OpenBLAS."""

    def __init__(self, form, split, run):
        self.form, self.split, self.run = form, split, run
        self.name = "%s/%d+%d" % (form, *split)
        self.best = self.median = float("inf")

    def measure(self, seconds):
        set_threads(*self.split)
        self.best, self.median = measure(self.run, seconds)


def tune(case, seconds, forms=None):
    """The candidates of (work, size, width, nodes, threads), the fastest first. One that is four times
    slower than another at first sight is not looked at again."""
    *sizes, threads = case[1:]
    splits = [(1, 1)] if threads == 1 else [(threads, threads), (threads, 1), (1, threads)]
    found, least = [], float("inf")
    for form in forms or forms_of(case[0]):
        run = WORKS[case[0]](*sizes, form)
        run()
        for split in splits:
            candidate = Candidate(form, split, run)
            candidate.measure(0)
            if candidate.best < 4 * least:
                candidate.measure(seconds)
            least = min(least, candidate.best)
            found.append(candidate)
    return sorted(found, key=lambda candidate: candidate.best)


def serve():
    """Each answer is the better one of the two fastest candidates, measured anew. On several threads
    the two forms that are fastest on one are tried."""
    fastest = {}
    for line in sys.stdin:
        work, *numbers, seconds = line.split()
        case = (work, *map(int, numbers))
        if case not in fastest:
            single = fastest.get(case[:-1] + (1,), [])
            fastest[case] = tune(case, 0.15, [candidate.form for candidate in single])[:2]
        for candidate in fastest[case]:
            candidate.measure(0.02)
            candidate.measure(float(seconds))
        winner = min(fastest[case], key=lambda candidate: candidate.best)
        print("%.1f %.1f %s" % (winner.best, winner.median, winner.name), flush=True)


# ---- checking ----


def read_dump(path):
    records = {}
    with open(path, "rb") as file:
        for line in iter(file.readline, b""):
            name, kind, *shape = line.decode().split()
            shape = tuple(map(int, shape))
            raw = file.read(int(np.prod(shape)) * int(kind[1]))
            records[name] = np.frombuffer(raw, kind).reshape(shape)
    return records


def graphs_of(dump, *names):
    op = np.concatenate([dump[name + ".op"] for name in names]).astype(np.int64)
    reads = np.concatenate([dump[name + ".reads"] for name in names])
    nodes = op.shape[1]
    adj = (reads[:, :, None] >> np.arange(nodes, dtype=np.uint64)) & np.uint64(1)
    return op, adj.astype(np.float32)


def named(dump, prefix):
    return {name[len(prefix) + 1 :]: a for name, a in dump.items() if name.startswith(prefix + ".")}


class Verdict:
    worst = 0.0

    def say(self, what, error, detail=""):
        self.worst = max(self.worst, error if error == error else 1.0)
        print("  %-44s %.1e%s" % (what, error, detail))

    def number(self, what, ours, theirs):
        self.say(what, abs(ours - theirs) / max(abs(ours), 1e-30))

    def gradient(self, what, params, dump, prefix):
        """The relative distance of whole gradients, and of the worst parameter's own."""
        ours, errors = named(dump, prefix), []
        square = total = 0.0
        for name, leaf in params.views.items():
            a = ours[name].astype(np.float64)
            b = leaf.grad.numpy().astype(np.float64).reshape(a.shape)
            errors.append((np.linalg.norm(a - b) / max(np.linalg.norm(a), 1e-30), name))
            square, total = square + ((a - b) ** 2).sum(), total + (a**2).sum()
        self.say(what, (square / total) ** 0.5)
        self.say(what + ", worst parameter", *max(errors)[:1], " (%s)" % max(errors)[1])
        params.grad.zero_()


def check_disc(dump, form, verdict):
    nodes, width, _ = map(int, dump["sizes"])
    disc = Disc(nodes, width, named(dump, "disc"))
    for work, sides in (("pairs", ("left", "right")), ("epoch", ("truth", "fakes"))):
        graphs = Graphs(*graphs_of(dump, *(f"{work}.{side}" for side in sides)), form, False)
        x = graphs.features(False)
        if work == "pairs":
            loss = disc.pairs_loss(graphs, x, torch.from_numpy(dump["pairs.same"].astype(np.float32)))
        else:
            k = len(dump["epoch.truth.op"])
            loss = disc.epoch_loss(graphs, x, k, *epoch_labels(k, graphs.count))
        loss.backward()
        verdict.number(f"disc {work}, {form}: loss", dump[work + ".loss"][0], loss.item())
        verdict.gradient(f"disc {work}, {form}: gradient", disc.p, dump, work + ".grad")


def check_policy(dump, form, verdict):
    nodes, width, _ = map(int, dump["sizes"])
    drew, policy = (Policy(nodes, width, named(dump, prefix)) for prefix in ("drew", "policy"))
    episodes = Episodes(*graphs_of(dump, "episodes"), form)
    ppo = PPO(policy, episodes, torch.from_numpy(dump["reward"].astype(np.float32)))
    with torch.no_grad():
        logp, _, value = drew.forward(episodes)
    ppo.prepare(logp, value)
    logp, entropy, value = policy.forward(episodes)
    loss = ppo.loss(logp, entropy, value)
    loss.backward()
    clipped = ((torch.exp(logp - ppo.old) - 1) * ppo.advantage.sign() > ppo.clip).float().mean()
    verdict.number(f"ppo, {form}: loss", dump["ppo.loss"][0], loss.item())
    verdict.number(f"ppo, {form}: entropy", dump["ppo.entropy"][0], entropy.mean().item())
    verdict.number(f"ppo, {form}: share clipped", dump["ppo.clipped"][0], clipped.item())
    verdict.gradient(f"ppo, {form}: gradient", policy.p, dump, "ppo.grad")


def check_sampler(dump, verdict):
    """What is sampled obeys the grammar, and has the log-probability that the sampler thought."""
    nodes, width, most = map(int, dump["sizes"])
    policy = Policy(nodes, width, named(dump, "policy"))
    with torch.no_grad():
        op, adj, logp = policy.sample(256)
        again, _, _ = policy.forward(Episodes(op.numpy(), adj.numpy(), "bag"))
    legal = adj[:, 1:-1].sum((1, 2)).max() <= most and adj[:, 1:].sum(2).min() >= 1
    verdict.say("sampling: graphs outside the grammar", 0.0 if legal and most == budget(nodes) else 1.0)
    verdict.say("sampling: log-probabilities", ((again.sum(0) - logp).abs() / logp.abs()).max().item())


def check(paths):
    worst = 0.0
    set_threads(1, 1)
    for path in paths:
        dump, verdict = read_dump(path), Verdict()
        print("%d nodes, width %d: relative errors" % tuple(dump["sizes"][:2]))
        for form in FORMS:
            check_disc(dump, form, verdict)
        for form in forms_of("ppo_update"):
            check_policy(dump, form, verdict)
        check_sampler(dump, verdict)
        worst = max(worst, verdict.worst)
    print("worst %.1e, allowed 1e-4" % worst)
    return 0 if worst < 1e-4 else 1


def main(words):
    if words[:1] == ["check"] and len(words) > 1:
        return check(words[1:])
    if words == ["serve"]:
        return serve()
    if len(words) in (5, 6) and words[0] in WORKS:
        seconds = float(words[5]) if len(words) == 6 else 0.5
        for found in tune((words[0], *map(int, words[1:5])), seconds):
            print("%-12s best %10.1f us, median %10.1f us" % (found.name, found.best, found.median))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
