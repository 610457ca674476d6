-- boundary.lua - docs/BOUNDARY.md from ganas.h: ganas-lua lua tests/docs/boundary.lua [--write]
--
-- Without --write it holds the file to what it would write. The part before the mark of the file is written
-- by hand; after it there is a section for each "---- name ----" of the header, each comment with what it is
-- about.

local fs = require "ganas.fs"

local ROOT = fs.dirname(fs.dirname(fs.dirname(require "luv".fs_realpath(arg[0]))))
local PATH = fs.join(ROOT, "docs/BOUNDARY.md")
local MARK = "<!-- from here on: tests/docs/boundary.lua --write -->\n"

-- ---- the header ----

local function cdef()
  local text = assert(fs.read(fs.join(ROOT, "core/include/ganas.h")))
  return assert(text:match "/%* cdef: on %*/\n(.-)/%* cdef: off %*/"), text:match "^/%*\n(.-)%*/"
end

-- The text of a comment without its marks, its lines joined where the first column is.
local function plain(comment)
  local text = comment:gsub("^/%*", ""):gsub("%*/$", "")
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do
    lines[#lines + 1] = (line:gsub("^%s*%*? ?", ""):gsub("%s+$", ""))
  end
  return (table.concat(lines, "\n"):gsub("^%s+", ""):gsub("%s+$", ""))
end

-- Names of functions and types in a text as code.
local function marked(text)
  local code = text:gsub("%f[%w_]([Gg][Aa][Nn][Aa][Ss]_[%w_]+)", "`%1`"):gsub("``", "`")
  return (code:gsub("(%*)(%a)", "\\%1%2"))
end

-- Cuts the header into pieces { comment = , code = }: a comment at the first column and what follows it, up
-- to the next one.
local function pieces(text)
  local list, i = {}, 1
  while i <= #text do
    local comment, after = text:match("^(/%*.-%*/)%s*\n()", i)
    if comment then
      list[#list + 1] = { comment = plain(comment), code = "" }
      i = after
    else
      local line, rest = text:match("^([^\n]*)\n()", i)
      if not list[1] then list[1] = { code = "" } end
      list[#list].code = list[#list].code .. line .. "\n"
      i = rest
    end
  end
  return list
end

-- ---- the document ----

local function add(out, piece)
  local title = piece.comment and piece.comment:match "^%-%-%-%- (.-) %-%-%-%-$"
  local code = piece.code:gsub("^\n+", ""):gsub("%s+$", "")
  if title then out[#out + 1] = "## " .. title:sub(1, 1):upper() .. title:sub(2) .. "\n"
  elseif piece.comment then out[#out + 1] = marked(piece.comment) .. "\n" end
  if code ~= "" then out[#out + 1] = "```c\n" .. code .. "\n```\n" end
end

local function made()
  local text, head = cdef()
  local conventions = marked(plain(head):match "Conventions\n%s*(.*)$"):gsub("\n%s+", "\n")
  local out = { "## Conventions\n\n" .. conventions .. "\n", "## Limits and types\n" }
  for _, piece in ipairs(pieces(text)) do add(out, piece) end
  return table.concat(out, "\n")
end

local old = assert(fs.read(PATH))
local head = assert(old:match("^(.-)" .. MARK:gsub("%p", "%%%0")), PATH .. " has no mark")
local new = head .. MARK .. "\n" .. made()
if arg[1] == "--write" then
  fs.write_atomic(PATH, new)
elseif new ~= old then
  print "docs/BOUNDARY.md is not what ganas.h says; 'ganas-lua lua tests/docs/boundary.lua --write' makes it"
  os.exit(1, true)
end
