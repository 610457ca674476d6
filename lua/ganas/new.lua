-- new - makes a file to start from: ganas-lua new space|recipe|evaluator NAME, or evaluator NAME.py.
--
-- The templates are lua/templates/*, which run as they are; NAME in them becomes the file's.

local fs = require "ganas.fs"
local library = require "ganas.library"
local message = require "ganas.message"

local new = {}

local KINDS = { "space", "recipe", "evaluator" }

-- What to do with the file, by kind and ending.
local NEXT = {
  ["space.lua"] = "ganas-lua check %s.lua",
  ["recipe.lua"] = "ganas-lua %s.lua",
  ["evaluator.lua"] = "evaluate = require \"%s\" in a recipe beside it",
  ["evaluator.py"] = 'evaluate = { "worker", "python3", "%s.py", workers = 2 } in a recipe beside it',
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

-- A name without its ending, and that: ".lua", or of evaluators ".py".
local function split(kind, word)
  local name, ending = word:match "^(.*)(%.%a+)$"
  if ending and NEXT[kind .. ending] then return name, ending end
  return word, ".lua"
end

local function check_name(kind, word)
  if not word then message.usage("no name; expected 'ganas-lua new %s NAME'", kind) end
  local name, ending = split(kind, word)
  local folder, stem = name:match "^(.*/)([^/]*)$"
  folder, stem = folder or "", stem or name
  if #stem > 64 or not stem:find "^%a[%w_]*$" then
    local near = stem:gsub("[%s-]+", "_"):match "^%a[%w_]*$"
    message.usage("%s is no name for a file of Lua; %sexpected at most 64 letters, digits and underscores, a "
      .. "letter first%s", message.quote(word), near and near ~= stem
      and "did you mean " .. message.quote(folder .. near) .. "? " or "",
      kind == "evaluator" and ", and .py for one in Python" or "")
  end
  return folder, stem, ending
end

-- What the words after `new` ask for: { command, kind, folder, name, ending }; `folder` is "" or ends with a
-- slash.
function new.options(words)
  for _, word in ipairs(words) do
    if word:find "^%-" then message.usage("unknown option %s", message.quote(word)) end
  end
  check_kind(words[1])
  local folder, name, ending = check_name(words[1], words[2])
  if words[3] then
    message.usage("too many arguments, %s; expected one name", message.quote(words[3]))
  end
  return { command = "new", kind = words[1], folder = folder, name = name, ending = ending }
end

-- The text of a template with the name in it.
function new.text(kind, name, ending)
  local text = library.text { path = "lua/templates/" .. kind .. ending, embedded = true }
  return (text:gsub("NAME", name))
end

-- Makes the file, by default in the folder where we are; a line that says so.
function new.run(given)
  local path = given.folder .. given.name .. given.ending
  if fs.exists(path) then
    message.user("%s is there already; expected a name without a file", message.quote(path))
  end
  fs.write_atomic(path, new.text(given.kind, given.name, given.ending))
  local what = (given.kind == "evaluator" and "an " or "a ") .. given.kind
  local now = NEXT[given.kind .. given.ending]
  now = now:format((now:find "^ganas%-lua" and given.folder or "") .. given.name)
  return ("%s: %s to start from; now: %s"):format(path, what, now)
end

return new
