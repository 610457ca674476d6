local space = require "ganas.space"
return { ops = { "a" }, grow = space.chain(2) }
