-- layers - costs of convolutional layers, against figures worked out by hand and published ones.

local layers = require "ganas.layers"

describe("ganas.layers", function()
  it("rounds channels as MobileNets do", function()
    local rounded = {}
    for i, c in ipairs { 1, 15.6, 20.8, 31.2, 19.2, 28.8, 124.8, 1664 } do rounded[i] = layers.round(c) end
    assert.same({ 8, 16, 24, 32, 24, 32, 128, 1664 }, rounded)
    assert.equal(11, layers.round(11.2, 1))
  end)

  it("halves pictures, rounding up", function()
    assert.equal(7, layers.out(13, 2))
    assert.equal(13, layers.out(13))
  end)

  it("counts a convolution", function()
    local c = layers.conv { side = 224, cin = 3, cout = 32, kernel = 3, stride = 2 }
    assert.same({ params = 27 * 32 + 64, macs = 27 * 32 * 112 ^ 2, normed = 32 * 112 ^ 2, pooled = 0,
      side = 112 }, c)
    c = layers.conv { side = 8, cin = 4, cout = 2, kernel = 1, norm = false }
    assert.same({ 8, 8 * 64, 0 }, { c.params, c.macs, c.normed })
  end)

  it("counts an inverted residual block", function()
    local c = layers.mbconv { side = 10, cin = 4, cout = 6, kernel = 3, expansion = 2, stride = 2,
      squeeze = 1 }
    assert.equal(4 * 8 + 16 + 9 * 8 + 16 + (8 + 1 + 8 + 8) + 8 * 6 + 12, c.params)
    assert.equal(4 * 8 * 100 + 9 * 8 * 25 + 16 + 8 * 6 * 25, c.macs)
    assert.equal(8 * 100 + 8 * 25 + 6 * 25, c.normed)
    assert.equal((25 + 1) * 8, c.pooled)
    assert.equal(5, c.side)
  end)

  it("has no first layer for an expansion of 1", function()
    local c = layers.mbconv { side = 2, cin = 4, cout = 4, kernel = 3, expansion = 1 }
    assert.same({ 36 + 8 + 16 + 8, (36 + 16) * 4 }, { c.params, c.macs })
  end)

  it("counts dense layers, pooling and sums", function()
    local sum = layers.sum(layers.pool { side = 7, cin = 10 }, layers.dense { cin = 10, cout = 3 },
      layers.dense { cin = 3, cout = 2, bias = false })
    assert.same({ params = 33 + 6, macs = 36, normed = 0, pooled = 500, side = 1 }, sum)
  end)

  -- Sandler et al. 2018: MobileNetV2 1.0 has 3.4 M parameters (3,504,872 in the released model).
  it("meets MobileNetV2", function()
    local sum = layers.conv { side = 224, cin = 3, cout = 32, kernel = 3, stride = 2 }
    local cin = 32
    for _, s in ipairs { { 1, 16, 1, 1 }, { 6, 24, 2, 2 }, { 6, 32, 3, 2 }, { 6, 64, 4, 2 }, { 6, 96, 3, 1 },
      { 6, 160, 3, 2 }, { 6, 320, 1, 1 } } do
      for block = 1, s[3] do
        sum = layers.sum(sum, layers.mbconv { side = sum.side, cin = cin, cout = s[2], kernel = 3,
          expansion = s[1], stride = block == 1 and s[4] or 1 })
        cin = s[2]
      end
    end
    sum = layers.sum(sum, layers.conv { side = sum.side, cin = 320, cout = 1280, kernel = 1 },
      layers.dense { cin = 1280, cout = 1000 })
    assert.equal(3504872, sum.params)
    assert.is_true(math.abs(sum.macs - 300774272) < 1)
  end)
end)
