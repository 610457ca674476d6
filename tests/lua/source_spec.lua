-- source - lines of fields, against a text with everything that can lead astray.

local fs = require "ganas.fs"
local source = require "ganas.source"

-- The text has its own answers: a line that ends with "--> a.b.3" is where that field starts.
local TEXT = [==[
#!/usr/bin/env ganas-lua
-- return { about = 1 }
--[[ return {
  space = 2 } ]]
local over = require "x" --[=[ ] ]] ]=] local s = '} return "' .. "\"}" .. [[
 return { } ]]
local list = {
  1,               --> list.1
  [5] = "b{",      --> list.5
  { 2,
    3 },           --> list.2.2
}
local function helper() return { wrong = 1 } end
local recipe = {
  about = "x",     --> about
  args = { budget = 1, --> args
    ["odd key"] = 2, --> args.odd key
    [3] = 4; four = 5, --> args.3 args.four
    nested = { { --> args.nested args.nested.1
      deep = 1 } }, --> args.nested.1.deep
  },
  search = setmetatable({ batch = 3, --> search search.batch
    stop = function(run) if run then return { b = 1 } end --> search.stop
      while true do repeat until false break end
      for i = 1, 2 do if i == 1 then elseif i == 2 then else end end
      return {
        inner = 1 } end, --> search.stop.inner
    truncate = over.steps { [0] = 25, --> search.truncate search.truncate.0
      [5] = 10 }, --> search.truncate.5
    x = a == b and { --> search.x
      y = 1 } or {}, --> search.x.y
  }, {}),
}
recipe.constraints = function(args) --> constraints
  local t = {}
  for i = 1, 2 do if x ~= y then t[i] = function() return 3 end end end
  return {
    a(1, 2), --> constraints.1
    function(a) return a.x > 1 end, --> constraints.2

    b [[
  long
]],
    c } --> constraints.4
end
recipe.list = list --> list
other.recipe = { hidden = 1 }
return recipe
]==]

local function each_answer(fn)
  local n = 0
  for line in TEXT:gmatch "(.-)\n" do
    n = n + 1
    local rest = line:match "%-%-> (.*)$"
    while rest and rest ~= "" do
      local name, after = rest:match "^([%w_.]+ key)(.*)$"
      if not name then name, after = rest:match "^(%S+)%s*(.*)$" end
      fn(name, n)
      rest = after
    end
  end
end

local function path_of(name)
  local path = {}
  for key in name:gmatch "[^.]+" do path[#path + 1] = tonumber(key) or key end
  return path
end

describe("the line of a field", function()
  it("is where it was written", function()
    local count = 0
    each_answer(function(name, line)
      count = count + 1
      assert.equal(line, source.line(TEXT, path_of(name)), name)
    end)
    assert.equal(25, count)
  end)

  it("is that of the nearest thing around it", function()
    local function at(pattern)
      local before = TEXT:match("^(.-)" .. pattern)
      return select(2, before:gsub("\n", "")) + 1
    end
    assert.equal(at "return recipe\n", source.line(TEXT, {}))
    assert.equal(at "return recipe\n", source.line(TEXT, { "nowhere" }))
    assert.equal(at "return recipe\n", source.line(TEXT, { "hidden" }))
    assert.equal(at "args = {", source.line(TEXT, { "args", "nowhere" }))
    assert.equal(at "recipe%.constraints", source.line(TEXT, { "constraints", 9 }))
    assert.equal(at "about = \"x\"", source.line(TEXT, { "about", "x", "y" }))
  end)

  it("is 1 where nothing can be found", function()
    for _, text in ipairs { "", "x = 1", "\n\n{", "local t = {" } do
      assert.equal(1, source.line(text, { "a" }))
    end
    assert.equal(2, source.line("\nreturn", { "a" }))
    assert.equal(2, source.line("\nreturn nil", { "a" }))
    assert.equal(2, source.line("\nreturn f()", { "a" }))
    assert.equal(2, source.line("\nreturn t\nreturn_ = { a = 1 }", { "a" }))
  end)

  it("comes with a file", function()
    local where = source.where("r.lua", "return {\n a = {\n 1,\n 2 } }")
    assert.equal("r.lua:2", where "a")
    assert.equal("r.lua:4", where("a", 2))
    assert.equal("r.lua:1", where())
  end)

  it("does not follow a variable that names itself", function()
    assert.equal(2, source.line("local a = b\nlocal b = a\nreturn b", { "x" }) - 1)
    assert.equal(2, source.line("local a = a\nreturn a", { "x" }))
  end)
end)

describe("text that is no Lua", function()
  it("has lines too", function()
    local seed = 12345
    local pieces = { "return", "{", "}", "(", ")", "[", "]", "=", ",", "a", "1", "'", '"', "[[", "]]", "--",
      "--[[", "\n", " ", "function", "end", "do", "if", "then", "repeat", "until", ".", ";", "\\", "\0",
      "[=[", "]=]" }
    for _ = 1, 3000 do
      local parts = {}
      for i = 1, 30 do
        seed = (seed * 1103515245 + 12345) % 2147483648
        parts[i] = pieces[math.floor(seed / 65536) % #pieces + 1]
      end
      local text = table.concat(parts)
      local line, lines = source.line(text, { "a", 1, "b" }), select(2, text:gsub("\n", "")) + 1
      assert.is_true(line >= 1 and line <= lines, text)
    end
  end)

  it("is cut quickly", function()
    local text = "return {\n" .. ("a = { 1, 'x', function() end }, -- c\n"):rep(5000) .. "last = 1 }"
    local began = os.clock()
    assert.equal(5002, source.line(text, { "last" }))
    assert.is_true(os.clock() - began < 5)
  end)
end)

-- Where the field `about` of a file is said to be, and its line there.
local function check_about(path)
  local text = assert(fs.read(path))
  local line, n = source.line(text, { "about" }), 0
  for row in (text .. "\n"):gmatch "(.-)\n" do
    n = n + 1
    if n == line then assert.truthy(row:find "^%s*about%s*=", path .. ": " .. row) end
  end
end

describe("every shipped file", function()
  it("has its fields found", function()
    for _, folder in ipairs { "spaces", "recipes" } do
      for _, name in ipairs(fs.list(folder)) do
        if name:find "%.lua$" then check_about(fs.join(folder, name)) end
      end
    end
  end)
end)
