-- help - the documents and commands by name; what the shells complete; the manual page.

local fs = require "ganas.fs"
local options = require "ganas.options"
local program = require "tests.lua.program"

if not program.path then return describe("help", function() pending "needs the host" end) end

local complete = require "ganas.complete"
local help = require "ganas.help"

describe("help", function()
  it("has every document of docs and every command", function()
    local said = help.text(nil)
    for _, file in ipairs(fs.list "docs") do
      local name = file:match "^(.*)%.md$"
      if name then
        assert.truthy(said:find("\n  " .. name:lower() .. " ", 1, true), name)
        assert.is_true(#help.text(name:lower()) > 500)
      end
    end
    for _, name in ipairs(options.COMMANDS) do
      if name ~= "run" then assert.truthy(help.text(name):find(name, 1, true), name) end
    end
  end)

  it("shows documents without Markdown's marks", function()
    local text = help.plain "# A title\n\n**Two** [links](#x) here.\n\n```lua in small.lua\nx = 1\n\n```\n"
      .. help.plain "![picture](x.svg)\n## More\n```csv a.csv\na\n```\n```sh data\nls\n```\n"
    assert.equal("A title\n=======\n\nTwo links here.\n\nin small.lua:\n    x = 1\n\n"
      .. "More\n----\na.csv:\n    a\n    ls\n", text)
  end)

  it("shows pages on a terminal alone", function()
    local folder = program.folder {}
    local code, out = folder:run("help spaces", "PAGER='echo paged'")
    assert.equal(0, code)
    assert.equal("Spaces\n======\n", out:sub(1, 14))
    os.execute(("cd %s && script -qec 'PAGER=\"tr a-z A-Z\" TERM=xterm %s help spaces' said >/dev/null 2>&1")
      :format(folder.path, program.path))
    local said = folder:read "said"
    if said then assert.truthy(said:find "\nA SPACE SAYS WHICH") end
    folder:remove()
  end)

  it("is a manual page, too", function()
    local pipe = assert(io.popen(program.path .. " lua core/cmake/man.lua docs/ganas-lua.1.in 2026-01-02"))
    local page = pipe:read "*a"
    pipe:close()
    for _, name in ipairs(options.COMMANDS) do
      if name ~= "run" then assert.truthy(page:find('\n%.It Li "' .. name .. '[" ]'), name) end
    end
    for _, flag in ipairs(options.flags "resume") do
      assert.truthy(page:find('\n.It Li "' .. flag:gsub("%-", "\\-"), 1, true), flag)
    end
    assert.is_nil(page:find "@")
    assert.is_nil(page:find "\n\n")
  end)
end)

describe("completion", function()
  local function list(...) return table.concat(complete.list { ... }, " ") end

  it("knows commands, recipes, spaces, topics", function()
    assert.equal(":files demo", list "dem")
    assert.equal(":files resume", list "resu")
    assert.equal(":files nasbench101 nasbench201", list("check", "nas"))
    assert.equal("constraints", list("help", "constr"))
    assert.equal("recipe", list("new", "r"))
    assert.equal("bash zsh", list("completion", ""))
    assert.equal(":folders", list("demo", "--data", ""))
    assert.equal("nasbench201", list("fit", "x.csv", "--space", "nasbench20"))
    assert.equal("", list("demo", "--seed", "1"))
  end)

  it("knows options and arguments, those of the recipe too", function()
    assert.equal("--json --json-lines", list("demo", "--js"))
    assert.equal("--json", list("check", "--js"))
    assert.equal("macs= method=", list("--seed", "3", "nb201_tiny", "m"))
    assert.equal("method=gp", list("demo", "method=gp"))
    assert.equal("preset=best preset=paper", list("demo", "preset="))
    assert.equal("setup=1 setup=2", list("demo", "setup="))
    assert.equal("method= methods=", list("compare", "demo", "meth"))
    assert.equal("", list("no_such_recipe_here", "xyz"))
    assert.equal("format=pytorch", list("export", "runs/x", "format=py"))
    assert.equal("best=", list("show", "runs/x", ""))
    assert.equal("seconds= seed= setup=", list("resume", "runs/x", "se"))
    assert.equal(":folders", list("report", "runs/x", "no_run"))
    assert.equal("", list("draw", "nasbench201", ""))
    assert.equal("", list("tell", "runs/x", ""))
  end)

  local function shell_has(shell) return os.execute("command -v " .. shell .. " >/dev/null") == 0 end

  -- What a shell that has read the script says to a line.
  local function ask(shell, script)
    local folder = program.folder { ["ask"] = script }
    local command = "cd %s && %s completion %s >script && %s ./ask %s >said 2>&1"
    os.execute(command:format(folder.path, program.path, shell, shell == "zsh" and "zsh -f" or shell,
      program.path))
    local said = folder:read "said"
    folder:remove()
    return said
  end

  it("works in bash", function()
    assert.equal("nb201_tiny\nevolution\nparams=\n", ask("bash", [[
      source ./script
      ask() { COMP_LINE=$1 COMP_POINT=${#1}; _ganas_lua "$program"; printf '%s\n' "${COMPREPLY[@]}"; }
      program=$1
      ask 'ganas-lua nb201_t'
      ask 'ganas-lua demo method=evo'
      ask 'ganas-lua  nb201_tiny --quiet par']]))
  end)

  it("works in zsh", function()
    if not shell_has "zsh" then return pending "there is no zsh" end
    assert.equal("-- nb201_tiny\n-- method=evolution\n-S  -- params=\n", ask("zsh", [[
      program=$1
      compdef() { }; compadd() { print -r -- "$@" }; _files() { }
      source ./script
      ask() { words=("$program" "${@:2}") CURRENT=$(( $# )); _ganas_lua }
      ask x nb201_t
      ask x demo method=evo
      ask x nb201_tiny par]]))
  end)
end)
