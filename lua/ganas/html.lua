-- html - elements of a page. Every text goes through html.escape, here and nowhere else.
--
--   html.el("p", { class = "note" }, "a < b")  ->  <p class="note">a &lt; b</p>
--
-- Children are texts, numbers, elements, lists of them, or nil. An element is a table { html = its text }.

local json = require "ganas.json"
local sorted = require "ganas.sorted"

local html = {}

local NAMED = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }
local EMPTY = { input = true, meta = true, br = true } -- elements without an end

-- A text without markup; what no page may hold (control characters, bytes that are no UTF-8) is replaced.
function html.escape(text)
  return (json.repaired(tostring(text)):gsub("[%z\1-\8\11-\31\127]", "\239\191\189")
    :gsub("[&<>\"']", NAMED))
end

-- A text that is markup already: made by us, or a picture by Graphviz.
function html.raw(text) return { html = text } end

local function append(parts, child)
  if type(child) == "table" and child.html then parts[#parts + 1] = child.html
  elseif type(child) == "table" then
    for _, item in ipairs(child) do append(parts, item) end
  elseif child ~= nil then parts[#parts + 1] = html.escape(child) end
end

-- An element.
function html.el(name, attributes, ...)
  local parts = { "<", name }
  for key, value in sorted(attributes or {}) do
    parts[#parts + 1] = value == true and " " .. key or (' %s="%s"'):format(key, html.escape(value))
  end
  parts[#parts + 1] = ">"
  for i = 1, select("#", ...) do append(parts, (select(i, ...))) end
  if not EMPTY[name] then parts[#parts + 1] = "</" .. name .. ">" end
  return { html = table.concat(parts) }
end

-- A table: heads { text, number = whether a column holds numbers }, rows of cells.
function html.table(heads, rows)
  local function line(tag, cells)
    local list = {}
    for i, head in ipairs(heads) do
      local kind = type(head) == "table" and head.number and { class = "number" } or {}
      if tag == "th" then kind.scope = "col" end
      list[i] = html.el(tag, kind, cells[i] ~= nil and cells[i] or "")
    end
    return html.el("tr", nil, list)
  end
  local titles, body = {}, {}
  for i, head in ipairs(heads) do titles[i] = type(head) == "table" and head[1] or head end
  for i, row in ipairs(rows) do body[i] = line("td", row) end
  return html.el("div", { class = "scroll", tabindex = "0", role = "region", ["aria-label"] = titles[1]
    .. " and more, a table" }, html.el("table", nil,
    html.el("thead", nil, line("th", titles)), html.el("tbody", nil, body)))
end

-- The same behind a line to open it: what a chart shows, for who can't see it.
function html.folded(title, ...) return html.el("details", nil, html.el("summary", nil, title), ...) end

-- Text that a script element may hold: JSON without "<".
function html.script_text(text) return html.raw((text:gsub("<", "\\u003c"))) end

return html
