-- pytorch - the exported modules, imported by PyTorch: as many parameters as the spaces' own measures say.

local fs = require "ganas.fs"
local grammar = require "ganas.grammar"
local pytorch = require "ganas.pytorch"
local uv = require "luv"

describe("the modules of shipped spaces", function()
  local python = os.getenv "PYTHON" or "/usr/bin/python3"
  if os.execute(python .. " -c 'import torch' 2>/dev/null") ~= 0 then return pending "needs python3-torch" end

  -- Parameters of the networks of candidates, by the exported modules.
  local function counted(candidates)
    local dir = assert(uv.fs_mkdtemp "/tmp/ganas-torch-XXXXXX")
    local script = { "import sys, torch; sys.path.insert(0, '.')" }
    for i, item in ipairs(candidates) do
      local rec = { space_object = grammar.load(item[1]), recipe = "x", seed = 1, columns = { score = "s" } }
      local text = pytorch.text(rec, { arch = item[2], score = 1, query = 1 })
      fs.write(("%s/m%d.py"):format(dir, i), text)
      script[#script + 1] = ("import m%d; n = m%d.Network().eval(); "
        .. "print(sum(p.numel() for p in n.parameters()), "
        .. "tuple(n(torch.zeros(1, 3, 32, 32)).shape))"):format(i, i)
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
        expected[#expected + 1] = ("%d (1, 10)\n"):format(name == "nasbench201"
          and arch.params_c10 or arch.params)
      end
    end
    local darts = grammar.load "darts"
    list[#list + 1] = { "darts", darts.expect.example }
    expected[#expected + 1] = "3349342 (1, 10)\n" -- as the authors' program counts them
    assert.equal(table.concat(expected), counted(list))
  end)
end)
