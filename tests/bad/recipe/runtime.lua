local limit = nil
local twice = 2 * limit
return { about = twice }
