local layers = require "ganas.layers"

return { ops = { "a", "b" }, base = layers.sum(layers.dense { cin = 3, cout = 4 }, 12) }
