-- message - errors for people.
--
-- A mistake in the user's files or on the command line is raised as a message: an object with the
-- sentence in `text` and the exit status in `code`. Anything else that is raised is a fault of ours
-- and gets a traceback. Form of a sentence: "file:line: what is wrong; what would be right".

local message = {}

-- Exit codes of the program.
message.DONE, message.USER, message.USAGE, message.FAULT, message.INTERRUPTED = 0, 1, 2, 3, 130

local Message = {}
Message.__index = Message
Message.__tostring = function(self) return self.text end

local function sentence(format, ...)
  if select("#", ...) == 0 then return format end
  return string.format(format, ...)
end

local function raise(code, ...)
  error(setmetatable({ text = sentence(...), code = code }, Message), 0)
end

-- Raises an error in the user's files. Arguments as of string.format; without any, the text as it
-- stands.
function message.user(...) raise(message.USER, ...) end

-- The same as an object, to be raised later.
function message.made(text) return setmetatable({ text = text, code = message.USER }, Message) end

-- Raises an error in the use of the command line.
function message.usage(...) raise(message.USAGE, ...) end

-- Ends the program because the user asked for it.
function message.interrupted(...) raise(message.INTERRUPTED, ...) end

-- Whether an error is a message for people.
function message.is_user(err) return getmetatable(err) == Message end

-- A fault of ours: an error with the stack of the place where it happened.
local Fault = { __tostring = function(self) return self.trace end }

function message.is_fault(err) return getmetatable(err) == Fault end

-- For xpcall: messages and faults as they are, any other error as a fault.
function message.traced(err)
  if message.is_user(err) or message.is_fault(err) then return err end
  local text = tostring(err)
  return setmetatable({ text = text, trace = debug.traceback(text, 2) }, Fault)
end

-- The same sentence with something in front of it, as an object that can be raised again.
function message.prefixed(prefix, err)
  return setmetatable({ text = prefix .. err.text, code = err.code }, Message)
end

-- Whether a sentence already says which file and line it is about.
function message.located(text) return text:match "^[^\n']-:%d+: " ~= nil end

-- A note that stops nothing: goes to whoever listens (the command line prints it on stderr).
message.listener = nil
function message.note(...)
  if message.listener then message.listener(sentence(...)) end
end

-- ---- quoting ----

local function escape(c) return string.format("\\x%02x", c:byte()) end

-- 'text', control characters made visible, long texts cut.
function message.quote(text)
  text = tostring(text)
  if #text > 200 then text = text:sub(1, 197) .. "..." end
  return "'" .. text:gsub("[%z\1-\31\127]", escape) .. "'"
end

-- The shortest decimal text that reads back as the same number.
function message.number(x)
  for digits = 15, 17 do
    local text = string.format("%." .. digits .. "g", x)
    if tonumber(text) == x then return text end
  end
  return tostring(x)
end

-- A number for reading: whole ones to the last digit, others to `digits` digits.
function message.rounded(x, digits)
  if x % 1 == 0 and math.abs(x) < 1e15 then return string.format("%.0f", x) end
  return string.format("%." .. digits .. "g", x)
end

-- A number or a text as it is written for a machine.
function message.text(x) return type(x) == "number" and message.number(x) or tostring(x) end

-- A Lua value as a reader would name it: 3, 'text', true, a table, a function, nothing.
function message.value(v)
  local kind = type(v)
  if kind == "number" then return message.number(v) end
  if kind == "string" then return message.quote(v) end
  if kind == "boolean" then return tostring(v) end
  if kind == "nil" then return "nothing" end
  return "a " .. kind
end

-- 'a', 'b' or 'c': at most `most` names (all by default), then how many there are.
function message.names(list, word, most)
  local shown = {}
  for i = 1, math.min(#list, most or #list) do shown[i] = message.quote(list[i]) end
  if #shown < #list then return table.concat(shown, ", ") .. string.format(", ... (%d in all)", #list) end
  if #shown < 2 then return shown[1] or "none" end
  local last = table.remove(shown)
  return table.concat(shown, ", ") .. " " .. (word or "or") .. " " .. last
end

-- ---- the nearest right name ----

-- Edits between two words: insert, delete, change, swap of neighbours (Damerau-Levenshtein,
-- restricted).
local function distance(a, b)
  local before, previous, row = {}, {}, {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    before, previous, row = previous, row, before
    row[0] = i
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j)
      local best = math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (same and 0 or 1))
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        best = math.min(best, before[j - 2] + 1)
      end
      row[j] = best
    end
  end
  return row[#b]
end

-- The names that contain a word of at least three letters.
local function containing(word, list)
  local found = {}
  for _, name in ipairs(#word >= 3 and list or {}) do
    if name:lower():find(word, 1, true) then found[#found + 1] = name end
  end
  return found
end

-- The name of the list that the word was probably meant to be, nil if none is within a third of its
-- length. Earlier names win ties; failing that, the only name that contains the word.
function message.nearest(word, list)
  word = tostring(word):lower()
  local best, least
  for _, name in ipairs(list) do
    local far = math.floor(math.max(#word, #name) / 3)
    local d = math.abs(#word - #name) <= far and distance(word, name:lower()) or math.huge
    if d <= far and d < (least or math.huge) then best, least = name, d end
  end
  if best then return best end
  local found = containing(word, list)
  return #found == 1 and found[1] or nil
end

-- "unknown field 'constraint'; did you mean 'constraints'?", or those that contain it, or all there are.
function message.unknown(what, word, list)
  local near = message.nearest(word, list)
  local text = string.format("unknown %s %s; ", what, message.quote(word))
  if near then return text .. "did you mean " .. message.quote(near) .. "?" end
  if #list == 0 then return text .. "there are none" end
  local found = containing(tostring(word):lower(), list)
  if #found > 1 then return text .. "did you mean " .. message.names(found, "or", 12) .. "?" end
  return text .. "expected " .. message.names(list, "or", 12)
end

-- A module for users: what it lacks is an error where it is asked for.
function message.guarded(what, module)
  local names = {}
  for name in next, module do names[#names + 1] = name end -- order can't matter: they are sorted
  table.sort(names)
  return setmetatable(module, { __index = function(_, name)
    message.here("%s", message.unknown(what, tostring(name), names))
  end })
end

-- ---- places ----

local own = debug.getinfo(1, "S").source:match "^@(.*)message%.lua$"
local paths = {}  -- chunk name -> path, of the files that were loaded

-- The chunk name under which to load a user's file. Lua cuts names over 59 characters in its
-- messages; those get a short one, and message.relocate puts the path back.
function message.chunk(path)
  local short = #path <= 56 and path or "..." .. path:sub(-50)
  paths[short] = path
  return "@" .. short
end

local function path_of(chunk) return paths[chunk] or chunk end

-- Whether an error of Lua's happened in a file of the user's.
function message.from_user(text)
  local chunk = text:match "^([^\n]-):%d+: "
  return chunk ~= nil and paths[chunk] ~= nil
end

-- A message of Lua's with the path in full.
function message.relocate(text)
  local chunk, rest = text:match "^([^\n]-)(:%d+: .*)$"
  if not chunk then return text end
  return path_of(chunk) .. rest
end

-- Whether an error of Lua's happened in a file of ganas: a fault of ours.
function message.is_ours(text)
  return text:sub(1, #own) == own and text:find("^[%w_]+%.lua:", #own + 1) ~= nil
end

-- The function of the user's that one of ours stands for.
message.behind = setmetatable({}, { __mode = "k" })

-- "file:line" of a function's definition.
function message.defined(fn)
  local info = debug.getinfo(message.behind[fn] or fn, "S")
  if info.what == "C" then return "[C]" end
  return path_of((info.source:gsub("^@", ""))) .. ":" .. info.linedefined
end

-- Through `call` of the boundary ganas calls functions of the user's. Beyond it there is no caller of
-- theirs; where a tail call has left none before it either, the place is the function's own, `place`.
message.boundary = {}

-- "file:line" of the nearest caller that is not part of ganas, nil if there is none.
function message.caller()
  local level = 2
  local info = debug.getinfo(level, "Slf")
  while info do
    if info.func == message.boundary.call then return message.boundary.place end
    local file = info.source:gsub("^@", "")
    if info.what ~= "C" and file:sub(1, #own) ~= own and info.currentline > 0 then
      return path_of(file) .. ":" .. info.currentline
    end
    level = level + 1
    info = debug.getinfo(level, "Slf")
  end
  return nil
end

-- Raises a user error at the place of the nearest caller outside of ganas: for constructors that
-- files call.
function message.here(...)
  local where = message.caller()
  message.user("%s%s", where and where .. ": " or "", sentence(...))
end

return message
