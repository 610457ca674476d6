-- graphviz - pictures by Graphviz's `dot`. Where there is none, functions answer nil and why, in words.

local tool = require "ganas.tool"

local graphviz = {}

local MISSING = "there is no 'dot' here; Debian has it in the package graphviz"

-- A picture without what a page has no use for: names of its parts, which several pictures have in common and
-- which a pointer would show.
local function bare(svg)
  return (svg:gsub("<title>.-</title>\n?", ""):gsub("<!%-%-.-%-%->\n?", ""):gsub(' id="[^"]*"', ""))
end

-- One SVG element for each of some graphs in dot's language.
function graphviz.svgs(texts)
  local lines, why = tool.run({ "dot", "-Tsvg" }, table.concat(texts, "\n"), MISSING)
  if not lines then return nil, why end
  local list = {}
  for svg in table.concat(lines, "\n"):gmatch "<svg.-</svg>" do list[#list + 1] = bare(svg) end
  if #list ~= #texts then return nil, ("dot drew %d of %d graphs"):format(#list, #texts) end
  return list
end

-- Writes one graph to a file, in a format of dot's; true, or nil and why.
function graphviz.write(text, format, path)
  local ok, why = tool.run({ "dot", "-T" .. format, "-o", path }, text, MISSING)
  if not ok then return nil, why end
  return true
end

return graphviz
