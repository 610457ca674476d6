-- run.lua - runs busted specs inside the host: ganas-lua lua tests/lua/run.lua SPEC...
--
-- GANAS_TEST_GC=hostile collects garbage without pause, to find handles that nothing keeps alive.

if os.getenv "GANAS_TEST_GC" == "hostile" then
  collectgarbage("setpause", 1)
  collectgarbage("setstepmul", 400) -- far above, compiled loops of LuaJIT can hang
end

-- Called from a chunk without a file name, busted ends the program with its exit code.
assert(loadstring("require 'busted.runner' { standalone = false, output = 'plainTerminal' }", "=busted"))()
