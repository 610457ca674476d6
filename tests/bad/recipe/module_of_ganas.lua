local rule = require "ganas.rules"
return rule
