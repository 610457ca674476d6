local helper = require "nowhere"
return helper
