-- support - what many specs need: texts of errors for people, files that go away.

local data = require "ganas.data"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local message = require "ganas.message"
local space = require "ganas.space"

local support = {}

-- The text of the message that a call raises; the first place in a spec, or in this file, is "here".
function support.refused(fn, ...)
  local ok, err = pcall(fn, ...)
  assert(not ok, "nothing was refused")
  assert(message.is_user(err), tostring(err))
  local text, n = err.text:gsub("[^%s:]*tests/lua/support%.lua:%d+", "here", 1)
  return n == 1 and text or (err.text:gsub("[^%s:]*_spec%.lua:%d+", "here", 1))
end

-- A function that writes a text to a new file and returns its path; `teardown` is busted's, which
-- removes them all.
function support.files(teardown)
  local paths = {}
  teardown(function()
    for _, path in ipairs(paths) do os.remove(path) end
  end)
  return function(text)
    local path = os.tmpname()
    paths[#paths + 1] = path
    local out = assert(io.open(path, "wb"))
    out:write(text)
    out:close()
    return path
  end
end

-- The path of a real sample in the data's folder `formats`, nil where there is none.
function support.sample(name)
  local place = { data = fs.is_dir "../shared/data" and "../shared/data" or nil }
  for _, where in ipairs(data.places(place)) do
    local found = fs.join(where.path, "formats", name)
    if fs.exists(found) then return found end
  end
end

-- A space of two letters in a row, and all its candidates as texts.
function support.two_letters()
  return grammar.load { name = "ab", ops = { "a", "b" }, grow = space.chain(2), format = { "-" } },
    { "a-a", "a-b", "b-a", "b-b" }
end

return support
