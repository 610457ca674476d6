-- options - reads the command line.
--
-- The first word that is no option says what to do (COMMANDS); anything else is the recipe to run.

local argparse = require "argparse"
local args = require "ganas.args"
local library = require "ganas.library"
local message = require "ganas.message"
local sorted = require "ganas.sorted"
local views = require "ganas.views"

local options = {}

options.COMMANDS = {
  "run", "resume", "ask", "tell", "show", "runs", "report", "export", "draw", "check", "compare",
  "list", "import", "bench", "fit", "new", "lua", "help", "completion",
}

options.HELP = [[
ganas-lua - searches for neural network architectures (GA-NAS)

  ganas-lua RECIPE [name=value ...]     runs a recipe: a path, or the name of a shipped one
  ganas-lua resume RUN [name=value ...] goes on with a run that ended early; RUN is its folder. seconds= and
                                        cost= may be raised, queries= may not: 'resume RUN --warm queries=N'
                                        is a new run that has the old one's results for nothing
  ganas-lua ask RUN [n=N]               prints candidates to evaluate elsewhere, a line of JSON each
  ganas-lua tell RUN < RESULTS          takes their results, a line of JSON each
  ganas-lua runs [DIR]                  lists the runs in a folder: state, queries, best
  ganas-lua show RUN [best=5]           the best candidates of a run, drawn
  ganas-lua report RUN... [-o FILE]     a page with curves and cells, in one file ('report --help' says more)
  ganas-lua export RUN [format=string|json|dot|pytorch|csv] [-o FILE]
                                        the winner in another form, or all that was evaluated
  ganas-lua draw SPACE ARCH [-o FILE]   a picture of a candidate: .svg, .png, .pdf, .dot, or in characters
  ganas-lua check FILE [name=value ...] loads a recipe, a space or a table and says what it is
  ganas-lua compare RECIPE methods=best,evolution,random seeds=0..9 budgets=50,100 [name=value ...]
                                        many seeds of several methods side by side, in parallel; --html: a
                                        page too, RECIPE-compare.html
  ganas-lua list                        shows the recipes and spaces there are
  ganas-lua import FORMAT SOURCE [-o FILE]
                                        makes a table file from a benchmark's own files; FORMAT is
                                        nasbench101, nats-bench or csv ('import --help' says more)
  ganas-lua new KIND NAME               makes NAME.lua, a commented file to start from; KIND is space, recipe
                                        or evaluator (NAME.py: one in Python, that stays); NAME may have a
                                        folder
  ganas-lua bench [WORK] [name=value ...] measures how fast it computes here
  ganas-lua fit FILE --space NAME [column=NAME] [--out TABLE.csv]
                                        a table by step and operation from measured networks
  ganas-lua lua FILE [ARG ...]          runs a Lua script with the modules of ganas-lua
  ganas-lua help [TOPIC]                the documents, such as 'help recipes'; or what a command does
  ganas-lua completion bash|zsh         a script that completes words: eval "$(ganas-lua completion bash)"

Arguments of every recipe
  seed=N queries=N seconds=S cost=C preset=best|paper setup=1|2 score=NAME report=NAME workers=N
  method=ganas|random|evolution|local|gp|no_generator|no_discriminator|no_screening

Options
  --seed N       the same as seed=N
  --where RULE   what candidates must obey besides, such as 'latency_ms <= 5 and count.a <= 1'; any number
  --workers N    the same as workers=N: how many candidates are evaluated at a time; changes no result
  --warm         resume: a new run, whose first set is what the old one has paid for
  --threads N    threads to compute with; the result is the same with any number
  --data DIR     where data files are, before $GANAS_DATA, ./data and ~/.local/share/ganas
  --sandbox      the recipe is a stranger's: it can start nothing, read and write nothing of yours, nor
                 compute for more than 5 s without an answer; with run, check, resume and ask
  --out DIR      where the run goes, in place of runs/RECIPE-SEED-N
  --json         the result as one JSON object on stdout
  --json-lines   run, resume: what happens as it happens, one JSON object a line on stdout
  --quiet        no progress on stderr
  --version      --help

Measuring
  WORK is disc_step, disc_epoch, ppo_update, sampling or rules; without it all, in under 45 seconds
  width=N,... nodes=N,... threads=N,... size=N,...   these cases alone
  seconds=S                                          for each case
  GFLOP/s and the share of the machine's peak are of the best repetition and count its matrix products

Exit status: 0 done, 1 something in your files, 2 usage, 3 a fault of ganas-lua, 130 interrupted
]]

options.SHORT = [[
usage: ganas-lua RECIPE [name=value ...] [--seed N] [--data DIR] [--out DIR] [--json] [--quiet]
       ganas-lua resume RUN | ask RUN | tell RUN < RESULTS | show RUN | runs | report RUN | export RUN |
                 draw SPACE ARCH | check FILE | compare RECIPE | list | import FORMAT SOURCE |
                 new KIND NAME | bench [WORK] | lua FILE [ARG ...] | help [TOPIC]

Try 'ganas-lua demo' for a search that needs no data, 'ganas-lua list' for what is there,
'ganas-lua --help' for all options, 'ganas-lua help recipes' for what one can do.
]]

local WITH_VALUE = { ["--seed"] = true, ["--workers"] = true, ["--threads"] = true, ["--data"] = true,
  ["--out"] = true, ["--where"] = true, ["-o"] = true, ["--space"] = true }

options.WITH_VALUE = WITH_VALUE

-- ---- finding the command ----

-- Place of the first word that is neither an option nor an option's value.
local function first_word(words)
  local i = 1
  while words[i] do
    if words[i]:sub(1, 1) ~= "-" then return i end
    if words[i] == "--" then return words[i + 1] and i + 1 end
    i = i + (WITH_VALUE[words[i]] and 2 or 1)
  end
end

local function is_command(word)
  for _, name in ipairs(options.COMMANDS) do
    if word == name then return true end
  end
  return false
end

local function without(words, at)
  local rest = {}
  for i, word in ipairs(words) do
    if i ~= at then rest[#rest + 1] = word end
  end
  return rest
end

-- Whether one of two words is among the options.
local function asks(words, short, long)
  for i, word in ipairs(words) do
    if word == "--" then return false end
    if (word == short or word == long) and not WITH_VALUE[words[i - 1]] then return true end
  end
  return false
end

-- ---- parsing ----

local function option(parser, name) return parser:option(name):overwrite(false) end

local OPERAND = {
  run = "recipe", resume = "run", ask = "run", tell = "run", check = "file", compare = "recipe", fit = "file",
}
local WORDS = {
  run = true, resume = true, ask = true, check = true, compare = true, bench = true, fit = true,
}

local SANDBOX = { run = true, check = true, resume = true, ask = true }

local function new_parser(command)
  local parser = argparse("ganas-lua"):add_help(false)
  if OPERAND[command] then parser:argument(OPERAND[command]) end
  if WORDS[command] then parser:argument("words"):args "*" end
  for _, name in ipairs { "--seed", "--workers", "--threads", "--data", "--out" } do option(parser, name) end
  parser:option("--where"):count "*"
  if command == "fit" then option(parser, "--space") end
  if command == "resume" then parser:flag "--warm" end
  if command == "resume" or command == "run" then parser:flag "--json-lines" end
  if SANDBOX[command] then parser:flag "--sandbox" end
  parser:flag "--json"
  if command == "compare" then parser:flag "--html" end
  parser:flag "--quiet"
  return parser
end

-- The options of a command, for completion.
function options.flags(command)
  local list = { "--help", "--version" }
  local parser = views.has(command) and views.parser() or new_parser(command)
  for _, one in ipairs(parser._options) do list[#list + 1] = one._aliases[1] end
  return list
end

-- What would be right where the parser doesn't say: an argument that was written like an option; the operand.
local function hint_for(command, text)
  local name = text:match "^unknown option '%-%-([%w_]+)'$"
  if text == "unknown option '-o'" then return "; did you mean '--out DIR'?" end
  local near = name and message.nearest(name, sorted.keys(args.STANDARD))
  if near then return ("; did you mean %s=...?"):format(near) end
  if not text:find "^missing argument '%l+'$" or not OPERAND[command] then return "" end
  return ("; expected 'ganas-lua %s%s'"):format(command == "run" and "" or command .. " ",
    OPERAND[command]:upper())
end

local function parse(command, words)
  local ok, result = new_parser(command):pparse(words)
  if ok then return result end
  local text = result:gsub("\nDid you mean", "; did you mean"):gsub("\n.*", "")
  message.usage("%s%s", text, hint_for(command, text))
end

local function threads_of(text)
  if text == nil then return nil end
  local n = tonumber(text)
  if n and n >= 1 and n <= 64 and n % 1 == 0 then return n end
  message.usage("option '--threads' is %s; expected a whole number from 1 to 64", message.quote(text))
end

-- A misspelt command looks like a recipe with words after it.
local function check_command(parsed)
  local word = parsed.recipe
  local loose = word and parsed.words and parsed.words[1] and not parsed.words[1]:find "="
  if not loose or word:find "[/.]" or is_command(word) or library.find("recipes", word) then return end
  if message.nearest(word, options.COMMANDS) then
    message.usage("%s", message.unknown("command", word, options.COMMANDS))
  end
  message.usage("no command or recipe %s; 'ganas-lua --help' lists commands, 'ganas-lua list' recipes",
    message.quote(word))
end

-- --seed 3 is seed=3; both at once are a contradiction, even if they agree.
local function take_option(parsed, texts, name, words)
  if parsed[name] and texts[name] then
    message.usage("%s given twice, --%s %s and %s=%s; expected one of them", words, name, parsed[name], name,
      texts[name])
  end
  texts[name] = texts[name] or parsed[name]
end

local function arguments_of(parsed)
  local texts = args.split(parsed.words or {})
  take_option(parsed, texts, "seed", "the seed is")
  take_option(parsed, texts, "workers", "the workers are")
  return texts
end

-- The work of `bench` is its first word, unless that is an argument; its threads are arguments.
local function read_bench(parsed)
  local words = parsed.words
  if words[1] and not words[1]:find "=" then parsed.file = table.remove(words, 1) end
  if parsed.threads then words[#words + 1] = "threads=" .. parsed.threads end
end

local function checked(command, parsed)
  check_command(parsed)
  if command == "bench" then read_bench(parsed) end
  if parsed.json and parsed.json_lines then
    message.usage("options '--json' and '--json-lines' given together; expected --json for the result alone, "
      .. "--json-lines for all that happens, the result last")
  end
  if parsed.out == "" then message.usage "option '--out' is ''; expected a folder" end
  return {
    command = command, operand = parsed.recipe or parsed.file or parsed.run, args = arguments_of(parsed),
    threads = threads_of(parsed.threads), data = parsed.data, out = parsed.out,
    json = parsed.json or parsed.json_lines, quiet = parsed.quiet, where = parsed.where, space = parsed.space,
    html = parsed.html, warm = parsed.warm, json_lines = parsed.json_lines, sandbox = parsed.sandbox,
  }
end

local function rest_after(words, at)
  local rest = {}
  for i = at + 1, #words do rest[#rest + 1] = words[i] end
  return rest
end

-- What the words of the command line ask for: { command, operand, args, threads, data, out, json,
-- quiet }; command may also be "help", "short" or "version", and "lua" has `words`.
function options.read(words)
  local at = first_word(words)
  local word = at and words[at]
  if word == "guard" then return { command = "guard", token = words[at + 1] } end -- for ganas.guard alone
  if word == "complete" and at == 1 then return { command = "complete", words = rest_after(words, 1) } end
  if word == "lua" then return { command = "lua", words = rest_after(words, at) } end
  if asks(words, "-h", "--help") then return { command = "help", about = word } end
  if asks(words, "-V", "--version") then return { command = "version" } end
  if #words == 0 then return { command = "short" } end
  if views.has(word) then return views.options(word, without(words, at)) end
  if word == "import" then return require("ganas.import").options(without(words, at)) end
  if word == "help" then return require("ganas.help").options(without(words, at)) end
  if word == "completion" then return { command = "completion", shell = words[at + 1] } end
  if word == "new" then return require("ganas.new").options(without(words, at)) end
  local command = word and is_command(word) and word or "run"
  return checked(command, parse(command, word == command and without(words, at) or words))
end

return options
