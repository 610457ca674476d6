-- chunk - files of the user's: their environment, their modules, and how their mistakes are told.

local chunk = require "ganas.chunk"
local fs = require "ganas.fs"
local message = require "ganas.message"
local uv = require "luv"

local function refused(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  return err.text
end

local function run(text, options) return chunk.run("r.lua", text, chunk.environment(options or {})) end

-- A file in memory that can be written to.
local function sink()
  local file = { text = "" }
  function file.write(_, ...)
    file.text = file.text .. table.concat { ... }
    return file
  end
  return file
end

describe("a file", function()
  it("gives what it returns", function()
    assert.same({ a = 1 }, run "return { a = 1 }")
    assert.is_nil(run "local x = 1")
    assert.equal(2, run "#!/usr/bin/env ganas-lua\nreturn 2")
  end)

  it("that is wrong is told with its line", function()
    assert.equal("r.lua:2: unexpected symbol near '<eof>'", refused(run, "return {\n"))
    assert.equal("r.lua:3: attempt to perform arithmetic on a nil value",
      refused(run, "#!x\nreturn {\n a = nil + 1 }"))
    assert.equal("r.lua:1: sentence", refused(run, "error('sentence', 0)"))
    assert.equal("r.lua:2: sentence", refused(run, "\nerror 'sentence'"))
    assert.equal("r.lua:1: error() was given a table; expected a text", refused(run, "error {}"))
    assert.equal("r.lua:1: this is compiled Lua; expected its source",
      refused(run, string.dump(function() end)))
    assert.truthy(refused(run, "return '"):find "^r.lua:1: unfinished string")
    assert.equal("r.lua:1: this is no text: it has bytes 0; expected a file of Lua",
      refused(run, "return '\0"))
  end)

  it("may raise our messages", function()
    local text = "local rule = require 'ganas.schedule'\n\nrule.linear(1)"
    assert.equal("r.lua:3: linear needs two numbers; expected linear(first, last)", refused(run, text))
  end)

  it("is told where it called what failed inside of ganas", function()
    local text = "local message = require 'ganas.message'\nlocal x = message.names(nil)"
    assert.truthy(refused(run, text):find(
      "^r.lua:2: 'names' can't do this: %S*message.lua:%d+: .*; is what it was given right%?$"))
  end)

  it("is told that a method was called with a dot", function()
    local env = chunk.environment {}
    env.run = require("ganas.run").new({ queries = 1 }, {}, {})
    local function said(text) return refused(chunk.run, "r.lua", text, env) end
    assert.equal("r.lua:2: 'best' is a method; write object:best(3), with a colon",
      said "\nlocal list = run.best(3)")
    assert.equal("r.lua:1: 'best' is a method; write object:best(), with a colon", said "return run.best()")
    assert.equal("r.lua:1: 'best' is a method; write object:best(...), with a colon",
      said "return run.best {}")
  end)

  it("is not blamed for a fault of ours", function()
    local ok, err = pcall(chunk.call, "r.lua:1", message.names, nil)
    assert.is_false(ok)
    assert.is_true(message.is_fault(err))
    assert.truthy(err.text:find "message.lua:%d+: ")
  end)
end)

describe("its environment", function()
  it("walks in order", function()
    local text = "local t = {} for k in pairs { z = 1, b = 2, [2] = 3, [1] = 4 } do t[#t + 1] = k end "
      .. "return table.concat(t, ' ')"
    assert.equal("1 2 b z", run(text))
  end)

  it("is its own", function()
    assert.equal(3, run "x = 3 return _G.x")
    assert.is_nil(rawget(_G, "x"))
    assert.equal(string, run "return string")
  end)

  it("draws from the stream it is given", function()
    local drawn = { 0, 0.5, 0.999999, 0.25 }
    local function uniform() return table.remove(drawn, 1) end
    local text = "return { math.random(6), math.random(6), math.random(5, 7), math.random() }"
    assert.same({ 1, 4, 7, 0.25 }, run(text, { uniform = uniform }))
    assert.equal("r.lua:1: bad argument to 'random' (interval is empty)",
      refused(run, "return math.random(0)", { uniform = function() return 0 end }))
    assert.equal(math.pi, run "return math.pi")
  end)

  it("has a note for math.randomseed", function()
    local before, heard = message.listener, nil
    message.listener = function(text) heard = text end
    run "math.randomseed(os.time())"
    message.listener = before
    assert.truthy(heard:find "^math.randomseed does nothing")
  end)

  it("prints where it should", function()
    local out, before = sink(), 0
    local options = { out = out, before = function() before = before + 1 end }
    run("print('a', 1, nil) io.write('b', 2, '\\n') io.stdout:write 'c'", options)
    assert.equal("a\t1\tnil\nb2\nc", out.text)
    assert.equal(1, before)
  end)
end)

describe("a module", function()
  local dir

  before_each(function() dir = assert(uv.fs_mkdtemp "/tmp/ganas-chunk-XXXXXX") end)
  after_each(function() os.execute("rm -r '" .. dir .. "'") end)

  local function put(name, text)
    fs.mkdir(fs.dirname(fs.join(dir, name)))
    fs.write_atomic(fs.join(dir, name), text)
  end

  local function using(text) return run(text, { dir = dir }) end

  it("is found beside the file and loaded once", function()
    put("helper.lua", "count = (count or 0) + 1 return { n = count }")
    put("deep/init.lua", "return 'init'")
    put("deep/er.lua", "return 'er'")
    put("quiet.lua", "")
    assert.equal(1, using "require 'helper' return require('helper').n")
    assert.equal("init er true",
      using "return require 'deep' .. ' ' .. require 'deep.er' .. ' ' .. tostring(require 'quiet')")
  end)

  it("walks in order too", function()
    put("helper.lua",
      "local t = {} for k in pairs { b = 1, a = 2 } do t[#t + 1] = k end return table.concat(t)")
    assert.equal("ab", using "return require 'helper'")
  end)

  it("of ganas can't be taken over", function()
    put("ganas/schedule.lua", "return 'mine'")
    assert.equal("table", using "return type(require 'ganas.schedule')")
  end)

  it("that is wrong is told with its own line", function()
    put("helper.lua", "\nlocal x = nil + 1")
    assert.equal(dir .. "/helper.lua:2: attempt to perform arithmetic on a nil value",
      refused(using, "\n\nrequire 'helper'"))
  end)

  it("that is missing is told where it was wanted", function()
    assert.equal(("r.lua:2: no module 'nowhere'; looked in %s and Lua's own places"):format(dir),
      refused(using, "\nrequire 'nowhere'"))
    assert.equal("r.lua:1: unknown module 'ganas.rules'; did you mean 'ganas.rule'?",
      refused(using, "require 'ganas.rules'"))
    assert.equal("r.lua:1: require of nothing; expected a name", refused(using, "require()"))
  end)

  it("that requires itself is told", function()
    put("a.lua", "return require 'b'")
    put("b.lua", "local a = require 'a' return a")
    assert.equal(dir .. "/b.lua:1: module 'a' requires itself", refused(using, "require 'a'"))
  end)
end)

describe("a call", function()
  it("passes values both ways", function()
    assert.same({ 1, nil, 3, n = 3 }, (function(...) return { n = select("#", ...), ... } end)(
      chunk.call("r.lua:1", function(...) return ... end, 1, nil, 3)))
  end)

  it("that fails in a tail call says where, too", function()
    assert.equal("r.lua:1: linear needs two numbers; expected linear(first, last)",
      refused(run, "\nreturn require('ganas.schedule').linear(1)"))
  end)

  it("that fails says where", function()
    assert.equal("r.lua:7: no place", refused(chunk.call, "r.lua:7", function() error("no place", 0) end))
    assert.truthy(refused(chunk.call, "r.lua:7",
      function() error "here" end):find "chunk_spec.lua:%d+: here$")
  end)
end)
