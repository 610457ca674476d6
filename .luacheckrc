std = "luajit"
max_line_length = 110
codes = true
include_files = { "lua/**/*.lua", "spaces/*.lua", "recipes/**/*.lua", "tests/**/*.lua", ".luacheckrc" }
exclude_files = { "build*", "tests/bad/*/**" }

files["lua/meta"].ignore = { "211", "212", "241", "631" } -- stubs for editors define and use nothing
files["tests/lua"].std = "+busted"
