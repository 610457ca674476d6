---@meta ganas.rule
-- Types for editors (LuaCATS): bounds that candidates must keep. Nothing here is run.

---@class ganas.Rule

---@alias ganas.Compare "<="|">="|"=="|"<"|">"

local rule = {}

---A bound on a measure of the space. On sums it is held while sampling.
---@param measure string
---@param compare ganas.Compare
---@param bound number
---@return ganas.Rule
function rule.sum(measure, compare, bound) end

---The same.
---@param measure string
---@param compare ganas.Compare
---@param bound number
---@return ganas.Rule
function rule.measure(measure, compare, bound) end

---How often an operation occurs; of a list, together.
---@param ops string|string[]
---@param compare ganas.Compare
---@param n integer
---@return ganas.Rule
function rule.count(ops, compare, n) end

---Most nodes on one path from input to output.
---@param compare ganas.Compare
---@param n integer
---@return ganas.Rule
function rule.depth(compare, n) end

---Nodes of the network, input and output included.
---@param compare ganas.Compare
---@param n integer
---@return ganas.Rule
function rule.nodes(compare, n) end

---Edges of the network.
---@param compare ganas.Compare
---@param n integer
---@return ganas.Rule
function rule.edges(compare, n) end

return rule
