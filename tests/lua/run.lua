-- run.lua - runs busted specs inside the host: ganas-lua lua tests/lua/run.lua SPEC...

-- Called from a chunk without a file name, busted ends the program with its exit code.
assert(loadstring("require 'busted.runner' { standalone = false, output = 'plainTerminal' }", "=busted"))()
