-- cli - the command line: what it asks for, what is printed, the exit code.

local message = require "ganas.message"
local options = require "ganas.options"
local views = require "ganas.views"
local uv = require "luv"

local cli = {}

local DONE, USER, USAGE, FAULT = message.DONE, message.USER, message.USAGE, message.FAULT

-- A line on stderr, where the live line isn't in its way.
local function say(text)
  local progress = package.loaded["ganas.progress"]
  if progress then progress.hide() end
  io.stderr:write(text, "\n")
end

local function print_lines(lines)
  for _, line in ipairs(lines) do io.stdout:write(line, "\n") end
end

-- ---- commands ----

local command = {}

function command.help(given)
  local about = views.has(given.about) and views
    or given.about == "import" and require "ganas.import" or options
  io.stdout:write(about.HELP)
  return DONE
end

function command.short()
  io.stdout:write(options.SHORT)
  return DONE
end

function command.topic(given) return require("ganas.help").run(given) end

-- For the shells' completion alone.
function command.complete(given)
  print_lines(require("ganas.complete").list(given.words))
  return DONE
end

function command.completion(given)
  local complete = require "ganas.complete"
  local text = given.shell and complete.script(given.shell)
  if not text then
    message.usage("the shell is %s; expected %s", message.value(given.shell), message.names(complete.SHELLS))
  end
  io.stdout:write(text)
  return DONE
end

function command.version(_, host)
  io.stdout:write(("ganas-lua %s (ABI %d, %s)\n"):format(host.version, host.abi, jit.version))
  return DONE
end

function command.list()
  print_lines(require "ganas.catalog" ())
  return DONE
end

-- "what   text", the texts below one another.
local function print_facts(facts)
  local longest = 0
  for _, fact in ipairs(facts) do longest = math.max(longest, #fact[1]) end
  for _, fact in ipairs(facts) do
    io.stdout:write(("%-" .. longest .. "s  %s\n"):format(fact[1], fact[2]))
  end
end

function command.check(given)
  local facts, failures = require("ganas.check").run(given)
  print_facts(facts)
  io.stdout:flush()
  for _, failure in ipairs(failures) do say(failure) end
  return #failures == 0 and DONE or USER
end

function command.compare(given, host)
  print_lines(require("ganas.compare").run(given, host))
  return DONE
end

function command.import(given, host) return require("ganas.import").run(given, host) end

function command.new(given)
  print_lines { require("ganas.new").run(given) }
  return DONE
end

function command.fit(given)
  local facts, text = require("ganas.fit").run(given)
  if text then print_lines { text } else print_facts(facts) end
  return DONE
end

-- Commands that print lines: ganas.views reads their words.
for name, module in pairs { -- order can't matter: each has a name of its own
  show = "ganas.show", runs = "ganas.runs", draw = "ganas.drawing", report = "ganas.page",
  export = "ganas.export",
} do
  command[name] = function(given)
    print_lines(require(module).run(given))
    return DONE
  end
end

function command.run(given, host) return require("ganas.launch").run(given, host) end

function command.resume(given, host) return require("ganas.resume").run(given, host) end

function command.guard(given)
  require("ganas.guard").watch(given.token or "")
  return DONE
end

function command.ask(given, host) return require("ganas.ask").run(given, host) end

function command.tell(given) return require("ganas.tell").run(given) end

-- Lines appear as they are known.
function command.bench(given, host)
  local function emit(line)
    print_lines { line }
    io.stdout:flush()
  end
  local stopped = require("ganas.bench").run(given, emit, function() return host.interrupted() ~= 0 end)
  return stopped and message.INTERRUPTED or DONE
end

-- A script of the user's, or of the tests: arg[0] is its path, arg[1...] are its arguments.
function command.lua(given)
  local path = given.words[1]
  if not path then message.usage "no script; expected 'ganas-lua lua FILE [ARG ...]'" end
  local fn, err = loadfile(path)
  if not fn then message.user("%s", err) end
  arg = { [0] = path, unpack(given.words, 2) } -- luacheck: globals arg
  local ok, problem = xpcall(fn, message.traced, unpack(given.words, 2))
  if ok then return DONE end
  say("ganas-lua: " .. tostring(problem))
  return USER
end

-- ---- errors ----

local function print_message(err)
  say(message.located(err.text) and err.text or "ganas-lua: " .. err.text)
  if err.code == USAGE then say "try 'ganas-lua --help'" end
  return err.code
end

-- An error that is no message is a fault of ours, unless Lua says that it is in a file of the user's.
local function print_error(err)
  if message.is_user(err) then return print_message(err) end
  if err.text:find "not enough memory" then
    say "ganas-lua: there is not enough memory"
    return USER
  end
  if message.from_user(err.text) then
    say(message.relocate(err.text))
    return USER
  end
  say("ganas-lua: a fault of ours, not of your files; please report it: " .. err.trace)
  return FAULT
end

-- ---- main ----

local function words_of(argv)
  local words = {}
  for i = 1, #argv do words[i] = argv[i] end
  return words
end

-- Commands that compute nothing.
local IDLE = { help = true, short = true, version = true, list = true, new = true, guard = true, topic = true,
  complete = true, completion = true }

local function default_threads() return math.min(uv.available_parallelism(), 4) end

local function dispatch(host)
  local given = options.read(words_of(host.argv))
  given.threads = given.threads or default_threads()
  if not IDLE[given.command] then require("ganas.cpu").check() end
  if given.sandbox then require("ganas.sandbox").start(host) end
  return command[given.command](given, host)
end

-- Does what the command line asks for; returns the exit code.
function cli.main(host)
  message.listener = function(text) say("ganas-lua: " .. text) end
  local ok, code = xpcall(dispatch, message.traced, host)
  local loop = package.loaded["ganas.loop"]
  if loop then loop.finish() end
  if ok then return code end
  return print_error(code)
end

return cli
