-- fit - tables by step and operation from measured networks: found again, judged on what was held out,
-- written so that a recipe reads them.

local Batch = require "ganas.batch"
local fit = require "ganas.fit"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local measures = require "ganas.measures"
local message = require "ganas.message"
local Rng = require "ganas.rng"
local uv = require "luv"

local dir, space_path

local function path(name) return fs.join(dir, name) end

setup(function()
  dir = assert(uv.fs_mkdtemp "/tmp/ganas-fit-XXXXXX")
  space_path = path "abc.lua"
  fs.write_atomic(space_path, [[
local space = require "ganas.space"
return { ops = { "a", "b", "c" }, grow = space.chain(4), format = { "-" } }]])
end)

teardown(function() os.execute("rm -r '" .. dir .. "'") end)

local function cost(a, noise)
  local sum = 3
  for step, op in ipairs(a.ops) do sum = sum + step * (op == "b" and 2 or op == "c" and 0.5 or 1) end
  return sum + noise
end

-- A file of n networks drawn at random, and their costs.
local function measured(n, noise, more)
  local s = grammar.load(space_path)
  local batch, rng, lines = Batch.new(s, n), Rng.new(1, "networks"), { "arch,ms" }
  batch:random(nil, rng, n)
  for i = 0, n - 1 do
    local a = batch:arch(i)
    lines[#lines + 1] = ("%s,%.17g"):format(tostring(a), cost(a, noise * (rng:uniform() - 0.5)))
  end
  for _, line in ipairs(more or {}) do lines[#lines + 1] = line end
  local name = path "measured.csv"
  fs.write_atomic(name, table.concat(lines, "\n") .. "\n")
  return name
end

local function run(file, given)
  given = given or {}
  given.operand, given.space, given.args = file, given.space or space_path, given.args or {}
  return fit.run(given)
end

local function refused(...)
  local ok, err = pcall(run, ...)
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  return (err.text:gsub(dir:gsub("%p", "%%%0") .. "/", ""))
end

local function json(text, name) return tonumber(text:match('"' .. name .. '":([%d.e+-]+)')) end

describe("a fit", function()
  it("finds sums again and writes them for a recipe", function()
    local out = path "table.csv"
    local _, text = run(measured(60, 0), { json = true, out = out })
    assert.is_true(json(text, "rms") < 1e-12 and json(text, "worst") < 1e-12)
    assert.is_true(json(text, "rank") == 1 and json(text, "r2") == 1)
    assert.equal(12, json(text, "entries"))
    local s = grammar.load(space_path)
    measures.attach({ blocks = out, ms = "ms" }, s, { where = function() return "here" end })
    local batch = Batch.new(s, 81)
    batch:enumerate(nil, 0)
    local values = batch:measure "ms"
    for i = 0, 80 do assert.is_true(math.abs(values[i] - cost(batch:arch(i), 0)) < 1e-7) end
    assert.is_true(s:measure("ms").maskable)
  end)

  it("says how far it is off, on what it has not seen", function()
    local _, text = run(measured(300, 4), { json = true })
    local rms = json(text, "rms") -- of noise that is even over 4: 4 / sqrt 12, and a little for the entries
    assert.is_true(rms > 1.1 and rms < 1.35, rms)
    assert.is_true(json(text, "rank") > 0.8 and json(text, "rank") < 1)
    assert.is_true(json(text, "worst") > 1.5)
  end)

  it("says it in words, and what was never measured", function()
    local facts = run(measured(60, 0))
    assert.same({ "column", "ms" }, facts[1])
    assert.equal("nothing; --out TABLE.csv writes the table", facts[#facts][2])
    local file, lines = path "few.csv", { "arch,x,ms" }
    for line in io.lines(measured(200, 0)) do
      if not line:find "^c" and not line:find "arch" then lines[#lines + 1] = line:gsub(",", ",7,") end
    end
    fs.write_atomic(file, table.concat(lines, "\n") .. "\n")
    facts = run(file, { args = { column = "ms" } })
    assert.same({ "never measured", "1 of 12 entries, first step 1, c: add their lines by hand" },
      facts[#facts - 1])
  end)

  it("leaves out what has no value, and keeps repeated networks together", function()
    local more = { "a-a-a-a,-1", "a-a-a-b,", "a-b-a-b,8", "a-b-a-b,9" }
    local _, text = run(measured(60, 0, more), { json = true })
    assert.same({ 64, 62 }, { json(text, "rows"), json(text, "known") })
  end)

  it("is refused with what is wrong", function()
    assert.equal("fit needs the space of the networks; expected --space NAME",
      (select(2, pcall(fit.run, { operand = "x", args = {} })).text))
    assert.equal("unknown argument 'colum'; did you mean 'column'?",
      refused("x", { args = { colum = "ms" } }))
    assert.equal("argument 'missing' is 'x'; expected a number", refused("x", { args = { missing = "x" } }))
    assert.equal("measured.csv: unknown column 'm'; expected 'arch' or 'ms'",
      refused(measured(60, 0), { args = { column = "m" } }))
    assert.equal("measured.csv: 7 networks can't say what 11 entries are; expected more of them",
      refused(measured(8, 0)))
    local file = path "odd.csv"
    fs.write_atomic(file, "arch,p,q\na-a-a-a,1,2\n")
    assert.equal("odd.csv has 2 columns besides the network's; say which with column=NAME: 'p' or 'q'",
      refused(file))
    fs.write_atomic(file, "arch,p\na-a-a-d,1\n")
    assert.equal("odd.csv:2: arch 'a-a-a-d' is no candidate of abc: character 7: unknown operation 'd'; "
      .. "expected 'a', 'b' or 'c'", refused(file))
    fs.write_atomic(file, "net,p\na-a-a-a,1\n")
    assert.equal("odd.csv has no column that names the candidates of abc; looked for 'arch'; "
      .. "expected one of these, or key = 'column' with the official string", refused(file))
    local free = path "free.lua"
    fs.write_atomic(free, "return { ops = { 'a' }, grow = require('ganas.space').free { nodes = 4 } }")
    assert.equal("the graphs of free have no fixed steps, so there is no table by step to fit",
      refused(measured(8, 0), { space = free }))
  end)
end)
