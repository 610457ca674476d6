-- views - the command lines that show what there is: report, draw, show, runs, export.

local argparse = require "argparse"
local args = require "ganas.args"
local message = require "ganas.message"

local views = {}

views.HELP = [[
ganas-lua report, draw, show, runs, export - what runs found

  ganas-lua report RUN... [-o FILE.html] [--png]
                                        one page with curves, cells and how to repeat it, in RUN/report.html;
                                        of several runs their means; --png: the curves for a paper too
  ganas-lua show RUN [best=5]           the best candidates, drawn, and how the run ended
  ganas-lua runs [DIR]                  the runs in a folder (runs): state, queries, best
  ganas-lua export RUN [format=string] [place=1] [-o FILE]
                                        the best candidate, or that of another place, as
                                          string   its official string
                                          json     its graph, scores and measures
                                          dot      a graph in Graphviz's language
                                          pytorch  a module of PyTorch, where its space says how
                                        and format=csv: everything that was evaluated
  ganas-lua draw SPACE ARCH [-o FILE]   a candidate by its official string: .svg, .png or .pdf by Graphviz,
                                        .dot; without -o in characters; SPACE: or a recipe, for its space

  -o FILE    where it goes, in place of stdout (report: in place of RUN/report.html)
  --json     show, runs: one JSON object, or one a line
]]

-- Words that each takes, least and most, and arguments by name.
local FORMS = {
  report = { least = 1, most = math.huge, what = "no run; expected 'ganas-lua report RUN'" },
  draw = { least = 2, most = 2, what = "no space and candidate; expected 'ganas-lua draw SPACE ARCH'" },
  show = { least = 1, most = 1, what = "no run; expected 'ganas-lua show RUN'",
    args = { best = { type = "number", integer = true, min = 1, max = 1000, default = 5 } } },
  runs = { least = 0, most = 1 },
  export = { least = 1, most = 1, what = "no run; expected 'ganas-lua export RUN'",
    args = {
      format = { enum = { "string", "json", "dot", "pytorch", "csv" }, default = "string", type = "string" },
      place = { type = "number", integer = true, min = 1, max = 1000, default = 1 },
    } },
}

-- Whether a word is one of these commands.
function views.has(word) return FORMS[word] ~= nil end

-- The arguments by name that one of them takes.
function views.rules(command) return FORMS[command].args or {} end

-- The parser of their options.
function views.parser()
  local parser = argparse("ganas-lua"):add_help(false)
  parser:argument("words"):args "*"
  parser:option("-o --out"):overwrite(false)
  for _, flag in ipairs { "--json", "--png", "--quiet" } do parser:flag(flag) end
  return parser
end

local function parse(words)
  local ok, result = views.parser():pparse(words)
  if ok then return result end
  message.usage("%s", (result:gsub("\nDid you mean", "; did you mean"):gsub("\n.*", "")))
end

-- Words that are name=value of an argument, apart from the others. A candidate may have any characters.
local function divide(words, rules)
  local plain, named = {}, {}
  for _, word in ipairs(words) do
    local name = rules and word:match "^(%a+)="
    if name then named[#named + 1] = word else plain[#plain + 1] = word end
  end
  return plain, named
end

-- What the words after one of these commands ask for: { command, words, operand, args, target, png, json }.
function views.options(command, words)
  local form, parsed = FORMS[command], parse(words)
  local plain, named = divide(parsed.words, form.args)
  if #plain < form.least then message.usage("%s", form.what) end
  if #plain > form.most then
    message.usage("too many arguments, %s; expected %d", message.quote(plain[form.most + 1]), form.most)
  end
  if parsed.out == "" then message.usage "option '-o' is ''; expected a file" end
  local values = args.values(form.args or {}, args.split(named))
  return {
    command = command, words = plain, operand = plain[1], args = values, target = parsed.out,
    png = parsed.png, json = parsed.json,
  }
end

return views
