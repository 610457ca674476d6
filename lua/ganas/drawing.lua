-- drawing - ganas-lua draw SPACE 'ARCH' [-o FILE]: a candidate as a picture, or in the terminal.
-- In place of a space there may be a recipe, which has one.
--
-- FILE ends in .svg, .png, .pdf (by Graphviz's `dot`) or .dot (its language); without it the drawing is
-- made of characters.

local boxes = require "ganas.boxes"
local diagram = require "ganas.diagram"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local graphviz = require "ganas.graphviz"
local library = require "ganas.library"
local message = require "ganas.message"
local recipe = require "ganas.recipe"

local drawing = {}

local FORMATS = { "svg", "png", "pdf", "dot" }

local function format_of(path)
  local ending = path:match "%.(%w+)$"
  for _, format in ipairs(FORMATS) do
    if ending == format then return format end
  end
  message.usage("option '-o' is %s; expected a name that ends in .svg, .png, .pdf or .dot",
    message.quote(path))
end

-- Writes a graph (ganas.diagram) to a file; it has its name only when it is whole.
function drawing.write(graph, path)
  local format, text = format_of(path), diagram.dot(graph)
  if format == "dot" then return fs.write_atomic(path, text) end
  local beside = ("%s.tmp.%s"):format(path, format)
  local ok, why = graphviz.write(text, format, beside)
  if ok then ok, why = os.rename(beside, path) end
  if ok then return end
  os.remove(beside)
  message.user("can't write %s: %s", message.quote(path), why)
end

-- The space that a word names, or that of the recipe that it names.
local function space_of(word)
  local found = library.find("spaces", word) or library.find("recipes", word)
  if found and not grammar.is_space(found) then return recipe.space(recipe.read(word)) end
  return grammar.load(word)
end

-- Does what the options ask for; the lines to print.
function drawing.run(given)
  local space = space_of(given.operand)
  local arch, why = space:arch(given.words[2])
  if not arch then
    message.user("%s is no candidate of %s: %s", message.quote(given.words[2]), space.name, why)
  end
  local graph = diagram.of(arch)
  if not given.target then return boxes.lines(graph) end
  drawing.write(graph, given.target)
  return {}
end

return drawing
