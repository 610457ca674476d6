local space = require "ganas.space"

return { ops = space.ops({ "a" }, 3), grow = space.chain(3) }
