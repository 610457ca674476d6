-- pytorch - the exported modules, imported by PyTorch: as many parameters as the spaces' own measures say.

local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local pytorch = require "ganas.pytorch"
local uv = require "luv"

describe("the modules of shipped spaces", function()
  local python = os.getenv "PYTHON" or "/usr/bin/python3"
  if os.execute(python .. " -c 'import torch' 2>/dev/null") ~= 0 then return pending "needs python3-torch" end

  local COUNT = [[
import sys, torch
torch.set_grad_enabled(False)
sys.path.insert(0, ".")
total = 0

def count(layer, _, out):
    global total
    if hasattr(layer, "weight") and not isinstance(layer, torch.nn.BatchNorm2d):
        total += layer.weight.numel() // layer.weight.shape[0] * out.numel()

def say(module, sized):
    global total
    n = module.Network().eval()
    for layer in n.modules():
        layer.register_forward_hook(count)
    total, pixels = 0, n.pixels if sized else 32
    shape = tuple(n(torch.zeros(1, 3, pixels, pixels)).shape)
    print(sum(p.numel() for p in n.parameters()), shape, total if sized else "")
]]

  -- Parameters of the networks of candidates { space, string }, by the exported modules; of those with
  -- `sized` also multiply-adds, on pictures of the size that the module says.
  local function counted(candidates)
    local dir = assert(uv.fs_mkdtemp "/tmp/ganas-torch-XXXXXX")
    local script = { COUNT }
    for i, item in ipairs(candidates) do
      local rec = { space_object = grammar.load(item[1]), recipe = "x", seed = 1, columns = { score = "s" } }
      local text = pytorch.text(rec, { arch = item[2], score = 1, query = 1 })
      fs.write(("%s/m%d.py"):format(dir, i), text)
      script[#script + 1] = ("import m%d; say(m%d, %s)"):format(i, i, item.sized and "True" or "False")
    end
    fs.write(dir .. "/t.py", table.concat(script, "\n"))
    os.execute(("cd %s && %s t.py >out 2>&1"):format(dir, python))
    local out = fs.read(dir .. "/out")
    os.execute("rm -r " .. dir)
    return out
  end

  it("have as many parameters as the spaces say", function()
    local list, expected = {}, {}
    for _, name in ipairs { "nasbench201", "nasbench101" } do
      local space = grammar.load(name)
      local batch = grammar.samples(space, 3)
      for i = 0, 2 do
        local arch = batch:arch(i)
        list[#list + 1] = { name, tostring(arch) }
        expected[#expected + 1] = ("%d (1, 10) \n"):format(name == "nasbench201"
          and arch.params_c10 or arch.params)
      end
    end
    local darts = grammar.load "darts"
    list[#list + 1] = { "darts", darts.expect.example }
    expected[#expected + 1] = "3349342 (1, 10) \n" -- as the authors' program counts them
    assert.equal(table.concat(expected), counted(list))
  end)

  it("of mobile networks have their parameters and multiply-adds", function()
    local list, expected = {}, {}
    for _, name in ipairs { "proxylessnas", "ofa_proxyless", "mobilenetv3", "efficientnet" } do
      local space = grammar.load(name)
      local batch = grammar.samples(space, 1)
      for _, arch in ipairs { batch:arch(0), (assert(space:arch(space.expect.example))) } do
        list[#list + 1] = { name, tostring(arch), sized = true }
        expected[#expected + 1] = ("%d (1, 1000) %d\n"):format(arch.params,
          name == "efficientnet" and math.floor(1e6 * arch.macs_M + 0.5) or arch.macs)
      end
    end
    assert.equal(table.concat(expected), counted(list))
  end)
end)
