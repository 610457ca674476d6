-- pytorch - a candidate as a module of PyTorch.
--
-- A space names a Python file beside its own, pytorch = "mine.py", with a class Network and a line, or
-- lines in parentheses, that begins with "ARCH = ": the official string that the network is built of by
-- default. The module is that file with another string there.

local fs = require "ganas.fs"
local message = require "ganas.message"
local record = require "ganas.record"

local pytorch = {}

local WIDE = 100 -- columns

-- ---- the file ----

-- The text of the file that a space names.
local function source_of(space)
  local origin = space.origin or {}
  local path = fs.join(fs.dirname(origin.path or space.context and space.context.path or "."), space.pytorch)
  if origin.embedded then
    local ok, host = pcall(require, "ganas.host")
    local text = ok and host.files[path]
    if text then return text, path end
  end
  local text, why = fs.read(path)
  if text then return text, path end
  message.user("%s: can't read %s: %s", space.where "pytorch", message.quote(path), why)
end

-- ---- Python ----

local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0"):gsub("%c", " ") .. '"' end

-- A text as an expression of Python, in several lines where it is long.
local function expression(text)
  if #text < WIDE - 10 or text:find "[\128-\255]" then return quoted(text) end
  local lines, at = {}, 1
  while at <= #text do
    local part = text:sub(at, at + WIDE - 16)
    lines[#lines + 1], at = "    " .. quoted(part), at + #part
  end
  return "(\n" .. table.concat(lines, "\n") .. "\n)"
end

-- Beginning and end of what stands after "ARCH = ".
local function find_value(text)
  local _, before = ("\n" .. text):find "\nARCH = "
  if not before then return nil end
  local first = before -- in `text`, which has no line break in front
  local _, last
  if text:sub(first, first) == "(" then _, last = text:find("\n%)", first)
  else last = (text:find("\n", first, true) or #text + 1) - 1 end
  return first, last
end

local function provenance(rec, entry)
  local words = { ("%s %s"):format(rec.columns.score, message.rounded(entry.score, 8)) }
  if entry.report and rec.columns.report ~= rec.columns.score then
    words[2] = ("%s %s"):format(rec.columns.report or "report", message.rounded(entry.report, 8))
  end
  local line = ("# Found by ganas-lua: %s, seed %s, query %s; %s"):format(rec.recipe, message.text(rec.seed),
    message.text(entry.query), table.concat(words, ", "))
  return line:gsub("%c", " ") .. "\n"
end

-- The module of one of the best of a record.
function pytorch.text(rec, entry)
  local space = record.loaded_space(rec)
  if not space.pytorch then
    message.user("the space %s doesn't say how it looks in PyTorch; expected pytorch = 'FILE.py' in its "
      .. "file, a module with a line ARCH = '...' and a class Network", message.quote(space.name))
  end
  local text, path = source_of(space)
  local first, last = find_value(text)
  if not last then
    message.user("%s: this module has no line 'ARCH = ...'; expected one with a candidate of %s", path,
      space.name)
  end
  return provenance(rec, entry) .. "\n" .. text:sub(1, first - 1) .. expression(entry.arch)
    .. text:sub(last + 1)
end

return pytorch
