-- man.lua - the manual page: ganas-lua lua core/cmake/man.lua TEMPLATE > ganas-lua.1
--
-- Puts what `ganas-lua --help` says into the template: its lines are "  what   about", an about going on in
-- lines that begin far to the right; a title begins a line.

local fs = require "ganas.fs"
local options = require "ganas.options"

-- The lines of --help below each of its titles; "" for those before the first.
local function sections(text)
  local found, title = { [""] = {} }, ""
  for line in text:gmatch "([^\n]*)\n" do
    local new = line:match "^(%u.*)$"
    if new then
      title = new:match "^Exit status" and "Exit status" or new
      found[title] = { new }
    elseif line ~= "" then table.insert(found[title], line) end
  end
  return found
end

-- A text of mdoc's, in which nothing is a command.
local function literal(text)
  return (text:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("^([.'])", "\\&%1"))
end

-- What a line of a command or an option begins with, and what it says; nil for lines that go on.
local function split(line)
  if not line:find "^  ganas%-lua" and not line:find "^  %-%-" then return nil end
  local what, about = line:match "^  (%S.-)  +(%S.*)$"
  if not what then what, about = line:match "^  (%S.*%]) (%l.*)$" end
  return what or line:sub(3), about or ""
end

-- { what, about } of lines "  what   about".
local function items_of(lines)
  local items = {}
  for _, line in ipairs(lines) do
    local what, about = split(line)
    if line:find "^  %-%-version" then -- both on one line
      items[#items + 1], items[#items + 2] = { "--version", "its version" }, { "--help", "what there is" }
    elseif what then items[#items + 1] = { what, about }
    else
      local last = assert(items[#items], line)
      last[2] = last[2] .. " " .. line:match "^%s*(.*)$"
    end
  end
  return items
end

local function list_of(lines)
  local out = {}
  for _, item in ipairs(items_of(lines)) do
    out[#out + 1] = '.It Li "' .. literal(item[1]:gsub("^ganas%-lua ", "")):gsub('"', '""') .. '"'
    out[#out + 1] = item[2]:find "%S" and literal((item[2]:gsub("^%s+", ""))) or nil
  end
  return table.concat(out, "\n")
end

local function arguments_of(lines)
  local words = {}
  for i = 2, #lines do
    for word in lines[i]:gmatch "%S+" do words[#words + 1] = ".It Li " .. literal(word) end
  end
  return ".Bl -item -compact\n" .. table.concat(words, "\n"):gsub("%.It Li (%S+)", ".It\n.Li %1") .. "\n.El"
end

local function codes_of(line)
  local out = {}
  for code, about in line:gmatch "(%d+) ([^,]+)" do
    out[#out + 1] = ".It " .. code .. "\n" .. literal(about)
  end
  return table.concat(out, "\n")
end

local parts = sections(options.HELP)
table.remove(parts[""], 1) -- what the program is
local fill = {
  COMMANDS = list_of(parts[""]), ARGUMENTS = arguments_of(parts["Arguments of every recipe"]),
  OPTIONS = list_of { unpack(parts.Options, 2) }, EXIT = codes_of(parts["Exit status"][1]), DATE = arg[2],
}
io.stdout:write((assert(fs.read(arg[1])):gsub("@(%u+)@", fill)))
