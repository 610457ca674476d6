-- export - ganas-lua export RUN [format=string] [place=1] [-o FILE]: one of the best candidates in another
-- form, or everything that was evaluated as CSV.

local diagram = require "ganas.diagram"
local fs = require "ganas.fs"
local json = require "ganas.json"
local message = require "ganas.message"
local record = require "ganas.record"
local trajectory = require "ganas.trajectory"

local export = {}

-- ---- a candidate as JSON ----

local function node_json(i, node)
  return json.object {
    { "node", i - 1 }, { "op", node.op }, { "role", node.role }, { "cell", node.cell },
    { "live", not node.dead },
  }
end

-- The graph as others read it: nodes in order with what they read.
local function graph_json(graph)
  local nodes, edges = {}, {}
  for i, node in ipairs(graph.nodes) do nodes[i] = node_json(i, node) end
  for i, edge in ipairs(graph.edges) do edges[i] = json.array { edge[1], edge[2] } end
  return { { "nodes", json.array(nodes) }, { "edges", json.array(edges) } }
end

local function columns_json(rec)
  return { { "score", rec.columns.score }, { "report", rec.columns.report } }
end

-- ---- the forms ----

local forms = {}

function forms.string(_, entry) return entry.arch .. "\n" end

function forms.json(rec, entry)
  local graph = record.graph(rec, entry)
  if rec.state ~= "finished" then
    message.note("%s has no result yet: the name of its space and measures are left out", rec.dir)
  end
  return json.encode(json.object {
    { "arch", entry.arch }, { "space", rec.space }, { "score", entry.score }, { "report", entry.report },
    { "columns", json.object(columns_json(rec)) }, { "query", entry.query },
    { "measures", next(entry.measures or {}) and entry.measures or json.object {} },
    { "graph", json.object(graph_json(graph)) }, { "recipe", rec.recipe }, { "seed", rec.seed },
  }) .. "\n"
end

function forms.dot(rec, entry) return diagram.dot(record.graph(rec, entry)) end

function forms.pytorch(rec, entry) return require("ganas.pytorch").text(rec, entry) end

-- ---- the command ----

local function entry_of(rec, place)
  local entry = rec.top[place]
  if entry then return entry end
  if #rec.top == 0 then message.user("%s has no candidate with a score", message.quote(rec.dir)) end
  message.usage("argument 'place' is %d; %s keeps its best %d", place, rec.dir, #rec.top)
end

-- Does what the options ask for; the lines to print.
function export.run(given)
  local rec, format = record.read(given.operand), given.args.format
  local text = format == "csv" and trajectory.text(rec.trajectory)
    or forms[format](rec, entry_of(rec, given.args.place))
  if not given.target then return { (text:gsub("\n$", "")) } end
  fs.write_atomic(given.target, text)
  return {}
end

return export
