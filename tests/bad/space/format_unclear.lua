local space = require "ganas.space"
return {
  ops = { "a", "aa" },
  grow = space.chain(3),
  format = "%s%s%s",
}
