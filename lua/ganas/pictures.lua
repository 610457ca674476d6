-- pictures - candidates drawn for a page: by Graphviz, or in characters where there is none.

local boxes = require "ganas.boxes"
local diagram = require "ganas.diagram"
local graphviz = require "ganas.graphviz"
local html = require "ganas.html"
local message = require "ganas.message"
local record = require "ganas.record"

-- The graphs of entries; false for one whose space is gone.
local function graphs_of(entries)
  local list = {}
  for i, item in ipairs(entries) do
    local ok, graph = pcall(record.graph, item.rec, item.entry)
    if not ok and not message.is_user(graph) then error(graph, 0) end
    list[i] = ok and graph or false
  end
  return list
end

local function drawn(graphs)
  local known, texts = {}, {}
  for _, graph in ipairs(graphs) do known[#known + 1] = graph or nil end
  if #known == 0 then return {} end
  local palette = diagram.palette(known)
  for i, graph in ipairs(known) do texts[i] = diagram.dot(graph, palette) end
  return graphviz.svgs(texts)
end

local function element(graph, svg)
  if not graph then return "no picture: the space can't be loaded" end
  return svg and html.raw(svg) or html.el("pre", nil, table.concat(boxes.lines(graph), "\n"))
end

-- An element for each of some { rec =, entry = }, and a word on how they were drawn where that is no picture.
return function(entries)
  local graphs, elements, n = graphs_of(entries), {}, 0
  local svgs, why = drawn(graphs)
  for i, graph in ipairs(graphs) do
    n = n + (graph and 1 or 0)
    elements[i] = html.el("div", { class = "picture" }, element(graph, svgs and svgs[n]))
  end
  return elements, not svgs and ("Drawn in characters: %s."):format(why) or nil
end
