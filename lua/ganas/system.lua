-- system - what a search ran on and with, for people who repeat it.

local core = require "ganas.core"
local cpu = require "ganas.cpu"
local uv = require "luv"

-- A list of { name, value }.
return function(plan)
  local processors, name = uv.cpu_info() or {}, uv.os_uname()
  local info = cpu.get()
  return {
    { "version", core.text(core.lib.ganas_version()) }, { "luajit", jit.version },
    { "cpu", processors[1] and processors[1].model or name.machine }, { "cores", #processors },
    { "kernels", info.isa }, { "products", info.gemm == "openblas" and info.blas or info.gemm },
    { "threads", plan.threads }, { "system", ("%s %s %s"):format(name.sysname, name.release, name.machine) },
  }
end
