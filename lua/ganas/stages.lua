-- stages - spaces of blocks in stages, each with a depth of its own: steps, and strings both ways.
--
--   local net = stages.new {
--     first = space.product("r%d", { 192, 224 }),                 a choice for all blocks; may be absent
--     blocks = space.product("k%d_e%d", { 3, 5 }, { 3, 6 }),
--     letters = "ke",                                             what the values of a block are called
--     most = { 4, 4, 1 }, least = { 2, 2, 1 },                    depths of the stages
--     input = 16, channels = { 24, 40, 80 }, strides = { 2, 2, 1 },
--     depth = "step",                                             or "skip": how a depth is chosen
--   }
--   net.ops, net.grow, net.format, net.parse                      fields of a space
--   net:place(step) -> stage, block                               from 1 each; nil where none is chosen
--   net:shape(step, side) -> { side, cin, cout, stride }          what a block reads and gives (ganas.layers)
--   net:side(side) -> side after the last stage
--   net:costs(frame, block, pixels) -> params, macs               measures; see there
--
-- A stage's first block has its stride and takes its channels; the first stage reads pictures of `side`
-- pixels and `input` channels.
--
-- Blocks that a stage leaves out are its last and are called "skip", so that every network is written
-- in one way. Depths are chosen by a step of their own before the stage's blocks, d2, d3 or d4, so that
-- random networks have every depth alike (depth = "step"); or block by block, where after a "skip" only
-- others follow. The string has the first choice, the depths, and for each letter the blocks' values,
-- one digit a block: r224:d231:k353553:e363636.

local layers = require "ganas.layers"
local message = require "ganas.message"
local sandbox = require "ganas.sandbox"
local schema = require "ganas.schema"
local sorted = require "ganas.sorted"
local space = require "ganas.space"

local Stages = {}
Stages.__index = Stages

local SKIP = "skip"

-- ---- steps ----

local function depth_name(depth) return "d" .. depth end

-- What a block may be after each depth of its stage.
local function by_depth(self, stage, block, of)
  local left = {}
  for depth = self.least[stage], self.most[stage] do
    left[depth_name(depth)] = block <= depth and self.blocks or SKIP
  end
  return { ops = space.ops(self.blocks, SKIP), after = left, of = of }
end

-- What a block may be after the one before it.
local function by_skip(self, stage, block)
  local ops = space.ops(self.blocks, SKIP)
  if block == self.least[stage] + 1 then return ops end
  return { ops = ops, after = { [SKIP] = SKIP } }
end

local function add_depth(self, list, stage)
  local ops = {}
  for depth = self.least[stage], self.most[stage] do ops[#ops + 1] = depth_name(depth) end
  if #ops == 1 or not self.chosen then return nil end
  list[#list + 1] = ops
  self.depth_steps[#list] = stage
  for _, name in ipairs(ops) do self.depth_ops[name] = true end
  return #list
end

local function add_steps(self)
  local list = { self.first }
  for stage, most in ipairs(self.most) do
    local of = add_depth(self, list, stage)
    for block = 1, most do
      local narrow = self.chosen and by_depth or by_skip
      list[#list + 1] = block <= self.least[stage] and self.blocks or narrow(self, stage, block, of)
      self.places[#list] = { stage, block }
    end
  end
  self.grow = space.chain(list)
end

-- Functions of a network's are called with it.
local function check_self(self, name)
  if getmetatable(self) ~= Stages then
    message.here("'%s' is called without its network; expected net:%s(...)", name, name)
  end
end

-- The stage and the block in it that a step is; nil for the first choice and for depths.
function Stages:place(step)
  check_self(self, "place")
  local place = self.places[step]
  if place then return place[1], place[2] end
end

-- ---- shapes ----

-- Side of what stage s reads.
local function side_before(self, s, side)
  for i = 1, s - 1 do side = layers.out(side, self.strides[i]) end
  return side
end

function Stages:side(side)
  check_self(self, "side")
  return side_before(self, #self.most + 1, side)
end

function Stages:shape(step, side)
  check_self(self, "shape")
  local s, block = self:place(step)
  if not s then message.here("step %s is no block; expected one that has a place", message.value(step)) end
  if block > 1 then
    return { side = side_before(self, s + 1, side), cin = self.channels[s], cout = self.channels[s],
      stride = 1 }
  end
  return { side = side_before(self, s, side), cin = s > 1 and self.channels[s - 1] or self.input,
    cout = self.channels[s], stride = self.strides[s] }
end

-- What a function of the file's says that a part of a network costs.
local function given(cost)
  if type(cost) ~= "table" or not (cost.params and cost.macs) then
    message.here("a function of net:costs gives %s; expected what layers cost, such as layers.sum gives",
      message.value(cost))
  end
  return cost
end

-- Parameters and multiply-adds of networks whose first choice is the size of the pictures: two measures.
-- frame(pixels) and block(step, pixels, values of the block ...) give layers (ganas.layers): what all
-- networks have, and what a block is. Parameters don't depend on the size, for which any will do: `pixels`.
function Stages:costs(frame, block, pixels)
  check_self(self, "costs")
  for i, fn in ipairs { frame or false, block or false } do
    if type(fn) ~= "function" then
      message.here("argument %d of net:costs is %s; expected a function that gives layers", i,
        message.value(fn or nil))
    end
  end
  local function params(step, op, ...)
    if op == SKIP or not self:place(step) then return 0 end
    return given(block(step, pixels, ...)).params
  end
  -- The first step chooses the size, the others pay for it.
  local function macs(step, op, size, ...)
    if step == 1 then return given(frame((...))).macs end
    if op == SKIP or not self:place(step) then return 0 end
    return given(block(step, size, ...)).macs
  end
  return space.sum(params, given(frame(pixels)).params), space.sum(macs, { by = 1 })
end

-- ---- strings ----

-- Names of the first choice, depths as digits, and a string of digits for each letter.
local function parts_of(self, arch)
  local depths, values, parts = {}, {}, {}
  for i = 1, #self.most do depths[i] = 0 end
  for step, op in ipairs(arch.ops) do
    local stage = self:place(step)
    if step == 1 and self.first then parts[1] = op
    elseif stage and op ~= SKIP then
      depths[stage] = depths[stage] + 1
      for i, value in ipairs(self.values[op]) do values[i] = (values[i] or "") .. value end
    end
  end
  parts[#parts + 1] = "d" .. table.concat(depths)
  for i = 1, #self.letters do parts[#parts + 1] = self.letters:sub(i, i) .. values[i] end
  return parts
end

local function split(self, text)
  local parts = {}
  for part in (text .. ":"):gmatch "([^:]*):" do parts[#parts + 1] = part end
  local first = self.first and table.remove(parts, 1)
  if #parts ~= 1 + #self.letters then
    local words = { self.first and self.first[1] or nil }
    words[#words + 1] = "d" .. table.concat(self.most)
    for letter in self.letters:gmatch "." do words[#words + 1] = letter .. "..." end
    return nil, "it has not the form " .. message.quote(table.concat(words, ":"))
  end
  return parts, first
end

-- The digits of a part after its letter.
local function digits_of(part, letter, n, of)
  local digits = part:match("^" .. letter .. "(%d*)$")
  if not digits then return nil, ("%s; expected '%s' and digits"):format(message.quote(part), letter) end
  if #digits ~= n then
    return nil, ("%s has %d digits; expected %d, one for each %s"):format(message.quote(part), #digits, n, of)
  end
  return digits
end

local function read_depths(self, part)
  local digits, why = digits_of(part, "d", #self.most, "stage")
  if not digits then return nil, why end
  local depths, total = {}, 0
  for stage, most in ipairs(self.most) do
    local depth, least = tonumber(digits:sub(stage, stage)), self.least[stage]
    if depth < least or depth > most then
      return nil, ("stage %d has %d blocks; expected %s"):format(stage, depth,
        least == most and most or least .. " to " .. most)
    end
    depths[stage], total = depth, total + depth
  end
  return depths, total
end

-- The names of the blocks of all stages, those that are left out included.
local function fill(self, depths, digits, ops)
  local at = 0
  for stage, most in ipairs(self.most) do
    if self.depth_steps[#ops + 1] then ops[#ops + 1] = depth_name(depths[stage]) end
    for block = 1, most do
      local key = SKIP
      if block <= depths[stage] then
        at, key = at + 1, ""
        for i = 1, #digits do key = key .. digits[i]:sub(at, at) end
        if not self.named[key] then
          return nil, ("block %d of stage %d is %s; expected one of %s"):format(block, stage,
            self.written:format(key:byte(1, -1)), message.names(self.blocks, "or", 12))
        end
        key = self.named[key]
      end
      ops[#ops + 1] = key
    end
  end
  return ops
end

local function parse(self, text)
  local parts, first = split(self, text)
  if not parts then return nil, first end
  local depths, total = read_depths(self, parts[1])
  if not depths then return nil, total end
  local digits = {}
  for i = 1, #self.letters do
    local why
    digits[i], why = digits_of(parts[i + 1], self.letters:sub(i, i), total, "block")
    if not digits[i] then return nil, why end
  end
  local ops, wrong = fill(self, depths, digits, { first or nil })
  if not ops then return nil, wrong end
  return { ops = ops }
end

-- ---- making one ----

local function whole(least, most)
  return { type = "number", integer = true, min = least, max = most, required = true }
end

local function by_stage(rule)
  return { type = "list", of = rule, least = 1, required = true, expected = "a list of numbers, one a stage" }
end

local function check_letters(letters)
  if letters:find "^%a+$" and not letters:find "d" then return end
  return ("is %s; expected a letter for each value of a block, none of them 'd'"):format(
    message.quote(letters))
end

-- `first` and `blocks` keep what space.product knows of them.
local FIELDS = {
  first = { type = "list", expected = "a list of operations" },
  blocks = { type = "list", required = true, expected = "what space.product gives" },
  letters = { type = "string", required = true, check = check_letters },
  most = by_stage(whole(1, 9)), least = by_stage(whole(0, 9)),
  input = whole(1), channels = by_stage(whole(1)), strides = by_stage(whole(1)),
  depth = { type = "string", enum = { "step", "skip" } },
}

local function check_lists(t)
  for _, name in ipairs { "least", "channels", "strides" } do
    if #t[name] ~= #t.most then
      message.here("field 'stages.%s' has %d numbers, 'most' has %d; expected one for each stage", name,
        #t[name], #t.most)
    end
  end
  for stage, most in ipairs(t.most) do
    if t.least[stage] > most then
      message.here("stage %d has at least %d blocks and at most %d", stage, t.least[stage], most)
    end
  end
end

local function check_blocks(blocks)
  local meta = getmetatable(blocks)
  if type(meta) ~= "table" or not meta.values then
    message.here "field 'stages.blocks' is a list of names; expected what space.product gives"
  end
end

local function check(t)
  if type(t) ~= "table" then
    message.here("stages.new of %s; expected a table { ... }", message.value(t))
  end
  local place = message.caller() or "?"
  local checked = schema.check(t, FIELDS, function() return place end, { "stages" })
  check_lists(checked)
  check_blocks(checked.blocks)
  return checked
end

-- The names of the blocks by their digits, and how a key of digits is written in a message.
local function index_blocks(self)
  self.values, self.named = getmetatable(self.blocks).values, {}
  for _, name in ipairs(self.blocks) do
    local key = ""
    for _, value in ipairs(self.values[name] or {}) do key = key .. tostring(value) end
    if #key ~= #self.letters then
      message.here("block %s has no digit for each of the letters %s; expected values of one digit",
        message.quote(name), message.quote(self.letters))
    end
    self.named[key] = name
  end
  self.written = self.letters:gsub(".", "%0%%c")
end

function Stages.new(t)
  t = check(t)
  local self = setmetatable({ first = t.first, blocks = t.blocks, letters = t.letters, most = t.most,
    least = t.least, input = t.input, channels = t.channels, strides = t.strides,
    chosen = t.depth == "step", places = {}, depth_steps = {}, depth_ops = {} }, Stages)
  index_blocks(self)
  add_steps(self)
  self.ops = space.ops(self.blocks, SKIP, sorted.keys(self.depth_ops), self.first or {})
  self.format = function(arch) return table.concat(parts_of(self, arch), ":") end
  self.parse = function(text) return parse(self, text) end
  return self
end

sandbox.face(Stages, {
  methods = { "place", "shape", "side", "costs" }, fields = { "ops", "blocks", "grow", "format", "parse" },
  opaque = { "grow", "costs" },
})

return { new = Stages.new }
