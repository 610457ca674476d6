-- figures - what runs say after a number of queries.

local figures = require "ganas.figures"

-- A run whose best improves at { query, score, report }...
local function run(queries, ...)
  local steps = {}
  for i, step in ipairs { ... } do steps[i] = { query = step[1], score = step[2], report = step[3] } end
  return { queries = queries, seconds = 1, steps = steps }
end

local evaluator = {
  optimum = function() return 9 end,
  rank = function(_, score) return 10 - score end,
}

local RUNS = {
  a = { run(20, { 1, 5, 50 }, { 8, 9, 40 }), run(20, { 2, 6, 60 }, { 15, 8, 80 }) },
  b = { run(20, { 3, 4, 10 }), run(20, { 1, 4, 20 }) },
}

local function row(rows, method, budget)
  for _, r in ipairs(rows) do
    if r.method == method and r.budget == budget then return r end
  end
end

describe("figures", function()
  local rows = figures.rows(evaluator, { "a", "b" }, { 2, 10, 20 }, RUNS)

  it("report the column of the best by score", function()
    assert.equal(6, #rows)
    assert.equal((50 + 60) / 2, row(rows, "a", 2).mean)
    assert.equal((40 + 60) / 2, row(rows, "a", 10).mean) -- the better score has the worse report
    assert.equal(60, row(rows, "a", 20).median)
    assert.equal(80, row(rows, "a", 20).best)
    assert.near(28.284271, row(rows, "a", 20).sd, 1e-6)
  end)

  it("know the optimum, where the evaluator does", function()
    local r = row(rows, "a", 10)
    assert.same({ 0.5, (8 + 10) / 2, (1 + 4) / 2 }, { r.optimum_share, r.mean_to_optimum, r.rank })
    assert.equal(14, row(rows, "a", 20).mean_to_optimum)
    local blind = figures.rows({}, { "a" }, { 10 }, RUNS)[1]
    assert.same({}, { blind.optimum_share, blind.rank, blind.mean_to_optimum })
  end)

  it("have no figures before each run has a score", function()
    assert.is_nil(row(rows, "b", 2).mean)
    assert.equal(15, row(rows, "b", 10).mean)
  end)

  it("test each against the first", function()
    assert.is_nil(row(rows, "a", 10).p)
    assert.is_nil(row(rows, "b", 2).p)
    assert.equal(0.5, row(rows, "b", 10).p) -- two pairs, both the same way: 2 of 4 signs
  end)
end)
