-- pictures - candidates drawn for a page: by Graphviz, or in characters where there is none.

local boxes = require "ganas.boxes"
local diagram = require "ganas.diagram"
local graphviz = require "ganas.graphviz"
local html = require "ganas.html"

local function drawn(graphs)
  local known, texts = {}, {}
  for _, graph in ipairs(graphs) do known[#known + 1] = graph or nil end
  if #known == 0 then return {} end
  local palette = diagram.palette(known)
  for i, graph in ipairs(known) do texts[i] = diagram.dot(graph, palette) end
  return graphviz.svgs(texts)
end

local function content(graph, svg)
  return svg and html.raw(svg) or html.el("pre", nil, table.concat(boxes.lines(graph), "\n"))
end

-- The graph in words, for who can't see it: "0 input; 1 conv from 0; 2 output from 0 and 1".
local function spoken(graph)
  local reads, words = {}, {}
  for i, node in ipairs(graph.nodes) do
    reads[i], words[i] = {}, ("%d %s"):format(i - 1, node.role == "state" and "sum" or node.op)
  end
  for _, edge in ipairs(graph.edges) do table.insert(reads[edge[2] + 1], ("%d"):format(edge[1])) end
  for i, list in ipairs(reads) do
    if #list > 0 then words[i] = words[i] .. " from " .. table.concat(list, " and ") end
  end
  return table.concat(words, "; ")
end

local function element(graph, svg)
  if not graph then return html.el("div", { class = "picture" }, "no picture before the run is over") end
  return html.el("div", { class = "picture", role = "img", ["aria-label"] = spoken(graph) },
    content(graph, svg))
end

-- An element for each of some of the best of runs, and a word on how they were drawn where not as pictures.
return function(entries)
  local graphs, elements, n = {}, {}, 0
  for i, entry in ipairs(entries) do graphs[i] = entry.graph or false end
  local svgs, why = drawn(graphs)
  for i, graph in ipairs(graphs) do
    n = n + (graph and 1 or 0)
    elements[i] = element(graph, svgs and svgs[n])
  end
  return elements, not svgs and ("Drawn in characters: %s."):format(why) or nil
end
