-- grow - turns the `grow` of a space into a plan: one entry a node, in node order.
--
-- A plan is a list of nodes (node i is plan[i + 1]) with
--   role    "input", "step" (carries one of the space's operations), "state" or "output"
--   ops     a step's operations, nil: all;  ends: the step may be the output of a shorter graph
--   given   { node =, left = names by name }: operations that are left after one of that node's
--   read    "fixed", "choose" or "free";  sources: the nodes it reads, or may read;  picks;  after
--   label   how the official string writes this node as a source;  cell: the cell that it belongs to
-- and the fields ends (graphs end at an output operation), least (fewest nodes), edges (most chosen
-- edges), outputs (when ends is false), cells (names), pseudo = { input =, state =, output = names
-- }.

local message = require "ganas.message"

local grow = {}

local MOST = 64 -- nodes of a graph in the core

local function add(plan, node)
  node.label = node.label or #plan
  plan[#plan + 1] = node
  if #plan > MOST then
    message.user("%s: these graphs have more than %d nodes, inputs, states and outputs included; "
      .. "expected fewer steps", plan.where, MOST)
  end
  return #plan - 1
end

local function add_inputs(plan, n, cell)
  for i = 1, n do add(plan, { role = "input", read = "fixed", sources = {}, label = i - 1, cell = cell }) end
end

local function range(first, last)
  local list = {}
  for i = first, last do list[#list + 1] = i end
  return list
end

-- A list of earlier nodes that names none twice.
local function check_sources(plan, list, what)
  local seen, node = {}, #plan
  for _, j in ipairs(list) do
    if j >= node then
      message.user("%s: %s is node %d and reads node %d; expected one of 0 to %d", plan.where, what, node,
        j, node - 1)
    end
    if seen[j] then message.user("%s: %s reads node %d twice", plan.where, what, j) end
    seen[j] = true
  end
  return list
end

-- What ganas.space says of steps, said of nodes. Steps follow the inputs.
local function given_of(step, inputs)
  return step.given and { node = inputs + step.given.step - 1, left = step.given.left }
end

-- The nodes that no node may read.
local function unread(plan)
  local read, list = {}, {}
  for _, node in ipairs(plan) do
    for _, j in ipairs(node.sources) do read[j] = true end
  end
  for i = 0, #plan - 1 do
    if not read[i] then list[#list + 1] = i end
  end
  return list
end

-- Every step has to lead somewhere.
local function check_read(plan, outputs)
  local read = {}
  for _, i in ipairs(outputs) do read[i] = true end
  for _, i in ipairs(unread(plan)) do
    if plan[i + 1].role == "step" and not read[i] then
      message.user("%s: node %d leads nowhere: neither a step nor the output reads it", plan.where, i)
    end
  end
  return outputs
end

local function add_output(plan, list)
  local sources = list and check_read(plan, check_sources(plan, list, "the output")) or unread(plan)
  plan.outputs = { add(plan, { role = "output", read = "fixed", sources = sources }) }
end

local forms = {}

-- The least number of chosen edges has to fit into the limit.
local function check_edges(plan, least)
  if plan.edges == 0 or plan.edges >= least then return end
  message.user("%s: at most %d edges, but the smallest graph has %d; expected edges = { max = %d } or more",
    plan.where, plan.edges, least, least)
end

function forms.fixed(plan, g)
  add_inputs(plan, g.inputs)
  for i, step in ipairs(g.steps) do
    local sources = check_sources(plan, step.reads, "step " .. i)
    add(plan, { role = "step", ops = step.ops, given = given_of(step, g.inputs), read = "fixed",
      sources = sources })
  end
  add_output(plan, g.output)
end

function forms.chain(plan, g)
  add_inputs(plan, 1)
  for _, step in ipairs(g.steps) do
    add(plan, { role = "step", ops = step.ops, given = given_of(step, 1), read = "fixed",
      sources = { #plan - 1 } })
  end
  add_output(plan)
end

function forms.free(plan, g)
  local least, most = g.nodes[1], g.nodes[2]
  if least < g.inputs + 1 then
    message.user("%s: %d nodes have no room for %d inputs and the output; expected at least %d", plan.where,
      least, g.inputs, g.inputs + 1)
  end
  check_edges(plan, least - g.inputs)
  add_inputs(plan, g.inputs)
  for i = g.inputs, most - 2 do
    add(plan, { role = "step", read = "free", sources = range(0, i - 1), ends = i >= least - 1 })
  end
  add(plan, { role = "output", read = "free", sources = range(0, most - 2) })
  plan.ends, plan.least = true, least
end

local function pick_node(g, sources, before)
  local after = g.distinct and before or nil
  return { role = "step", read = "choose", picks = 1, sources = sources, after = after }
end

local function add_cell(plan, g, name)
  local sources, states = range(#plan, #plan + g.inputs - 1), {}
  add_inputs(plan, g.inputs, name)
  for s = 1, g.states do
    local reads = {}
    for r = 1, g.reads do
      local node = pick_node(g, range(1, 0), reads[r - 1])
      node.cell, node.group = name, s
      for i, j in ipairs(sources) do node.sources[i] = j end
      reads[r] = add(plan, node)
    end
    states[s] = add(plan, { role = "state", read = "fixed", sources = reads, label = g.inputs + s - 1,
      cell = name })
    sources[#sources + 1] = states[s]
  end
  return add(plan, { role = "output", read = "fixed", sources = states, cell = name })
end

function forms.cells(plan, g)
  plan.cells, plan.outputs = g.cells, {}
  for i, name in ipairs(g.cells) do plan.outputs[i] = add_cell(plan, g, name) end
end

local function check_choice(plan, reads, i)
  local node, sources = #plan, reads.nodes
  sources = sources and check_sources(plan, sources, "step " .. i) or range(0, node - 1)
  if reads.picks and reads.picks > #sources then
    message.user("%s: step %d chooses %d of %d nodes; expected at most %d", plan.where, i, reads.picks,
      #sources, #sources)
  end
  if reads.after and (reads.after >= node or plan[reads.after + 1].read ~= "choose") then
    message.user("%s: step %d comes after node %d; expected an earlier node with space.choose", plan.where, i,
      reads.after)
  end
  return sources
end

local function add_step(plan, step, i, inputs)
  local reads = step.reads
  local node = { role = "step", ops = step.ops, given = given_of(step, inputs),
    read = reads.read or "fixed", picks = reads.picks, after = reads.after }
  node.sources = reads.read and check_choice(plan, reads, i) or check_sources(plan, reads, "step " .. i)
  add(plan, node)
  return reads.read and (reads.picks or 1) or 0
end

function forms.steps(plan, g)
  local least = 0
  add_inputs(plan, g.inputs)
  for i, step in ipairs(g.steps) do least = least + add_step(plan, step, i, g.inputs) end
  check_edges(plan, least)
  add_output(plan, g.output)
end

-- The plan of a description that a function of ganas.space made.
function grow.plan(g)
  local plan = {
    where = g.where,
    edges = g.edges or 0,
    ends = false,
    pseudo = { input = g.input, state = g.state, output = g.output_name },
  }
  forms[g.form](plan, g)
  return plan
end

-- Whether a value is such a description.
function grow.is_form(value) return type(value) == "table" and value.where and forms[value.form] ~= nil end

return grow
