-- message - sentences, the nearest right name, places in files.

local message = require "ganas.message"

local function raised(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  return err
end

describe("a message", function()
  it("carries its text and its exit status", function()
    local err = raised(message.user, "%s is %d", "x", 3)
    assert.equal("x is 3", err.text)
    assert.equal("x is 3", tostring(err))
    assert.equal(1, err.code)
    assert.equal(2, raised(message.usage, "no").code)
    assert.is_true(message.is_user(err))
    assert.is_false(message.is_user "x is 3")
    assert.is_false(message.is_user {})
    assert.is_false(message.is_user(nil))
  end)

  it("takes a text without arguments as it stands", function()
    assert.equal("100% of %s", raised(message.user, "100% of %s").text)
  end)

  it("knows whether it has a place", function()
    assert.is_true(message.located "a b/c.lua:3: wrong")
    assert.is_false(message.located "no file 'a.lua:3: x'")
    assert.is_false(message.located "wrong: 3: ")
    assert.is_false(message.located "x\na.lua:3: wrong")
  end)

  it("is told from a fault", function()
    local _, fault = xpcall(function() error "broken" end, message.traced)
    assert.is_true(message.is_fault(fault))
    assert.truthy(fault.text:find "message_spec.lua:%d+: broken$")
    assert.truthy(tostring(fault):find "stack traceback:")
    local _, again = xpcall(function() error(fault, 0) end, message.traced)
    assert.equal(fault, again)
    local _, user = xpcall(message.user, message.traced, "mine")
    assert.is_true(message.is_user(user))
  end)
end)

describe("quoting", function()
  it("shows control characters and cuts long texts", function()
    assert.equal("'a\\x0ab\\x00\\x7f'", message.quote "a\nb\0\127")
    assert.equal("'\195\169'", message.quote "\195\169")
    assert.equal(202, #message.quote(("x"):rep(500)))
    assert.equal(202, #message.quote(("x"):rep(200)))
  end)

  it("names values", function()
    assert.equal("0.1", message.value(0.1))
    assert.equal("0.30000000000000004", message.value(0.1 + 0.2))
    assert.equal("1e+300", message.value(1e300))
    assert.equal("'x'", message.value "x")
    assert.equal("nothing", message.value(nil))
    assert.equal("a table", message.value {})
    assert.equal("false", message.value(false))
    assert.truthy(message.value(0 / 0):find "nan")
  end)

  it("joins names", function()
    assert.equal("none", message.names {})
    assert.equal("'a'", message.names { "a" })
    assert.equal("'a' or 'b'", message.names { "a", "b" })
    assert.equal("'a', 'b' and 'c'", message.names({ "a", "b", "c" }, "and"))
    assert.equal("'a', 'b', ... (3 in all)", message.names({ "a", "b", "c" }, "or", 2))
  end)
end)

describe("the nearest name", function()
  it("is one edit away, a swap of neighbours included", function()
    local list = { "constraints", "space", "search" }
    for _, word in ipairs { "constraint", "constraintss", "cnostraints", "konstraints", "Constraints" } do
      assert.equal("constraints", message.nearest(word, list))
    end
    assert.equal("space", message.nearest("sapce", list))
    assert.equal("ab", message.nearest("ab", { "ab" }))
  end)

  it("is not further than a third of the length", function()
    assert.is_nil(message.nearest("xyz", { "abc" }))
    assert.is_nil(message.nearest("k", { "j" }))
    assert.equal("abcdef", message.nearest("abcdxy", { "abcdef" }))
    assert.is_nil(message.nearest("abcxyz", { "abcdef" }))
    assert.is_nil(message.nearest("x", {}))
  end)

  it("is the earlier of two", function()
    assert.equal("seat", message.nearest("seal", { "seat", "sell" }))
    assert.equal("sell", message.nearest("seal", { "sell", "seat" }))
  end)

  it("is the only one that contains the word", function()
    assert.equal("nb201_imagenet16", message.nearest("imagenet", { "demo", "nb201_imagenet16" }))
    assert.is_nil(message.nearest("nb2", { "nb201_imagenet16", "nb201_cifar1000" }))
  end)

  it("equals a plain count of edits on short words", function()
    local words = {}
    for _, a in ipairs { "", "a", "b", "c" } do
      for _, b in ipairs { "", "a", "b" } do
        for _, c in ipairs { "", "a", "c" } do words[#words + 1] = a .. b .. c end
      end
    end
    local function naive(a, b) -- restricted Damerau-Levenshtein by its definition
      if a == "" or b == "" then return #a + #b end
      local best = math.min(naive(a:sub(1, -2), b) + 1, naive(a, b:sub(1, -2)) + 1,
        naive(a:sub(1, -2), b:sub(1, -2)) + (a:sub(-1) == b:sub(-1) and 0 or 1))
      if #a > 1 and #b > 1 and a:sub(-1) == b:sub(-2, -2) and a:sub(-2, -2) == b:sub(-1) then
        best = math.min(best, naive(a:sub(1, -3), b:sub(1, -3)) + 1)
      end
      return best
    end
    for _, a in ipairs(words) do
      for _, b in ipairs(words) do
        local near = naive(a, b) <= math.floor(math.max(#a, #b) / 3)
        local contained = #a >= 3 and b:find(a, 1, true) ~= nil
        assert.equal(near or contained, message.nearest(a, { b }) ~= nil, a .. " " .. b)
      end
    end
  end)

  it("makes a sentence", function()
    assert.equal("unknown field 'constraint'; did you mean 'constraints'?",
      message.unknown("field", "constraint", { "constraints" }))
    assert.equal("unknown field 'x'; expected 'abc' or 'def'",
      message.unknown("field", "x", { "abc", "def" }))
    assert.equal("unknown field 'x'; there are none", message.unknown("field", "x", {}))
    assert.equal("unknown measure 'Latency'; did you mean 'gpu_latency_ms' or 'tpu_latency_ms'?",
      message.unknown("measure", "Latency", { "gpu_latency_ms", "params", "tpu_latency_ms" }))
    assert.equal("unknown measure 'ms'; expected 'gpu_ms' or 'tpu_power_ms'",
      message.unknown("measure", "ms", { "gpu_ms", "tpu_power_ms" }))
  end)
end)

describe("places", function()
  it("name the nearest caller outside of ganas", function()
    local text = "local message = ...\n\nmessage.here('wrong %d', 3)"
    local chunk = assert(loadstring(text, message.chunk "user.lua"))
    assert.equal("user.lua:3: wrong 3", raised(chunk, message).text)
  end)

  it("survive long paths", function()
    local path = ("/folder"):rep(20) .. "/recipe.lua"
    local text = "local message = ...\nmessage.here 'wrong'"
    local chunk = assert(loadstring(text, message.chunk(path)))
    assert.equal(path .. ":2: wrong", raised(chunk, message).text)
    local _, err = loadstring("\n\n x x", message.chunk(path))
    assert.equal(path .. ":3: ", message.relocate(err):sub(1, #path + 4))
    assert.is_true(message.from_user(err))
    local _, runtime = pcall(assert(loadstring("\nlocal x = nil + 1", message.chunk(path))))
    assert.equal(path .. ":2: ", message.relocate(runtime):sub(1, #path + 4))
  end)

  it("tell the files of users from ours", function()
    assert.is_false(message.from_user "lua/ganas/nowhere.lua:3: x")
    assert.is_false(message.from_user "no place")
    local own = debug.getinfo(message.user, "S").source:gsub("^@", "")
    assert.is_true(message.is_ours(own .. ":3: broken"))
    assert.is_false(message.is_ours "recipe.lua:3: broken")
  end)

  it("name functions", function()
    local line = debug.getinfo(1, "l").currentline + 1
    local fn = function() end
    assert.truthy(message.defined(fn):find("message_spec%.lua:" .. line .. "$"))
    assert.equal("[C]", message.defined(print))
  end)
end)

describe("notes", function()
  it("go to the listener, if there is one", function()
    local before, heard = message.listener, nil
    message.listener = nil
    message.note "nobody"
    message.listener = function(text) heard = text end
    message.note("%d notes", 2)
    message.listener = before
    assert.equal("2 notes", heard)
  end)
end)
