local space = require "ganas.space"

return { ops = { "a", "b" }, grow = space.chain(3), blocks = space.blocks(3) }
