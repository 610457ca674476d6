-- child - one process of an evaluator: its lines, what it last said on stderr, its end.
--
-- A child leads a process group of its own, which ends with it: what it started is killed when it is over. A
-- terminal's interrupt doesn't reach it.

local loop = require "ganas.loop"
local uv = require "luv"

local child = {}

local Child = {}
Child.__index = Child

child.LONGEST = 1048576 -- bytes of a line on stdout
local TAIL = 4096       -- bytes of stderr that are kept
local LINES = 8         -- lines of them that are shown
local GRACE = 5         -- seconds between SIGTERM and SIGKILL
local DRAIN = 2         -- seconds between the end of a process and of its output, whichever is first

-- ---- output ----

-- A process that goes on without its stdout can say nothing any more.
local function watch_mute(self, pipe)
  if pipe ~= self.out or self.gone or not self.on_mute then return end
  self.mute = loop.timer(DRAIN, function()
    if not self.gone then self.on_mute(self) end
  end)
end

local function reader(self, pipe, take)
  pipe:read_start(loop.callback(function(_, text)
    if text then return take(text) end
    loop.close(pipe)
    self.open = self.open - 1
    watch_mute(self, pipe)
    self:settle()
  end))
end

local function too_long(self)
  if self.over_long then return end
  self.over_long, self.rest = true, ""
  self.on_line(self, nil)
end

-- Hands whole lines on; what is longer than a line may be is dropped, and said once as nil.
local function take_out(self, text)
  local at = 1
  while not self.over_long do
    local stop = text:find("\n", at, true)
    if not stop then break end
    local line = self.rest .. text:sub(at, stop - 1)
    self.rest, at = "", stop + 1
    if #line > child.LONGEST then return too_long(self) end
    self.on_line(self, line)
  end
  if self.over_long then return end
  self.rest = self.rest .. text:sub(at)
  if #self.rest > child.LONGEST then too_long(self) end
end

local function take_err(self, text)
  self.said = (self.said .. text):sub(-TAIL)
  if self.on_err then self.on_err(text) end
end

-- The last lines of stderr, one after another with " | " between them; nil for none.
function Child:last_words()
  local lines = {}
  for line in self.said:gmatch "[^\r\n]+" do
    if line:find "%S" then lines[#lines + 1] = line:match "^%s*(.-)%s*$" end
  end
  if #lines == 0 then return nil end
  return table.concat(lines, " | ", math.max(1, #lines - LINES + 1))
end

-- ---- life ----

function Child:signal(name)
  if self.pid then uv.kill(-self.pid, name) end
end

-- Asks the whole group to end, and ends it after a while.
function Child:stop(grace)
  if self.gone or self.killer then return end
  self:signal "sigterm"
  self.killer = loop.timer(grace or GRACE, function() self:signal "sigkill" end)
end

-- Ends the whole group at once.
function Child:kill() self:signal "sigkill" end

-- When process and output are over: tells so, once.
function Child:settle()
  if not self.gone or self.open > 0 or self.told then return end
  self.told = true
  loop.close(self.killer)
  loop.close(self.drain)
  loop.close(self.mute)
  loop.close(self.input)
  if self.rest ~= "" and not self.over_long then self.on_line(self, self.rest) end
  self.on_exit(self, self.gone.code, self.gone.signal)
end

local function ended(self, code, signal)
  self.gone = { code = code, signal = signal }
  loop.close(self.process)
  self:kill() -- what is left of its group
  self.drain = loop.timer(DRAIN, function()
    loop.close(self.out)
    loop.close(self.err)
    self.open = 0
    self:settle()
  end)
  self:settle()
end

local function environment(extra)
  local list = {}
  local all = uv.os_environ()
  for name, value in pairs(extra) do all[name] = value end -- order can't matter
  for name, value in pairs(all) do list[#list + 1] = name .. "=" .. value end -- order can't matter
  return list
end

-- Starts a process. `options`: words (program and arguments), env (name -> text, besides our own), cwd, feed
-- (it gets input through Child:send), on_line(child, line) for each line of its stdout, nil for one that is
-- too long, on_exit(child, code, signal) once at its end; optional: on_err(text) for what comes on stderr,
-- on_mute(child) when it has closed its stdout and goes on. Returns nil, a reason and its code when it can't
-- start.
function child.start(options)
  local self = setmetatable({
    rest = "", said = "", open = 2, on_line = options.on_line, on_exit = options.on_exit,
    on_mute = options.on_mute, on_err = options.on_err, out = uv.new_pipe(false), err = uv.new_pipe(false),
    input = options.feed and uv.new_pipe(false) or nil,
  }, Child)
  local process, pid, code = uv.spawn(options.words[1], {
    args = { unpack(options.words, 2) }, env = environment(options.env), cwd = options.cwd, detached = true,
    stdio = { self.input, self.out, self.err },
  }, loop.callback(function(status, signal) ended(self, status, signal) end))
  if not process then
    for _, pipe in ipairs { self.out, self.err } do loop.close(pipe) end
    loop.close(self.input)
    return nil, pid, code
  end
  self.process, self.pid = process, pid
  reader(self, self.out, function(text) take_out(self, text) end)
  reader(self, self.err, function(text) take_err(self, text) end)
  return self
end

-- Writes to its input; what becomes of that shows in its output and its end.
function Child:send(text)
  if self.input and not self.input:is_closing() then self.input:write(text, loop.callback(function() end)) end
end

-- Ends its input: the polite way to say that nothing more is wanted.
function Child:finish() loop.close(self.input) end

return child
