-- stages - blocks in stages: steps, what an operation leaves to later ones, strings, shapes.

local Batch = require "ganas.batch"
local Rng = require "ganas.rng"
local grammar = require "ganas.grammar"
local message = require "ganas.message"
local space = require "ganas.space"
local stages = require "ganas.stages"

local function make(depth, first)
  local net = stages.new {
    first = first, blocks = space.product("k%d_e%d", { 3, 5 }, { 1, 6 }), letters = "ke", depth = depth,
    most = { 3, 1, 2 }, least = { 1, 1, 2 }, input = 8, channels = { 16, 24, 24 }, strides = { 2, 2, 1 },
  }
  local fields = { name = "s", ops = net.ops, grow = net.grow, format = net.format, parse = net.parse }
  return net, grammar.load(fields)
end

local by_step, a = make("step", space.product("r%d", { 32, 64 }))
local by_skip, b = make "skip"

local function count(s, depth)
  local batch, n = Batch.new(s, 3000), 0
  batch:random(nil, Rng.new(1, "depths"), 3000)
  for i = 0, 2999 do
    if tostring(batch:arch(i)):find("d" .. depth, 1, true) then n = n + 1 end
  end
  return n
end

describe("ganas.stages", function()
  it("writes every network in one way", function()
    local blocks = 4 + 4 ^ 2 + 4 ^ 3
    assert.same({ 2 * blocks * 4 * 16, true }, { a:size() })
    assert.same({ blocks * 4 * 16, true }, { b:size() })
    assert.equal("r32:d112:k3553:e1666", tostring(a:arch "r32:d112:k3553:e1666"))
    assert.same({ "r32", "d1", "k3_e1", "skip", "skip", "k5_e6", "k5_e6", "k3_e6" },
      a:arch("r32:d112:k3553:e1666").ops)
    assert.same({ "k3_e1", "skip", "skip", "k5_e6", "k5_e6", "k3_e6" }, b:arch("d112:k3553:e1666").ops)
  end)

  it("draws depths alike where a step chooses them, else blocks", function()
    for depth = 1, 3 do assert.is_true(math.abs(count(a, depth .. "12") - 1000) < 130) end
    assert.is_true(math.abs(count(b, "112") - 600) < 110) -- one of five operations is the skip
  end)

  it("finds stage and block of a step, and shapes", function()
    assert.same({}, { by_step:place(1) })
    assert.same({}, { by_step:place(2) })
    assert.same({ 1, 1 }, { by_step:place(3) })
    assert.same({ 3, 2 }, { by_step:place(8) })
    assert.same({ side = 16, cin = 8, cout = 16, stride = 2 }, by_skip:shape(1, 16))
    assert.same({ side = 8, cin = 16, cout = 16, stride = 1 }, by_skip:shape(2, 16))
    assert.same({ side = 8, cin = 16, cout = 24, stride = 2 }, by_skip:shape(4, 16))
    assert.same({ side = 4, cin = 24, cout = 24, stride = 1 }, by_skip:shape(6, 16))
    assert.equal(4, by_skip:side(16))
  end)

  it("says what is wrong with a string", function()
    local function why(s, text) return select(2, s:arch(text)) end
    assert.equal("it has not the form 'r32:d312:k...:e...'", why(a, "d112:k3553:e1666"))
    assert.equal("it has not the form 'd312:k...:e...'", why(b, "d112:k3553"))
    assert.equal("'k3553'; expected 'd' and digits", why(b, "k3553:k3553:e1666"))
    assert.equal("'d11' has 2 digits; expected 3, one for each stage", why(b, "d11:k3553:e1666"))
    assert.equal("stage 1 has 4 blocks; expected 1 to 3", why(b, "d412:k3553:e1666"))
    assert.equal("stage 3 has 1 blocks; expected 2", why(b, "d111:k3553:e1666"))
    assert.equal("'e166' has 3 digits; expected 4, one for each block", why(b, "d112:k3553:e166"))
    assert.equal("block 1 of stage 2 is k7e6; expected one of 'k3_e1', 'k3_e6', 'k5_e1' or 'k5_e6'",
      why(b, "d112:k3753:e1666"))
    assert.equal("unknown operation 'r33'; did you mean 'r32'?", why(a, "r33:d112:k3553:e1666"))
  end)

  it("wants one digit for each letter", function()
    local ok, err = pcall(stages.new, { blocks = space.product("k%d", { 3, 11 }), letters = "k",
      most = { 1 }, least = { 1 }, input = 16, channels = { 24 }, strides = { 1 } })
    assert.is_false(ok)
    assert.is_true(message.is_user(err))
    assert.truthy(err.text:find("block 'k11' has no digit for each of the letters 'k'; expected values of "
      .. "one digit", 1, true))
  end)
end)
