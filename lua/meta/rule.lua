---@meta ganas.rule
-- Types for editors (LuaCATS): bounds that candidates must keep. Nothing here is run.

---@class ganas.Rule

---@alias ganas.Compare "<="|">="|"=="|"<"|">"|"!="

local rule = {}

---A bound on a measure of the space or the recipe. On sums it is held while sampling.
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

---Each of the operations occurs.
---@param ... string|string[]
---@return ganas.Rule
function rule.has(...) end

---No other operation occurs.
---@param ... string|string[]
---@return ganas.Rule
function rule.only(...) end

---A step, or each of several, is one of the operations. Steps are numbered from 1.
---@param steps integer|integer[]
---@param ... string|string[]
---@return ganas.Rule
function rule.at(steps, ...) end

---A path leads from one step to another; with operations at the end, over steps of these only.
---@param from integer|"input"
---@param to integer|"output"
---@param ... string|string[]
---@return ganas.Rule
function rule.reaches(from, to, ...) end

---All rules hold. A rule may be a text: "depth >= 2".
---@param ... ganas.Rule|string
---@return ganas.Rule
function rule.all(...) end

---At least one of the rules holds.
---@param ... ganas.Rule|string
---@return ganas.Rule
function rule.any(...) end

---None of the rules holds.
---@param ... ganas.Rule|string
---@return ganas.Rule
function rule.no(...) end

return rule
