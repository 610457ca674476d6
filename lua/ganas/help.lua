-- help - ganas-lua help [TOPIC]: the documents, which are inside the program, and what the commands are.
--
-- On a terminal through $PAGER (by default less, where it is there), elsewhere as it is.

local fs = require "ganas.fs"
local message = require "ganas.message"
local options = require "ganas.options"
local sorted = require "ganas.sorted"
local uv = require "luv"
local views = require "ganas.views"

local help = {}

-- ---- the documents ----

local function text_of(path) return require("ganas.host").files[path] end

-- Paths of documents by topic: the name of the file in small letters.
local function documents()
  local found = { readme = "README.md" }
  for _, path in ipairs(require("ganas.host").names) do
    local name = path:match "^docs/(.+)%.md$"
    if name then found[name:lower()] = path end
  end
  return found
end

-- The topics there are, in order.
function help.topics() return sorted.keys(documents()) end

-- The line that stands for a fence that opens a block: the file that the block is, where it says one.
local function fence_text(line)
  local kind, file = line:match "^```%w+ (%S*) ?(%S+%.%w+)$"
  return file and (kind == "in" and "in " or "") .. file .. ":"
end

-- A line outside of blocks, maybe two.
local function line_text(line)
  local level, title = line:match "^(##?) (.*)$"
  if level then return title .. "\n" .. (#level == 1 and "=" or "-"):rep(#title) end
  if line:find "^!%[" then return nil end -- a picture
  return (line:gsub("%[([^%]]+)%]%([^)]*%)", "%1"):gsub("%*%*(.-)%*%*", "%1"))
end

-- What Markdown has for other readers goes: fences (their blocks are indented), targets of links, stars;
-- first and second headings are underlined.
function help.plain(text)
  local lines, code = {}, false
  for line in (text:gsub("\n$", "") .. "\n"):gmatch "(.-)\n" do
    if line:find "^```" then
      code = not code
      lines[#lines + 1] = code and fence_text(line) or nil
    elseif code then lines[#lines + 1] = line == "" and "" or "    " .. line
    else lines[#lines + 1] = line_text(line) end
  end
  return table.concat(lines, "\n") .. "\n"
end

local function title_of(text) return text:match "^#%s*([^\n]*)" or "" end

-- ---- commands ----

-- The lines of --help about a command, from the one that names it to the next.
local function command_text(name)
  if name == "import" then return require("ganas.import").HELP end
  if views.has(name) then return views.HELP end
  local lines, inside = {}, false
  for line in options.HELP:gmatch "([^\n]*)\n" do
    local command = line:match "^  ganas%-lua (%S+)"
    if command then inside = command == name elseif not line:find "^    " then inside = false end
    if inside then lines[#lines + 1] = line end
  end
  if #lines == 0 then return nil end
  lines[#lines + 1] = "\n'ganas-lua --help' has all options, 'ganas-lua help' the documents.\n"
  return table.concat(lines, "\n")
end

-- ---- what is said ----

local function overview()
  local lines = { "ganas-lua help TOPIC, the topic being a command ('ganas-lua --help' lists them) or", "" }
  local topics, longest = documents(), 0
  for name in sorted(topics) do longest = math.max(longest, #name) end
  for name, path in sorted(topics) do
    lines[#lines + 1] = ("  %-" .. longest .. "s  %s"):format(name, title_of(text_of(path)))
  end
  return table.concat(lines, "\n") .. "\n"
end

-- The documents for users: what others are for, its figures and its inside, is not pointed to.
local APART = { architecture = true, boundary = true, changelog = true, contributing = true, paper = true,
  readme = true, results = true }

local function for_users()
  local found = {}
  for name, path in sorted(documents()) do found[name] = not APART[name] and text_of(path) or nil end
  return found
end

-- Documents with a heading that has the word, in order, with that: "'help spaces' ('Measures')".
local function headings_with(word)
  local found = {}
  for name, text in sorted(for_users()) do
    for title in ("\n" .. text):gmatch "\n##+ ([^\n]*)" do
      if title:lower():find(word, 1, true) then
        found[#found + 1] = ("'help %s' (%s)"):format(name, message.quote(title))
        break
      end
    end
  end
  return found
end

-- Documents that have the word most often.
local function documents_with(word)
  local counts, names = {}, {}
  for name, text in sorted(for_users()) do
    counts[name] = select(2, text:lower():gsub("%f[%w_]" .. word .. "%f[^%w_]", ""))
    if counts[name] > 0 then names[#names + 1] = name end
  end
  table.sort(names, function(a, b) return counts[a] > counts[b] or counts[a] == counts[b] and a < b end)
  for i, name in ipairs(names) do names[i] = ("'help %s'"):format(name) end
  return names
end

-- Where the documents speak of something that is no topic; nil where they don't.
local function pointers(topic)
  local word = topic:lower():gsub("s$", "")
  if not word:find "^[%w_]+$" then return nil end
  local list = headings_with(word)
  if #list == 0 then list = documents_with(topic:lower()) end
  return list[1] and table.concat(list, ", ", 1, math.min(3, #list))
end

-- The text on a topic; an error of usage where there is none.
function help.text(topic)
  if not topic then return overview() end
  local document = documents()[topic:lower():gsub("%.md$", "")]
  if document then return help.plain(text_of(document)) end
  local text = command_text(topic)
  if text then return text end
  local names = help.topics()
  for _, name in ipairs(options.COMMANDS) do names[#names + 1] = name end
  local near = message.nearest(topic, names)
  local spoken = not near and pointers(topic)
  message.usage("unknown topic %s; %s", message.quote(topic), spoken and "see " .. spoken
    or near and "did you mean " .. message.quote(near) .. "?" or "'ganas-lua help' shows what there is")
end

-- ---- showing it ----

-- The command of the shell that shows pages; nil where there is none.
local function pager()
  if uv.guess_handle(1) ~= "tty" or os.getenv "TERM" == "dumb" then return nil end
  local chosen = os.getenv "PAGER"
  if chosen then return chosen:find "%S" and chosen or nil end
  return fs.in_path "less" and "less -FRX" or nil
end

local function show(text)
  local command = pager()
  local pipe = command and io.popen(command, "w")
  if not pipe then return io.stdout:write(text) end
  pipe:write(text)
  pipe:close()
end

-- What the words after `help` ask for: { command, topic }.
function help.options(words)
  for _, word in ipairs(words) do
    if word:find "^%-" then message.usage("unknown option %s", message.quote(word)) end
  end
  if words[2] then
    message.usage("too many arguments, %s; expected one topic", message.quote(words[2]))
  end
  return { command = "topic", topic = words[1] }
end

-- Shows a topic, or which there are.
function help.run(given)
  show(help.text(given.topic))
  return message.DONE
end

return help
