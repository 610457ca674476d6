-- support - what many specs need: texts of errors for people, files that go away.

local message = require "ganas.message"

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

return support
