-- verdict - a comparison as lines for people, and as JSON.
--
-- `task` has plan, methods, seeds, budgets and runs; `rows` are those of ganas.figures.

local json = require "ganas.json"
local statistics = require "ganas.statistics"

local verdict = {}

local COLUMNS = {
  { "mean", "score", "mean" }, { "sd", "%.2g", "sd" }, { "median", "score", "median" },
  { "best", "score", "best" }, { "rank", "%.1f", "rank" }, { "optimum_share", "share", "optimum" },
  { "mean_to_optimum", "%.0f", "queries to it" }, { "p", "%.2g", "p" },
}

local FORMS = {
  score = function(x) return (math.abs(x) >= 1 and "%.3f" or "%.4g"):format(x) end,
  share = function(x) return ("%.0f %%"):format(100 * x) end,
}

local function cell(row, column)
  local value, form = row[column[1]], FORMS[column[2]]
  if not value then return "-" end
  return form and form(value) or column[2]:format(value)
end

local function shown_columns(rows)
  local list = {}
  for _, column in ipairs(COLUMNS) do
    for _, row in ipairs(rows) do
      if row[column[1]] then
        list[#list + 1] = column
        break
      end
    end
  end
  return list
end

-- Lines of a table: cells right-aligned under their heads, the first column left-aligned.
local function align(cells)
  local widths, lines = {}, {}
  for _, line in ipairs(cells) do
    for i, text in ipairs(line) do widths[i] = math.max(widths[i] or 0, #text) end
  end
  for n, line in ipairs(cells) do
    local words = {}
    for i in ipairs(line) do words[i] = (i == 1 and "%-" or "%") .. widths[i] .. "s" end
    lines[n] = table.concat(words, "  "):format(unpack(line)):gsub("%s+$", "")
  end
  return lines
end

-- The heads of the table for a budget, and its rows of texts.
function verdict.cells(rows, budget)
  local columns, heads, cells = shown_columns(rows), { "method" }, {}
  for i, column in ipairs(columns) do heads[i + 1] = column[3] end
  for _, row in ipairs(rows) do
    if row.budget == budget then
      local line = { row.method }
      for i, column in ipairs(columns) do line[i + 1] = cell(row, column) end
      cells[#cells + 1] = line
    end
  end
  return heads, cells
end

local function budget_lines(rows, budget, lines)
  local heads, cells = verdict.cells(rows, budget)
  heads[1] = ("after %d queries"):format(budget)
  table.insert(cells, 1, heads)
  lines[#lines + 1] = ""
  for _, line in ipairs(align(cells)) do lines[#lines + 1] = line end
end

local function seeds_text(seeds)
  local first, last = seeds[1], seeds[#seeds]
  if #seeds > 1 and last - first == #seeds - 1 then return ("%d..%d"):format(first, last) end
  return table.concat(seeds, ",")
end

-- The column that is reported: that of the score where the evaluator has said nothing else.
function verdict.reported(task)
  local e = task.plan.evaluator
  for _, method in ipairs(task.methods) do
    for _, run in ipairs(task.runs[method] or {}) do
      for _, step in ipairs(run.steps) do
        if step.report ~= step.score then return e.report_name or e.score_name end
      end
    end
  end
  return e.score_name
end

-- What is compared, in a line.
function verdict.head(task)
  local e, shown = task.plan.evaluator, verdict.reported(task)
  return ("%s: %d seeds (%s), searched on %s, reported %s"):format(task.plan.name, #task.seeds,
    seeds_text(task.seeds), e.score_name, shown)
end

-- What p is.
function verdict.foot(task)
  return ("p: randomisation test of the means, paired by seed, against %s"):format(task.methods[1])
end

-- The comparison as a list of lines.
function verdict.lines(task, rows)
  local lines = { verdict.head(task) }
  local optimum = task.plan.evaluator.optimum and task.plan.evaluator:optimum()
  if optimum then
    lines[2] = ("the best %s there is: %.8g"):format(task.plan.evaluator.score_name, optimum)
  end
  for _, budget in ipairs(task.budgets) do budget_lines(rows, budget, lines) end
  if #task.methods > 1 then
    lines[#lines + 1] = ""
    lines[#lines + 1] = verdict.foot(task)
  end
  return lines
end

local function row_json(row)
  local fields = { { "method", row.method }, { "budget", row.budget } }
  for _, column in ipairs(COLUMNS) do fields[#fields + 1] = { column[1], row[column[1]] } end
  return json.object(fields)
end

local function seconds_of(task)
  local fields = {}
  for _, method in ipairs(task.methods) do
    local list = {}
    for i, run in ipairs(task.runs[method]) do list[i] = run.seconds end
    fields[#fields + 1] = { method, statistics.median(list) }
  end
  return json.object(fields)
end

local function list_json(list, convert)
  local result = {}
  for i, item in ipairs(list) do result[i] = convert and convert(item) or item end
  return json.array(result)
end

-- The same as JSON on one line.
function verdict.json(task, rows)
  local e = task.plan.evaluator
  return json.encode(json.object {
    { "recipe", task.plan.name }, { "space", task.plan.space.name },
    { "score", e.score_name }, { "report", e.report_name },
    { "optimum", e.optimum and e:optimum() or nil },
    { "seeds", list_json(task.seeds) }, { "budgets", list_json(task.budgets) },
    { "rows", list_json(rows, row_json) }, { "seconds", seconds_of(task) },
  })
end

return verdict
