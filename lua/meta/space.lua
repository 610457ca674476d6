---@meta ganas.space
-- Types for editors (LuaCATS): what space files are made of. Nothing here is run.

---@class ganas.Grow
---@class ganas.Measure
---@class ganas.Blocks
---@class ganas.Reads

---@alias ganas.Most { max: integer }

local space = {}

---Only operations are chosen: step i reads the nodes reads[i]. Nodes count from 0, inputs first.
---@param t { inputs?: integer, reads: integer[][], output?: integer[], input?: string, output_name?: string }
---@return ganas.Grow
function space.fixed(t) end

---Any graph from input to output: each node reads any of the earlier ones, at least one.
---@param t { nodes: integer|integer[], edges?: integer|ganas.Most, inputs?: integer, input?: string, output?: string }
---@return ganas.Grow
function space.free(t) end

---Cells of states: each state sums `reads` operations on the cell's inputs and earlier states.
---@param t { [integer]: string, states: integer, inputs?: integer, reads?: integer, distinct?: boolean }
---@return ganas.Grow
function space.cells(t) end

---A step whose operations an earlier one narrows: those left after its operations by name.
---@alias ganas.Step string[]|{ ops?: string[], after?: table<string, string|string[]>, of?: integer }

---Blocks in a row: how many, or the operations of each.
---@param t integer|ganas.Step[]
---@return ganas.Grow
function space.chain(t) end

---The general form: { reads = nodes | space.choose(n) | space.any(), ops = names } for each step.
---@param t { [integer]: { reads: integer[]|ganas.Reads, ops?: string[] }, inputs?: integer, output?: integer[], edges?: ganas.Most }
---@return ganas.Grow
function space.steps(t) end

---Exactly n of the nodes, by default of all earlier ones; `after`: past the last source of that step.
---@param n integer
---@param nodes? integer[]
---@param after? integer
---@return ganas.Reads
function space.choose(n, nodes, after) end

---Any of the nodes, by default of all earlier ones, at least one.
---@param nodes? integer[]
---@return ganas.Reads
function space.any(nodes) end

---Names from every combination of the lists, then the single names.
---@param format string one % directive a list
---@param ... any[]|string
---@return string[]
function space.product(format, ...) end

---One vocabulary of several: lists of names, of space.product too, and single names.
---@param ... string[]|string
---@return string[]
function space.ops(...) end

---A sum over the steps: fn(step, op, ...) is called once for each step and operation at loading; with
---`by` for each operation of that step too: fn(step, op, given, ...).
---@param fn fun(step: integer, op: string, ...): number
---@param options? number|{ base?: number, by?: integer } added once; the step that decides about prices
---@return ganas.Measure
function space.sum(fn, options) end

---What activations of a prediction need, in kB of float32, for images { channels, height, width }.
---@param network fun(arch: ganas.Arch, net: table): table
---@param shape integer[]
---@param classes integer
---@return fun(arch: ganas.Arch): number
function space.ram_kb(network, shape, classes) end

---A sum whose entries are rows of a file, read when it is first used.
---@param t { file: string, key: string, value: string, row: fun(step: integer, op: string, ...): string?, once?: string[] }
---@return ganas.Measure
function space.prices(t) end

---What a predictor reads: fn(step, op, ...) gives numbers by name for a block of the network, nil for none.
---@param fn fun(step: integer, op: string, ...): table<string, number>?
---@param options? { by?: integer }
---@return ganas.Blocks
function space.blocks(fn, options) end

---How often operations occur, together.
---@param ... string|string[]
---@return ganas.Measure
function space.count(...) end

---Most nodes on one path from input to output.
---@param t? { broken_by?: string|string[] }
---@return ganas.Measure
function space.longest_path(t) end

---The same; the space's `dead` operations cut a path.
---@return ganas.Measure
function space.depth() end

---Nodes of the network, inputs and outputs included.
---@return ganas.Measure
function space.nodes() end

---Edges of the network.
---@return ganas.Measure
function space.edges() end

---The MD5 digest of a text, 32 hexadecimal digits: for keys of tables.
---@param text string
---@return string
function space.md5(text) end

return space
