local layers = require "ganas.layers"

return { ops = { "a", "b" }, side = layers.out(224, -2) }
