-- complete - what a word of the command line may go on as: for the shells' completion (core/completion),
-- which asks `ganas-lua complete WORD ...`, the last word being the one that is typed, maybe empty.
--
-- One candidate a line. ":files" and ":folders" stand for the shell's own completion of such names.

local args = require "ganas.args"
local fs = require "ganas.fs"
local library = require "ganas.library"
local options = require "ganas.options"
local sorted = require "ganas.sorted"
local views = require "ganas.views"

local complete = {}

local SHELLS = { "bash", "zsh" }

-- ---- where candidates come from ----

local source = {}

function source.recipes() return library.names "recipes" end

function source.spaces() return library.names "spaces" end

function source.files() return { ":files" } end

function source.folders() return { ":folders" } end

function source.runs()
  local list = { ":folders" }
  for _, name in ipairs(fs.list "runs") do
    if fs.is_file("runs/" .. name .. "/journal.jsonl") then list[#list + 1] = "runs/" .. name end
  end
  return list
end

function source.topics() return require("ganas.help").topics() end

function source.shells() return SHELLS end

function source.kinds() return { "evaluator", "recipe", "space" } end

function source.formats() return require("ganas.import").formats() end

function source.commands() return options.COMMANDS end

-- The first word after a command; files where nothing is said.
local FIRST = {
  run = { "recipes", "files" }, check = { "recipes", "spaces", "files" }, compare = { "recipes", "files" },
  resume = { "runs" }, ask = { "runs" }, tell = { "runs" }, report = { "runs" }, show = { "runs" },
  export = { "runs" }, draw = { "spaces", "recipes", "files" }, help = { "topics", "commands" },
  completion = { "shells" }, new = { "kinds" }, import = { "formats" }, list = {}, bench = {}, runs = {},
}

local VALUES = { ["--data"] = "folders", ["--out"] = "folders", ["-o"] = "files", ["--space"] = "spaces" }

local COMPARE = { "methods=", "seeds=", "budgets=" }

-- ---- arguments ----

-- The rules of a recipe's arguments; those that every recipe has where it can't be read.
local function rules_of(word)
  local ok, plan = pcall(require("ganas.recipe").read, word, { quiet = true })
  local declared = ok and plan.recipe.args or nil
  return args.rules(declared, function() return "" end)
end

-- Of each command whose arguments are known: their rules.
local function known_rules(command, word)
  if views.has(command) then return views.rules(command) end
  if command == "resume" then return args.rules({}, function() return "" end) end
  if command == "run" or command == "check" or command == "compare" then return rules_of(word) end
end

-- name= for each argument; after the sign its values, where they can be told.
local function arguments(rules, typed)
  local list = {}
  local name = typed:match "^([%w_]+)="
  local rule = name and rules[name]
  if rule then
    for _, value in ipairs(rule.enum or rule.type == "boolean" and { "true", "false" } or {}) do
      list[#list + 1] = name .. "=" .. tostring(value)
    end
    return list
  end
  for key in sorted(rules) do list[#list + 1] = key .. "=" end
  return list
end

-- ---- the words ----

local function is_command(word)
  for _, name in ipairs(options.COMMANDS) do
    if word == name and word ~= "run" then return true end
  end
  return false
end

-- Command and operand among the words before the typed one.
local function read(words)
  local plain, i = {}, 1
  while i < #words do
    if VALUES[words[i]] or options.WITH_VALUE[words[i]] then i = i + 1
    elseif words[i]:sub(1, 1) ~= "-" then plain[#plain + 1] = words[i] end
    i = i + 1
  end
  if plain[1] and is_command(plain[1]) then return plain[1], plain[2], #plain - 1 end
  return "run", plain[1], #plain
end

local function from(names)
  local list = {}
  for _, name in ipairs(names) do
    for _, item in ipairs(source[name]()) do list[#list + 1] = item end
  end
  return list
end

local function candidates(words)
  local typed, before = words[#words], words[#words - 1]
  if VALUES[before] then return from { VALUES[before] } end
  if options.WITH_VALUE[before] then return {} end
  local command, operand, count = read(words)
  if typed:sub(1, 1) == "-" then return options.flags(command) end
  if count == 0 then
    local list = from(FIRST[command] or { "files" })
    if command ~= "run" then return list end
    for _, name in ipairs(options.COMMANDS) do list[#list + 1] = name end
    return list
  end
  if command == "import" then return { ":files" } end
  if command == "report" then return from { "runs" } end
  local rules = known_rules(command, operand)
  if not rules then return {} end
  local list = arguments(rules, typed)
  for _, name in ipairs(command == "compare" and COMPARE or {}) do list[#list + 1] = name end
  return list
end

-- The candidates that begin as the last word does, in order, each once.
function complete.list(words)
  local typed, found = words[#words] or "", {}
  for _, item in ipairs(candidates(#words > 0 and words or { "" })) do
    if item:sub(1, 1) == ":" or item:sub(1, #typed) == typed then found[item] = true end
  end
  return sorted.keys(found)
end

-- The script that a shell reads once.
function complete.script(shell)
  return require("ganas.host").files["core/completion/ganas-lua." .. shell]
end

complete.SHELLS = SHELLS

return complete
