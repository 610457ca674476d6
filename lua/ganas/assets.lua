-- assets - files inside the program that are no Lua: what a report is made of (lua/report).

local fs = require "ganas.fs"

-- The text of lua/report/NAME. GANAS_LUA_DIR goes first, for who works on them.
return function(name)
  local path, dir = "report/" .. name, os.getenv "GANAS_LUA_DIR"
  local text = dir and dir ~= "" and fs.read(fs.join(dir, path))
  local ok, host = pcall(require, "ganas.host")
  text = text or ok and host.files["lua/" .. path]
  if text then return text end
  error(("no '%s' in this program"):format(path))
end
