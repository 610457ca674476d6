-- tensors - the weights of a trained network from a file: floats one after another, and what they are.
--
-- X.f32 holds little-endian 32-bit floats; X.manifest.txt one line a tensor: its name, its shape
-- (128x6) and its first float. Rows come one after another; lines that begin with # are comments.
-- A tensor is { name, shape = { 128, 6 }, at, size }; tensors.list has them in the file's order.

local core = require "ganas.core"
local data = require "ganas.data"
local fs = require "ganas.fs"
local message = require "ganas.message"

local Tensors = {}
Tensors.__index = Tensors

local function parse_line(self, line, where)
  local name, shape, at = line:match "^(%S+)%s+([%dx]+)%s+(%d+)%s*$"
  if not name then
    message.user("%s: %s is no tensor; expected its name, its shape such as 128x6 and its first float", where,
      message.quote(line))
  end
  local tensor = { name = name, shape = {}, at = tonumber(at), size = 1 }
  for n in shape:gmatch "%d+" do
    tensor.shape[#tensor.shape + 1], tensor.size = tonumber(n), tensor.size * tonumber(n)
  end
  if tensor.at + tensor.size > self.count then
    message.user("%s: tensor %s ends at float %d, but %s has %d", where, message.quote(name),
      tensor.at + tensor.size, self.path, self.count)
  end
  self.list[#self.list + 1], self.by_name[name] = tensor, tensor
end

-- The tensors of a file; `context` and `where` as ganas.data has them.
local function open(file, context, where)
  local path = data.find(file, context, where)
  local text = assert(fs.read(path))
  if #text % 4 ~= 0 then
    message.user("%s: %s has %d bytes; expected floats of 4 bytes", where, path, #text)
  end
  local manifest = fs.join(fs.dirname(path), fs.stem(path) .. ".manifest.txt")
  local lines = fs.read(manifest)
  if not lines then
    message.user("%s: no %s beside %s; it says what the floats are", where, manifest, path)
  end
  local self = setmetatable({ path = path, values = core.floats(text), count = #text / 4, list = {},
    by_name = {} }, Tensors)
  local number = 0
  for line in (lines .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    if line:find "%S" and not line:find "^#" then parse_line(self, line, manifest .. ":" .. number) end
  end
  return self
end

-- Whether there is a tensor of that name.
function Tensors:has(name) return self.by_name[name] ~= nil end

-- A tensor's numbers as a list, its rows one after another; nil, unless it is needed, if there is none.
-- With `size` it must have that many.
function Tensors:numbers(name, size)
  local tensor = self.by_name[name]
  if not tensor then message.user("%s: there is no tensor %s", self.path, message.quote(name)) end
  if size and tensor.size ~= size then
    message.user("%s: tensor %s has %d numbers; expected %d", self.path, message.quote(name), tensor.size,
      size)
  end
  local list = {}
  for i = 1, tensor.size do list[i] = tonumber(self.values[tensor.at + i - 1]) end
  return list, tensor.shape
end

return { open = open }
