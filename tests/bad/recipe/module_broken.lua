require "broken_module"
return {}
