-- terminal - one line on the terminal behind stderr that is written over and leaves nothing behind.
--
-- The cursor always rests on the line's first column. A terminal that is made narrower while a line is shown
-- folds it into several, of which that column stays the first: what is drawn next begins there and clears all
-- that is below. While it draws the terminal may not fold: nothing can scroll.

local uv = require "luv"

local terminal = {}

local STDERR = 2

local HOLD, LET, CLEAR = "\27[?7l", "\27[?7h", "\27[J" -- fold no lines; do again; clear all from here on

-- Whether stderr is a terminal that knows these codes.
function terminal.there()
  local name = os.getenv "TERM"
  return uv.guess_handle(STDERR) == "tty" and name ~= nil and name ~= "" and name ~= "dumb"
end

-- Its width in columns. The handle is closed for good at once: one that is left to the end of the program
-- crashes there.
function terminal.columns()
  local handle = uv.new_tty(STDERR, false)
  if not handle then return 80 end
  local columns = handle:get_winsize()
  handle:close()
  uv.run "nowait"
  return columns and columns > 0 and columns or 80
end

-- The beginning of a text that fits into so many columns, without what would move the cursor. No character of
-- UTF-8 has more columns than bytes; none is cut.
function terminal.cut(text, columns)
  text = text:gsub("[%z\1-\31\127]", "?")
  while columns > 0 and text:find("^[\128-\191]", columns + 1) do columns = columns - 1 end
  return text:sub(1, math.max(0, columns))
end

-- What to write to show a text as the line.
function terminal.drawn(text, columns)
  return HOLD .. "\r" .. terminal.cut(text, columns - 1) .. CLEAR .. "\r" .. LET
end

-- What to write to take it away.
terminal.cleared = "\r" .. CLEAR

return terminal
