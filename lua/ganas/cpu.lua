-- cpu - what the core computes with, as the processor and the environment have it.

local core = require "ganas.core"
local message = require "ganas.message"

local lib = core.lib
local cpu = {}

local OPENMP = "the OpenBLAS that is loaded (%s) is the OpenMP flavour: beside our threads its matrix "
  .. "products take up to 100 times as long, %s; "
  .. "install libopenblas0-pthread (apt-get install libopenblas0-pthread)"

-- What is in use: { isa, gemm, blas, blas_openmp }. An error of usage where GANAS_ISA or GANAS_GEMM
-- asks for what there isn't.
function cpu.get()
  local info = core.struct "ganas_cpu"
  if lib.ganas_cpu_get(info) ~= 0 then message.usage("%s", core.text(lib.ganas_errmsg())) end
  return {
    isa = core.text(info.isa),
    gemm = core.text(info.gemm),
    blas = core.text(info.blas),
    blas_openmp = info.blas_openmp ~= 0,
  }
end

-- The sentence about an OpenBLAS that would be slow, nil if there is nothing to say.
function cpu.warning(info)
  if not info.blas_openmp then return nil end
  return OPENMP:format(info.blas, info.gemm == "openblas" and "and GANAS_GEMM=openblas uses them"
    or "should GANAS_GEMM=openblas ask for them")
end

-- Before anything runs: the environment is right, and what is slow about it is said.
function cpu.check()
  local warning = cpu.warning(cpu.get())
  if warning then message.note("%s", warning) end
end

return cpu
