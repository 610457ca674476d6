-- ranking - the best rows against a sort of them all.

local Rng = require "ganas.rng"
local ranking = require "ganas.ranking"

describe("the best rows", function()
  local function sorted(values, count, wanted)
    local rows = {}
    for row = 0, count - 1 do
      if not wanted or wanted(row) then rows[#rows + 1] = row end
    end
    table.sort(rows, function(a, b)
      local x, y = values[a + 1] or 0, values[b + 1] or 0
      return x > y or x == y and a < b
    end)
    return rows
  end

  it("are the first of all sorted, ties and gaps included", function()
    local rng = Rng.new(1, "ranking")
    for try = 1, 200 do
      local count, values = math.floor(rng:uniform() * 60), {}
      for i = 1, count do
        if try % 3 > 0 or rng:uniform() < 0.7 then values[i] = math.floor(rng:uniform() * 8) - 3 end
      end
      local wanted = try % 2 == 0 and function(row) return row % 3 ~= 1 end or nil
      local all = sorted(values, count, wanted)
      for _, n in ipairs { 0, 1, 2, 5, 20, 100 } do
        local expected = {}
        for i = 1, math.min(n, #all) do expected[i] = all[i] end
        assert.same(expected, ranking.best(values, count, n, wanted))
      end
    end
  end)
end)
