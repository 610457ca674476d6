-- formula - a measure by a function of the user's, function(arch) -> number, as the source of a given
-- measure (ganas.measure).

local Arch = require "ganas.arch"
local chunk = require "ganas.chunk"
local message = require "ganas.message"

local Formula = { about = "by a function" }
Formula.__index = Formula

function Formula.new(name, fn)
  return setmetatable({ name = name, fn = fn, where = message.defined(fn) }, Formula)
end

local function finite(x) return type(x) == "number" and x == x and math.abs(x) ~= math.huge end

-- Row by row over a view, so that nothing is allocated.
local function fill(self, view, n, into)
  for row = 0, n - 1 do
    Arch.point(view, row)
    local value = self.fn(view)
    if not finite(value) then
      message.user("%s: the function gave %s; expected a finite number", self.where, message.value(value))
    end
    into[row] = value
  end
end

-- Fills the array `into`, one number a row of the batch.
function Formula:values(batch, into)
  batch:view()
  local view = Arch.view(batch)
  local ok, err = pcall(chunk.call, self.where, fill, self, view, batch:count(), into)
  if ok then return end
  if not message.is_user(err) then error(err, 0) end
  message.user("%s; it was measure %s of %s", err.text, message.quote(self.name),
    message.quote(tostring(view)))
end

return Formula
