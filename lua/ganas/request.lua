-- request - what a process is told about a candidate, as JSON:
--
--   {"id":7,"arch":"...","graph":{"ops":["input","a",...],"edges":[[0,1],...]},"seed":123,"budget":12}

local json = require "ganas.json"

local request = {}

local function graph_of(arch)
  local graph, edges = arch.graph, {}
  for i, edge in ipairs(graph.edges) do edges[i] = json.array { edge[1], edge[2] } end
  return json.object { { "ops", json.array(graph.ops) }, { "edges", json.array(edges) } }
end

-- The text of a job { id, arch (the official string), seed, budget } about a candidate, on one line.
function request.text(job, arch)
  local fields = {
    { "id", job.id }, { "arch", job.arch }, { "graph", graph_of(arch) }, { "seed", job.seed },
  }
  if job.budget then fields[5] = { "budget", job.budget } end
  return json.encode(json.object(fields))
end

return request
