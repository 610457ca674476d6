local layers = require "ganas.layers"

return { ops = { "a", "b" }, base = layers.dense(3, 4) }
