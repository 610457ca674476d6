local ffi = require "ffi"
return ffi
