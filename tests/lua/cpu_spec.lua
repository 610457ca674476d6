-- cpu: what is in use, what is wrong with the environment, the warning about OpenBLAS's flavour.

local cpu = require "ganas.cpu"

describe("cpu", function()
  it("says what the core computes with", function()
    local info = cpu.get()
    assert.is_truthy(("avx512 avx2 fma128 base"):find(info.isa, 1, true))
    assert.are.equal("native", info.gemm)
    assert.is_truthy(info.blas:find "OpenBLAS")
    assert.is_false(info.blas_openmp)
  end)

  it("has nothing to say about the flavour on POSIX threads", function()
    assert.is_nil(cpu.warning { gemm = "openblas", blas = "OpenBLAS 0.3.21", blas_openmp = false })
  end)

  it("explains the OpenMP flavour", function()
    local info = { gemm = "native", blas = "OpenBLAS 0.3.21 Zen", blas_openmp = true }
    assert.are.equal("the OpenBLAS that is loaded (OpenBLAS 0.3.21 Zen) is the OpenMP flavour: beside our "
      .. "threads its matrix products take up to 100 times as long, should GANAS_GEMM=openblas ask for "
      .. "them; install libopenblas0-pthread (apt-get install libopenblas0-pthread)", cpu.warning(info))
    info.gemm = "openblas"
    assert.is_truthy(cpu.warning(info):find("and GANAS_GEMM=openblas uses them", 1, true))
  end)
end)
