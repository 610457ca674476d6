-- catalog - the recipes and spaces there are, with what they say about themselves.

local chunk = require "ganas.chunk"
local library = require "ganas.library"
local message = require "ganas.message"

-- What a file says about itself; a broken file says what is wrong with it.
local function about(entry)
  local ok, value = pcall(function() return chunk.run(entry.path, library.text(entry)) end)
  if not ok then
    if not message.is_user(value) then error(value, 0) end
    return value.text
  end
  local text = type(value) == "table" and value.about
  return type(text) == "string" and text or "says nothing about itself"
end

local function add(lines, kind)
  local list, longest = library.list(kind), 0
  for _, entry in ipairs(list) do longest = math.max(longest, #entry.name) end
  lines[#lines + 1] = kind
  for _, entry in ipairs(list) do
    local origin = entry.embedded and "" or " (" .. entry.path .. ")"
    lines[#lines + 1] = ("  %-" .. longest .. "s  %s%s"):format(entry.name, about(entry), origin)
  end
  if #list == 0 then lines[#lines + 1] = "  none in " .. library.places(kind) end
end

-- Lines for people.
return function()
  local lines = {}
  add(lines, "recipes")
  add(lines, "spaces")
  return lines
end
