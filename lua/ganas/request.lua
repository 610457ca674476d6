-- request - what a process is told about a candidate, as JSON:
--
--   {"id":7,"arch":"...","graph":{"ops":["input","a",...],"edges":[[0,1],...]},"seed":123,"budget":12}

local json = require "ganas.json"

local request = {}

-- Names as JSON, each encoded once.
local quoted = setmetatable({}, { __index = function(self, name)
  self[name] = json.encode(name)
  return self[name]
end })

local function graph_text(arch)
  local graph, ops, edges = arch.graph, {}, {}
  for i, op in ipairs(graph.ops) do ops[i] = quoted[op] end
  for i, edge in ipairs(graph.edges) do edges[i] = "[" .. edge[1] .. "," .. edge[2] .. "]" end
  return ('{"ops":[%s],"edges":[%s]}'):format(table.concat(ops, ","), table.concat(edges, ","))
end

-- The text of a job { id, arch (the official string), seed, budget } about a candidate, on one line.
function request.text(job, arch)
  local text = ('{"id":%d,"arch":%s,"graph":%s,"seed":%d'):format(job.id, json.encode(job.arch),
    graph_text(arch),
    job.seed)
  if job.budget then text = text .. ',"budget":' .. json.encode(job.budget) end
  return text .. "}"
end

return request
