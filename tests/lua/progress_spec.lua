-- progress - what is shown, how often, how wide, and that nothing is left of it.

local progress = require "ganas.progress"

local RUN = { iteration = 12, queries = 150, budget = 300, best_score = 91.607, entropy = 1.314,
  acceptance = 0.831, failed = 0 }

local function with(fields) return setmetatable(fields, { __index = RUN }) end

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
      progress.text(with { left = 7 }))
    assert.equal("iteration 0  0/300 queries  nothing scored yet",
      progress.text { iteration = 0, queries = 0, budget = 300 })
    assert.equal("iteration 1  300/300 queries  best -1",
      progress.text { iteration = 1, queries = 300, budget = 300, best_score = -1 })
    assert.equal("iteration 12  150/300 queries  best 91.607  3 failed  2 of 4 busy  entropy 1.31  "
      .. "83 % valid",
      progress.text(with { failed = 3, busy = 2, places = 4 }))
    assert.equal("confirming the best 5  150/300 queries  best 91.607",
      progress.text({ stage = "confirming the best 5", queries = 150, budget = 300, best_score = 91.607 }))
  end)

  it("says which constraint rejects most", function()
    local run = { iteration = 1, queries = 20, budget = 20, best_score = 1,
      busiest = { rule = "a <= 5", share = 0.384 } }
    assert.equal("iteration 1  20/20 queries  best 1  a <= 5 rejects 38 %", progress.text(run))
    assert.equal("iteration 1  20/20 queries  best 1", progress.text(run, 40))
  end)

  it("leaves out what matters least where it is narrow", function()
    local state = with { left = 7, failed = 3, busy = 2, places = 4 }
    for width = 120, 1, -1 do assert.is_true(#progress.text(state, width) <= width) end
    local text = "150/300 queries  best 91.607  3 failed  7.0 s left"
    assert.equal("iteration 12  " .. text, progress.text(state, 64))
    assert.equal(text, progress.text(state, 55))
    assert.equal("150/300  best 91.607  7.0 s left", progress.text(state, 40))
    assert.equal("150/300  best 91.607", progress.text(state, 31))
    assert.equal("150/300  best 91.607  7.0 s left", progress.text(with { left = 7 }, 39))
    assert.equal("150/300  b", progress.text(state, 10))
  end)

  it("has durations that people can read", function()
    local words = {}
    for i, s in ipairs { 0, 0.26, 9.94, 59, 60, 75, 3599, 3600, 7325, 200000 } do
      words[i] = progress.duration(s)
    end
    assert.same({ "0.0 s", "0.3 s", "9.9 s", "59 s", "1 min 0 s", "1 min 15 s", "1 h 0 min", "1 h 0 min",
      "2 h 2 min", "2 days 7 h" },
      words)
  end)
end)

describe("on a terminal", function()
  it("the line is written over, not too often, and taken away", function()
    local file, at, shown = display { columns = 45 }
    at(0.01)
    at(0.05)
    assert.equal("\27[?7l\riteration 12  150/300 queries  best 91.607\27[J\r\27[?7h", file.text)
    at(0.2)
    assert.equal(4, select(2, file.text:gsub("\r", "")))
    shown:clear()
    shown:clear()
    assert.equal("\r\27[J", file.text:sub(-4))
    assert.equal(5, select(2, file.text:gsub("\r", "")))
    assert.is_nil(file.text:find "\n")
    at(0.21)
    assert.equal(7, select(2, file.text:gsub("\r", "")))
  end)

  it("there are no colours, no line is longer than the terminal now, and notes find it gone", function()
    local width = 45
    local file, at, shown = display { columns = function() return width end }
    at(1)
    width = 20
    at(2)
    assert.truthy(file.text:find("\r150/300  best 91.60\27[J", 1, true))
    assert.is_nil(file.text:find("\27%[[%d;]*m"))
    progress.hide()
    assert.equal("\r\27[J", file.text:sub(-4))
    file.text = ""
    shown:clear()
    assert.equal("", file.text)
  end)

  it("no control character and no half of one of UTF-8 is shown", function()
    local terminal = require "ganas.terminal"
    assert.equal("a?b?[2Jc", terminal.cut("a\tb\27[2Jc", 80))
    assert.equal("gr", terminal.cut("gr\195\182\195\159e", 3))
    assert.equal("gr\195\182", terminal.cut("gr\195\182\195\159e", 4))
    assert.equal("gr\195\182", terminal.cut("gr\195\182\195\159e", 5))
    assert.equal("", terminal.cut("\195\182", 1))
  end)

  it("queries, failures and busy workers move while a set is evaluated", function()
    local now, file = 0, sink()
    local shown = progress.new { columns = 120, file = file, clock = function() return now end }
    local function at(t)
      now = t
      shown:wait(3, 4)
    end
    shown:follow(with { queries = 10, failed = 1, budget = 20 })
    local function line(t)
      file.text = ""
      at(t)
      return file.text:match "\r(.-)\27"
    end
    shown:wait(4, 4)
    assert.truthy(file.text:find("10/20 queries  best 91.607  1 failed  4 of 4 busy", 1, true))
    now = 1
    shown:heard { score = 1 }
    shown:heard { state = "failed" }
    shown:heard { state = "infeasible" }
    assert.equal("iteration 12  12/20 queries  best 91.607  2 failed  3 of 4 busy  entropy 1.31  83 % valid  "
      .. "3.0 s left", line(2))
  end)
end)

describe("workers that say no hello", function()
  it("are said after a few seconds, and once where lines are plain", function()
    local now, file = 0, sink()
    local shown = progress.new { file = file, clock = function() return now end }
    shown:follow(with { queries = 0, budget = 20 })
    local function said(t, silent)
      now, file.text = t, ""
      shown:wait(2, 2, silent)
      return file.text:match "waiting for %d workers? to say hello" or file.text
    end
    assert.equal("", said(0.1, 2))
    assert.truthy(said(2.5, 2):find("2 of 2 busy", 1, true))
    assert.equal("waiting for 2 workers to say hello", said(5, 2))
    assert.equal("", said(20, 2))
    assert.equal("waiting for 1 worker to say hello", said(30, 1))
    assert.truthy(said(40, 0):find("2 of 2 busy", 1, true))
  end)
end)

describe("the time that is left", function()
  local Pace = require "ganas.pace"

  local function paced()
    local now = 0
    local pace = Pace.new(function() return now end)
    return pace, function(t) now = t end
  end

  it("is what is done, counted on, and runs down between two results", function()
    local pace, at = paced()
    assert.is_nil(pace:left(10))
    at(4)
    pace:heard { score = 1 }
    pace:heard {}
    assert.equal(20, pace:left(10))
    at(7)
    assert.equal(17, pace:left(10))
    at(40)
    assert.equal(0, pace:left(10))
    assert.is_nil(pace:left(0))
  end)

  it("is shared by the workers that were busy", function()
    local pace, at = paced()
    pace:run(4)
    at(60)
    pace:heard { score = 1, seconds = 60 }
    assert.equal(150, pace:left(10)) -- 10 of 60 s on 4 workers
    pace:run(0) -- the search thinks for as long again
    at(120)
    pace:run(4)
    pace:heard { score = 1, seconds = 60 }
    assert.equal(300, pace:left(10))
  end)

  it("begins anew after a replay; what was paid for says nothing, what is infeasible does", function()
    local pace, at = paced()
    at(1)
    pace:heard { score = 1 }
    pace:start()
    pace:heard { score = 1, from = "runs/old" }
    assert.is_nil(pace:left(10))
    at(3)
    pace:heard { state = "infeasible" }
    at(5)
    pace:heard { score = 1 }
    assert.equal(40, pace:left(10))
  end)
end)

describe("elsewhere", function()
  it("there are plain lines where something has changed, ever fewer of them", function()
    local now, file, run = 0, sink(), with { queries = 0 }
    local shown = progress.new { file = file, clock = function() return now end }
    local times = {}
    for t = 0, 3600, 0.5 do
      local before = #file.text
      now = t
      run.queries = math.floor(t / 2)
      shown:update(run)
      if #file.text > before then times[#times + 1] = t end
    end
    shown:clear()
    assert.is_nil(file.text:find "[\r\27]")
    assert.equal("iteration 12  1/300 queries  best 91.607  entropy 1.31  83 % valid",
      file.text:match "^(.-)\n")
    assert.same({ 2, 4, 6, 8 }, { unpack(times, 1, 4) })
    assert.is_true(times[#times] - times[#times - 1] >= 60)
    now = now + 1000
    shown:update(run)
    local lines = #file.text
    now = now + 1000
    shown:update(run)
    assert.equal(lines, #file.text)
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
