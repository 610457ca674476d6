-- parsers.lua - the parsers that are written in Lua, with texts that are nearly right:
-- ganas-lua lua tests/fuzz/parsers.lua [TEXTS [SEED]]
--
-- Each parser has seeds; a text is one of them with a few bytes, words or numbers changed, cut out, doubled
-- or taken from another. Whatever it is, a parser must give something or say what is wrong as a message for
-- people: anything else is a fault and ends this with the text that did it. What was read must be written
-- and read again. The loaders of recipes and spaces run what they read, so they come last, in the sandbox.

local uv = require "luv"
uv.os_setenv("GANAS_SANDBOX_SECONDS", "0.5") -- before anything reads it

local Rng = require "ganas.rng"
local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local journal = require "ganas.journal"
local message = require "ganas.message"
local options = require "ganas.options"
local parse = require "ganas.parse"
local phrase = require "ganas.phrase"
local recipe = require "ganas.recipe"
local reply = require "ganas.reply"
local sandbox = require "ganas.sandbox"
local source = require "ganas.source"
local tensors = require "ganas.tensors"

local TEXTS, SEED = tonumber(arg[1]) or 3000, tonumber(arg[2]) or 1
local rng = Rng.new(SEED, "fuzz")
local folder = fs.mkdir_temporary()

-- ---- parsers ----

local list = {}

-- `share`: of the texts of a quick parser, how many a slow one gets. `confined`: in the sandbox.
local function add(name, seeds, read, share, confined)
  list[#list + 1] = { name = name, seeds = seeds, read = read, share = share or 1, confined = confined }
end

local SPACES = { "nasbench101", "nasbench201", "darts", "proxylessnas", "ofa_proxyless", "mobilenetv3",
  "efficientnet" }

local function strings_of(domain)
  local seeds, batch = {}, require("ganas.batch").new(domain, 20)
  batch:random(nil, rng, 20)
  for i = 0, 19 do seeds[i + 1] = domain:format(batch, i) end
  return seeds
end

for _, name in ipairs(SPACES) do
  local domain = grammar.load(name)
  add("strings of " .. name, strings_of(domain), function(text)
    local arch = domain:arch(text)
    if not arch then return false end
    local again = assert(domain:arch(tostring(arch)), "what was written can't be read: " .. tostring(arch))
    assert(tostring(again) == tostring(arch), "written differently: " .. tostring(arch))
  end)
end

local cells = grammar.load "nasbench201"

add("rules", {
  "depth <= 2 and count.avg_pool_3x3 <= 1", "not (has.none or only(none, 'skip_connect'))",
  "-2 * count(none, skip_connect) + 1.5e1 > params_c10 / 1000 - 3",
  "at(2..3, none) or reaches(input, 4, none)",
  "1 < depth <= 3 and edges != 4",
}, function(text) phrase.read(text, cells, "here", message.user) end)

add("JSON", { '{"a":[1,2.5e-3,null,true],"b":{"c":"\\u00e9\\n"},"d":NaN}', '"x"', "[[[]]]" },
  function(text) return parse(text) ~= nil end)

add("replies", {
  '{"status":"ok","value":0.93,"metrics":{"loss":0.2},"cost":12}', "accuracy=0.93\n",
  "cost=0.5; status=SUCCESS",
  '[{"name":"loss","type":"objective","value":0.07}]', '{"status":"error","error":"none"}',
}, function(text)
  reply.of_output(text, { score = "accuracy" })
  reply.of_file(text, {})
end)

add("journals", {
  journal.line("run", { { "journal", 1 }, { "seed", 7 } })
    .. journal.line("result", { { "id", 0 }, { "arch", "a" } }),
}, function(text)
  fs.write(fs.join(folder, "journal.jsonl"), text)
  local events, whole, size = journal.read(folder)
  assert(#events > 0 and whole <= size)
end)

add("recipes", { fs.read "recipes/demo.lua", fs.read "recipes/nb201_phone.lua", fs.read "spaces/darts.lua" },
  function(text)
    for _, path in ipairs { { "search", "initial" }, { "space", "grow", 1 }, { "evaluate", "file" } } do
      local line = source.line(text, path)
      assert(line >= 1 and line % 1 == 0)
    end
    source.where("here", text)("args")
  end, 1 / 30)

local WEIGHTS = fs.join(folder, "w.f32")
fs.write(WEIGHTS, ("\0"):rep(4 * 40))

add("manifests of weights", { "# two layers\nfc1.weight 4x6 0\nfc1.bias 4 24\n", "a 2x2x2 32\r\n\nb 1 0" },
  function(text)
    fs.write(fs.join(folder, "w.manifest.txt"), text)
    local t = tensors.open(WEIGHTS, {}, "here")
    for _, tensor in ipairs(t.list) do
      if tensor.size < 100 then assert(#t:numbers(tensor.name) <= 40) end
    end
  end)

add("command lines", { "demo seed=3 queries=9 --threads 2 --quiet",
  "compare demo methods=ganas,random seeds=0..9", "resume runs/x --warm",
  "fit t.csv --space darts column=x --out y", "bench width=8,16 seconds=1 -h" },
  function(text)
    local words = {}
    for word in text:gmatch "%S+" do words[#words + 1] = word end
    options.read(words)
  end)

local function texts_of(paths)
  local texts = {}
  for i, path in ipairs(paths) do texts[i] = fs.read(path) end
  return texts
end

add("spaces loaded", texts_of { "spaces/nasbench201.lua", "spaces/tinycell.lua", "spaces/darts.lua",
  "spaces/nasbench101.lua", "spaces/proxylessnas.lua" },
  function(text)
    local domain = grammar.read("space.lua", text)
    domain:describe()
    local arch = grammar.samples(domain, 1):arch(0)
    assert(tostring(assert(domain:arch(tostring(arch)))) == tostring(arch), "the sample is read as another")
  end, 1 / 30, true)

add("recipes loaded", texts_of { "recipes/demo.lua", "tests/fuzz/recipe.lua" }, function(text)
  local path = fs.join(folder, "recipe.lua")
  fs.write(path, text)
  local batch = recipe.rehearse(recipe.load(path), 20)
  return batch:count() > 0
end, 1 / 30, true)

-- ---- texts ----

local function any(n) return rng:below(n) + 1 end

local BYTES = { "\0", "\27", "\n", '"', "'", "\\", "{", "}", "[", "]", "(", ")", "|", "~", "-", ":", ",", ".",
  "=", "0", "9", "e", "\255", "%", " " }

local NUMBERS = { "0", "-1", "1", "2", "3", "0.5", "33", "64", "65", "1e9", "1e300", "-1e-300", "1e999",
  "(0/0)" }

local edits = {
  function(text, at) return text:sub(1, at - 1) .. BYTES[any(#BYTES)] .. text:sub(at) end,
  function(text, at) return text:sub(1, at - 1) .. BYTES[any(#BYTES)] .. text:sub(at + 1) end,
  function(text, at) return text:sub(1, at - 1) .. text:sub(at + any(8)) end,
  function(text, at) return text:sub(1, at) .. text:sub(math.max(1, at - any(20))) end,
  function(text, at) return text:sub(1, at) end,
  function(text, at, other) return text:sub(1, at) .. other:sub(any(#other + 1)) end,
  function(text, at) return text:sub(1, at) .. text:sub(at, at):rep(any(300)) .. text:sub(at + 1) end,
  function(text, at, other) -- a word of another's
    local word = other:match("[%a_]+", any(#other + 1)) or "x"
    return text:sub(1, at - 1) .. text:sub(at):gsub("[%a_]+", word, 1)
  end,
  function(text, at)
    return text:sub(1, at - 1) .. text:sub(at):gsub("%-?[%d.]+", NUMBERS[any(#NUMBERS)], 1)
  end,
  function(text, at) return text:sub(1, at - 1) .. text:sub(at):gsub("[^\n]*\n", "", 1) end,
}

local function make(seeds)
  local text = seeds[any(#seeds)]
  for _ = 1, any(4) - 1 do text = edits[any(#edits)](text, any(#text + 1), seeds[any(#seeds)]) end
  return text
end

-- ---- running ----

local function try(parser, text)
  local ok, err = xpcall(parser.read, message.traced, text)
  if ok or message.is_user(err) then return ok and err ~= false end
  io.stderr:write(("%s, seed %d: %q\n%s\n"):format(parser.name, SEED, text, tostring(err)))
  fs.remove_tree(folder)
  os.exit(1, true)
end

for _, parser in ipairs(list) do
  local taken, n = 0, math.ceil(TEXTS * parser.share)
  if parser.confined and not sandbox.active() then
    sandbox.start(require "ganas.host")
    sandbox.loaded()
  end
  local since = uv.hrtime()
  for _ = 1, n do taken = taken + (try(parser, make(parser.seeds)) and 1 or 0) end
  print(("%-24s %7d texts, %3.0f %% taken, %6.1f us each"):format(parser.name, n, 100 * taken / n,
    (uv.hrtime() - since) / n / 1e3))
end
fs.remove_tree(folder)
