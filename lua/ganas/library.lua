-- library - spaces and recipes by name: those on disk first, then those inside the program.
--
-- `kind` is "spaces" or "recipes". A name means NAME.lua in ./<kind>, in ~/.config/ganas/<kind> or
-- among the embedded files, in this order.

local fs = require "ganas.fs"
local message = require "ganas.message"
local sorted = require "ganas.sorted"

local library = {}

-- The host; an empty one where another program than ours runs this.
local function host()
  local ok, own = pcall(require, "ganas.host")
  return ok and own or { files = {}, names = {} }
end

local function config_dir()
  local base = os.getenv "XDG_CONFIG_HOME"
  if base and base ~= "" then return fs.join(base, "ganas") end
  return fs.home ".config/ganas"
end

-- Folders on disk: { label =, path = }.
local function folders(kind)
  local list = { { label = "./" .. kind, path = kind } }
  local config = config_dir()
  if config then
    local path = fs.join(config, kind)
    list[2] = { label = (path:gsub("^" .. (fs.home("") or "/"):gsub("%p", "%%%0"), "~/")), path = path }
  end
  return list
end

-- Where names are looked for, in words.
function library.places(kind)
  local words = {}
  for i, folder in ipairs(folders(kind)) do words[i] = folder.label end
  words[#words + 1] = "built in"
  return table.concat(words, ", ")
end

local function add(found, name, entry)
  if not found[name] then found[name] = entry end
end

-- Everything of a kind, sorted by name: { name =, path =, embedded =, origin = where from, in words
-- }.
function library.list(kind)
  local found, list = {}, {}
  for _, folder in ipairs(folders(kind)) do
    for _, file in ipairs(fs.list(folder.path)) do
      local name = file:match "^([^.].*)%.lua$"
      if name then add(found, name, { path = fs.join(folder.path, file), origin = folder.label }) end
    end
  end
  for _, path in ipairs(host().names) do
    local name = path:match("^" .. kind .. "/([^/]+)%.lua$")
    if name then add(found, name, { path = path, embedded = true, origin = "built in" }) end
  end
  for name, entry in sorted(found) do
    entry.name = name
    list[#list + 1] = entry
  end
  return list
end

function library.names(kind)
  local names = {}
  for i, entry in ipairs(library.list(kind)) do names[i] = entry.name end
  return names
end

-- The text of an entry; a user error when its file can't be read.
function library.text(entry)
  if entry.embedded then return host().files[entry.path] end
  local text, why = fs.read(entry.path)
  if not text then message.user("can't read %s: %s", message.quote(entry.path), why) end
  return text
end

local function by_path(path)
  return { name = fs.stem(path), path = path, origin = path, text = library.text { path = path } }
end

local function by_name(kind, name)
  for _, entry in ipairs(library.list(kind)) do
    if entry.name == name then
      entry.text = library.text(entry)
      return entry
    end
  end
end

-- Whether a word is meant as a path.
function library.is_path(word) return word:find("/", 1, true) ~= nil or word:find "%.lua$" ~= nil end

-- What `word`, a name or a path, stands for: { name, path, text, embedded }; nil when there is no
-- such thing.
function library.find(kind, word)
  local looks_like_path = library.is_path(word)
  if not looks_like_path then
    local entry = by_name(kind, word)
    if entry then return entry end
  end
  if fs.is_file(word) then return by_path(word) end
  if fs.is_dir(word) and (looks_like_path or word:find "^%.+$") then
    message.user("%s is a folder; expected a file", message.quote(word))
  end
end

-- The folder of the recipe of a plan; nil where that is the current one or there is none.
function library.own_folder(context)
  local folder = context and context.path and not context.embedded and fs.dirname(context.path)
  return folder and folder ~= "." and folder ~= "" and folder or nil
end

-- The places where a file that a recipe names is looked for, as the end of a sentence; nothing of an
-- absolute path.
function library.looked(word, context)
  if word:sub(1, 1) == "/" then return "" end
  local folder = library.own_folder(context)
  return "; looked in ." .. (folder and ", " .. folder or "")
end

local function near_path(word, context)
  local folder = library.own_folder(context)
  local near = fs.near(word) or folder and word:sub(1, 1) ~= "/" and fs.near(fs.join(folder, word))
  return near and not (context and near == context.path) and near or nil
end

-- Why library.find found nothing, in words: "no recipe 'x'; did you mean 'y'? looked in ...". `context`: the
-- plan of the recipe that names it, if one does.
function library.missing(kind, word, context)
  local one = kind:gsub("s$", "")
  local names = library.names(kind)
  local near = message.nearest(library.is_path(word) and fs.stem(word) or word, names)
  if library.is_path(word) then
    local other = not near and near_path(word, context)
    local looked = library.looked(word, context)
    local hint = near and "; did you mean the built-in " .. message.quote(near) .. "?"
      or other and "; did you mean " .. message.quote(other) .. "?" or ""
    if hint ~= "" then looked = looked:sub(2) end
    return ("no file %s%s%s"):format(message.quote(word), hint, looked)
  end
  local beside = fs.is_file(word .. ".lua") and word .. ".lua" or nil
  local hint = (beside or near) and "; did you mean " .. message.quote(beside or near) .. "?" or ";"
  return ("no %s %s%s looked in %s"):format(one, message.quote(word), hint, library.places(kind))
end

return library
