---@meta ganas.schedule
-- Types for editors (LuaCATS): values that change over a search. Nothing here is run.

---@class ganas.ScheduleObject

local over = {}

---From a at the first query to b at the last.
---@param a number
---@param b number
---@return ganas.ScheduleObject
function over.linear(a, b) end

---The same on a logarithmic scale; both above 0.
---@param a number
---@param b number
---@return ganas.ScheduleObject
function over.geometric(a, b) end

---The same along half a cosine.
---@param a number
---@param b number
---@return ganas.ScheduleObject
function over.cosine(a, b) end

---The value of the last iteration named: { [0] = 25, [5] = 10 } is 25, and 10 from iteration 5 on.
---@param steps table<integer, number>
---@return ganas.ScheduleObject
function over.steps(steps) end

---a at a new best, and as much again with every so many queries without another.
---@param a number
---@param every number
---@return ganas.ScheduleObject
function over.impatient(a, every) end

---Whether a value can be used as a schedule.
---@param s any
---@return boolean
function over.is(s) end

---A schedule in words.
---@param s ganas.Schedule
---@return string
function over.describe(s) end

---The value of a schedule now.
---@param s ganas.Schedule
---@param run ganas.Run
---@return number
function over.value(s, run) end

return over
