-- json - what is written is JSON, and reads back as what it was.

local json = require "ganas.json"

local function refused(value)
  local ok, err = pcall(json.encode, value)
  assert.is_false(ok)
  return (tostring(err):gsub("^.-:%d+: ", ""))
end

describe("numbers", function()
  it("read back the same, in the shortest form", function()
    assert.equal("1", json.encode(1))
    assert.equal("-0", json.encode(-0.0))
    assert.equal("0.1", json.encode(0.1))
    assert.equal("0.30000000000000004", json.encode(0.1 + 0.2))
    assert.equal("91.607", json.encode(91.607))
    assert.equal("9007199254740992", json.encode(2 ^ 53))
    assert.equal(5e-324, tonumber(json.encode(5e-324)))
    local x = 0.5
    for i = 1, 5000 do
      x = (x * 1103515245.7 + i / 3) % 1
      local y = x * 10 ^ (i % 600 - 300)
      assert(tonumber(json.encode(y)) == y, json.encode(y))
    end
  end)

  it("that JSON doesn't have are null", function()
    assert.equal("[null,null,null]", json.encode(json.array { 1 / 0, -1 / 0, 0 / 0 }))
  end)
end)

describe("strings", function()
  it("have what JSON forbids escaped", function()
    assert.equal([["a\"b\\c\n\r\t\u0000\u001f/"]], json.encode 'a"b\\c\n\r\t\0\31/')
  end)

  it("are UTF-8, whatever went in", function()
    assert.equal('"\195\169\226\130\172\240\159\152\128"', json.encode "\195\169\226\130\172\240\159\152\128")
    local bad = "\239\191\189"
    assert.equal('"a' .. bad .. 'b"', json.encode "a\255b")
    assert.equal('"' .. bad .. '"', json.encode "\195")
    assert.equal('"' .. bad .. bad .. '"', json.encode "\192\128")
    assert.equal('"' .. bad:rep(3) .. '"', json.encode "\237\160\128") -- half of a surrogate pair
    assert.equal('"' .. bad:rep(4) .. '"', json.encode "\244\144\128\128") -- past the last code point
    assert.equal('"\195\169' .. bad .. 'x"', json.encode "\195\169\169x")
  end)
end)

describe("tables", function()
  it("are arrays or objects as they say", function()
    assert.equal("[]", json.encode(json.array {}))
    assert.equal("{}", json.encode(json.object {}))
    assert.equal('{"b":1,"a":[1,2],"c":null}',
      json.encode(json.object { { "b", 1 }, { "a", json.array { 1, 2 } }, { "c", nil } }))
  end)

  it("may be made as they are written", function()
    local made = 0
    local map = json.map({ 1, 2 }, function(x)
      made = made + 1
      return json.object { { "x", x } }
    end)
    assert.equal(0, made)
    assert.equal('[{"x":1},{"x":2}]', json.encode(map))
    assert.equal("[]", json.encode(json.map({}, error)))
  end)

  it("that say nothing are told by what they hold", function()
    assert.equal('{"a":1,"b":[true,"x"]}', json.encode { b = { true, "x" }, a = 1 })
    assert.equal("null", json.encode(json.null))
    assert.equal("null", json.encode(nil))
    assert.equal("an empty table: say json.array or json.object", refused {})
  end)

  it("hold what JSON has", function()
    assert.equal("JSON has no function", refused { a = print })
    assert.equal("JSON has no userdata", refused { io.stdout })
  end)
end)

describe("one line", function()
  it("is all there is", function()
    local text = json.encode(json.object { { "a\nb", "c\nd" } })
    assert.is_nil(text:find "\n")
  end)
end)
