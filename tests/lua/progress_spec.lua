-- progress - what is shown, how often, how wide, and that nothing is left of it.

local progress = require "ganas.progress"

local RUN = { iteration = 12, queries = 150, budget = 300, best_score = 91.607, entropy = 1.314,
  acceptance = 0.831 }

local function sink()
  local file = { text = "" }
  function file.write(_, ...) file.text = file.text .. table.concat { ... } end
  function file.flush() end
  return file
end

local function display(options)
  local now, file = 0, sink()
  options.file, options.clock = file, function() return now end
  local shown = progress.new(options)
  return file, function(t)
    now = t
    shown:update(RUN)
  end, shown
end

describe("the line", function()
  it("says how far a search is", function()
    assert.equal("iteration 12  150/300 queries  best 91.607  entropy 1.31  83 % valid  7.0 s left",
      progress.text(RUN, 7))
    assert.equal("iteration 0  0/300 queries  nothing scored yet",
      progress.text({ iteration = 0, queries = 0, budget = 300 }, 7))
    assert.equal("iteration 1  300/300 queries  best -1",
      progress.text({ iteration = 1, queries = 300, budget = 300, best_score = -1 }, 7))
  end)

  it("says which constraint rejects most", function()
    local run = { iteration = 1, queries = 20, budget = 20, best_score = 1,
      busiest = { rule = "a <= 5", share = 0.384 } }
    assert.equal("iteration 1  20/20 queries  best 1  a <= 5 rejects 38 %", progress.text(run, 7))
    assert.equal("iteration 1  20/20 queries  best 1", progress.text(run, 7, 40))
  end)

  it("leaves out what matters least where it is narrow", function()
    local last = math.huge
    for width = 100, 1, -1 do
      local text = progress.text(RUN, 7, width)
      assert.is_true(#text <= width and #text <= last)
      last = #text
    end
    assert.equal("iteration 12  150/300 queries  best 91.607  7.0 s left", progress.text(RUN, 7, 60))
    assert.equal("iteration 12  150/300 queries  best 91.607", progress.text(RUN, 7, 45))
    assert.equal("150/300 queries  best 91.607", progress.text(RUN, 7, 40))
    assert.equal("150/300 qu", progress.text(RUN, 7, 10))
  end)

  it("has durations that people can read", function()
    local words = {}
    for i, s in ipairs { 0, 0.26, 9.94, 59, 60, 75, 3599, 3600, 7325 } do words[i] = progress.duration(s) end
    assert.same({ "0.0 s", "0.3 s", "9.9 s", "59 s", "1 min 0 s", "1 min 15 s", "1 h 0 min", "1 h 0 min",
      "2 h 2 min" },
      words)
  end)
end)

describe("on a terminal", function()
  it("the line is written over, not too often, and taken away", function()
    local file, at, shown = display { columns = 45 }
    at(0.01)
    at(0.05)
    assert.equal("\riteration 12  150/300 queries  best 91.607\27[K", file.text)
    at(0.2)
    assert.equal(2, select(2, file.text:gsub("\r", "")))
    shown:clear()
    shown:clear()
    assert.equal("\r\27[K", file.text:sub(-4))
    assert.equal(3, select(2, file.text:gsub("\r", "")))
    assert.is_nil(file.text:find "\n")
    at(0.21)
    assert.equal(4, select(2, file.text:gsub("\r", "")))
  end)
end)

describe("elsewhere", function()
  it("there are plain lines, one every few seconds", function()
    local file, at, shown = display {}
    for t = 0, 6.5, 0.5 do at(t) end
    shown:clear()
    local lines = {}
    for line in file.text:gmatch "(.-)\n" do lines[#lines + 1] = line end
    assert.equal(3, #lines)
    assert.equal("iteration 12  150/300 queries  best 91.607  entropy 1.31  83 % valid  2.0 s left", lines[1])
    assert.is_nil(file.text:find "[\r\27]")
  end)

  it("there is nothing when it is to be quiet", function()
    for _, columns in ipairs { 80, false } do
      local file, at, shown = display { quiet = true, columns = columns or nil }
      at(5)
      shown:clear()
      assert.equal("", file.text)
    end
  end)
end)
