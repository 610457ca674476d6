-- new - makes a file to start from: ganas-lua new space|recipe|evaluator NAME.
--
-- The templates are lua/templates/*.lua, which run as they are; NAME in them becomes the file's.

local fs = require "ganas.fs"
local library = require "ganas.library"
local message = require "ganas.message"

local new = {}

local KINDS = { "space", "recipe", "evaluator" }

local NEXT = {
  space = "ganas-lua check %s.lua",
  recipe = "ganas-lua %s.lua",
  evaluator = "evaluate = require \"%s\" in a recipe beside it",
}

local function check_kind(kind)
  if not kind then
    message.usage("nothing to make; expected 'ganas-lua new KIND NAME', the kind being %s",
      message.names(KINDS))
  end
  for _, known in ipairs(KINDS) do
    if kind == known then return end
  end
  message.usage("%s", message.unknown("kind", kind, KINDS))
end

local function check_name(kind, name)
  if not name then message.usage("no name; expected 'ganas-lua new %s NAME'", kind) end
  if #name > 64 or not name:find "^%a[%w_]*$" then
    message.usage("%s is no name for a file of Lua; expected at most 64 letters, digits and underscores, a "
      .. "letter first", message.quote(name))
  end
end

-- What the words after `new` ask for: { command, kind, name }.
function new.options(words)
  for _, word in ipairs(words) do
    if word:find "^%-" then message.usage("unknown option %s", message.quote(word)) end
  end
  check_kind(words[1])
  check_name(words[1], words[2])
  if words[3] then
    message.usage("too many arguments, %s; expected one name", message.quote(words[3]))
  end
  return { command = "new", kind = words[1], name = words[2] }
end

-- The text of a template with the name in it.
function new.text(kind, name)
  local text = library.text { path = ("lua/templates/%s.lua"):format(kind), embedded = true }
  return (text:gsub("NAME", name))
end

-- Makes the file in the folder where we are; a line that says so.
function new.run(given)
  local path = given.name .. ".lua"
  if fs.exists(path) then
    message.user("%s is there already; expected a name without a file", message.quote(path))
  end
  fs.write_atomic(path, new.text(given.kind, given.name))
  local what = (given.kind == "evaluator" and "an " or "a ") .. given.kind
  return ("%s: %s to start from; now: %s"):format(path, what, NEXT[given.kind]:format(given.name))
end

return new
