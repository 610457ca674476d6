-- csource - a trained network as one C header: its weights, and a function that predicts.
--
-- Batch norm is folded into the convolutions. What is kept while a prediction is made is one array of as many
-- floats as convnet.plan says; nothing is allocated.

local csource = {}

local HEAD = [[
/* @NAME@.h - a convolutional network: images of @CHANNELS@ x @HEIGHT@ x @WIDTH@, @CLASSES@ classes.
 *
 * @ABOUT@
 *
 * @PARAMS@ parameters, @MACS@ multiply-adds; @FLOATS@ floats (@BYTES@ bytes) of memory to predict.
 * C99, no library: include it in one file.
 *
 *     float logits[@CLASSES@];
 *     int class = @NAME@_predict(pixels, logits);   pixels: [channels][height][width], 0..255
 */
#ifndef @GUARD@
#define @GUARD@

enum { @NAME@_floats = @FLOATS@, @NAME@_classes = @CLASSES@ };

/* A map: its numbers [channels][height][width]. */
struct @NAME@_map { float *at; int channels, height, width; };

/* Convolution with bias and ReLU; `each`: every channel by itself. */
static void @NAME@_convolve(struct @NAME@_map to, struct @NAME@_map from, const float *w, const float *bias,
                            int kernel, int stride, int each)
{
    for (int o = 0; o < to.channels; o++)
        for (int y = 0; y < to.height; y++)
            for (int x = 0; x < to.width; x++) {
                float sum = bias[o];
                for (int i = each ? o : 0; i < (each ? o + 1 : from.channels); i++)
                    for (int a = 0; a < kernel; a++)
                        for (int b = 0; b < kernel; b++) {
                            int v = y * stride + a - kernel / 2, u = x * stride + b - kernel / 2;
                            int k = (each ? o : o * from.channels + i) * kernel * kernel + a * kernel + b;
                            if (v >= 0 && v < from.height && u >= 0 && u < from.width)
                                sum += w[k] * from.at[(i * from.height + v) * from.width + u];
                        }
                to.at[(o * to.height + y) * to.width + x] = sum > 0 ? sum : 0;
            }
}

/* The greatest, or the mean, of each window. */
static void @NAME@_pool(struct @NAME@_map to, struct @NAME@_map from, int kernel, int stride, int mean)
{
    for (int o = 0; o < to.channels; o++)
        for (int y = 0; y < to.height; y++)
            for (int x = 0; x < to.width; x++) {
                float top = 0, sum = 0;
                int n = 0;
                for (int a = 0; a < kernel; a++)
                    for (int b = 0; b < kernel; b++) {
                        int v = y * stride + a - kernel / 2, u = x * stride + b - kernel / 2;
                        if (v < 0 || v >= from.height || u < 0 || u >= from.width)
                            continue;
                        float value = from.at[(o * from.height + v) * from.width + u];
                        top = n == 0 || value > top ? value : top;
                        sum += value;
                        n++;
                    }
                to.at[(o * to.height + y) * to.width + x] = mean ? sum / (float)n : top;
            }
}

/* to = from, or to += from; n numbers. */
static void @NAME@_move(float *to, const float *from, int n, int add)
{
    for (int i = 0; i < n; i++)
        to[i] = add ? to[i] + from[i] : from[i];
}

/* The class with the greatest logit. */
static int @NAME@_classify(struct @NAME@_map from, const float *w, const float *bias, float *logits)
{
    int best = 0, n = from.height * from.width;
    for (int k = 0; k < @NAME@_classes; k++)
        logits[k] = bias[k];
    for (int c = 0; c < from.channels; c++) {
        float sum = 0;
        for (int i = 0; i < n; i++)
            sum += from.at[c * n + i];
        for (int k = 0; k < @NAME@_classes; k++)
            logits[k] += w[k * from.channels + c] * (sum / (float)n);
    }
    for (int k = 1; k < @NAME@_classes; k++)
        best = logits[k] > logits[best] ? k : best;
    return best;
}

]]

local EPSILON = 1e-5 -- of batch norm

local function numbers(list, n)
  local words = {}
  for i = 0, n - 1 do
    local text = ("%.9g"):format(list[i])
    words[i + 1] = (text:find "[.e]" and text or text .. ".0") .. "f"
  end
  return words
end

local function array(name, words)
  local lines, line = {}, "   "
  for i, word in ipairs(words) do
    if #line + #word > 96 then lines[#lines + 1], line = line, "   " end
    line = line .. " " .. word .. (i < #words and "," or "")
  end
  lines[#lines + 1] = line
  return ("static const float %s[%d] = {\n%s};\n"):format(name, #words, table.concat(lines, "\n"))
end

-- Weights and bias of a convolution with its batch norm.
local function folded(trainer, layer)
  local w, n = trainer:part(layer.number, 0)
  local factor, shift = trainer:part(layer.number, 1), trainer:part(layer.number, 2)
  local mean, variance = trainer:part(layer.number, 3), trainer:part(layer.number, 4)
  local weights, bias, each = {}, {}, n / layer.channels
  for c = 0, layer.channels - 1 do
    local scale = factor[c] / math.sqrt(variance[c] + EPSILON)
    bias[c] = shift[c] - mean[c] * scale
    for k = c * each, (c + 1) * each - 1 do weights[k] = w[k] * scale end
  end
  return numbers(weights, n), numbers(bias, layer.channels)
end

local function arrays_of(trainer, layer, name)
  local weights, bias
  if layer.op == "classify" then
    local w, n = trainer:part(layer.number, 0)
    weights, bias = numbers(w, n), numbers(trainer:part(layer.number, 1), layer.channels)
  elseif layer.norm then weights, bias = folded(trainer, layer)
  else return "" end
  local place = name .. "_" .. layer.number
  return array(place .. "_w", weights) .. array(place .. "_b", bias)
end

-- ---- statements ----

local function map(name, layer, plan)
  return ("(struct %s_map){memory + %d, %d, %d, %d}"):format(name, plan.at[layer.number], layer.channels,
    layer.height, layer.width)
end

local function size_of(layer) return layer.channels * layer.height * layer.width end

local function move(name, to, from, n, add)
  return ("    %s_move(memory + %d, memory + %d, %d, %d);\n"):format(name, to, from, n, add)
end

-- A sum: the input whose place it takes first, if it takes one.
local function sum(name, layer, plan)
  local at, n, lines, there = plan.at[layer.number], size_of(layer), {}, nil
  for k, x in ipairs(layer.inputs) do
    if plan.at[x.number] == at and plan.last[x.number] == layer.number then there = there or k end
  end
  for k, x in ipairs(layer.inputs) do
    local add = (there or k > 1) and 1 or 0
    if k ~= there then lines[#lines + 1] = move(name, at, plan.at[x.number], n, add) end
  end
  return table.concat(lines)
end

local function concat(name, layer, plan)
  local at, lines = plan.at[layer.number], {}
  for k, x in ipairs(layer.inputs) do
    lines[k] = move(name, at, plan.at[x.number], size_of(x), 0)
    at = at + size_of(x)
  end
  return table.concat(lines)
end

local function statement(name, layer, plan)
  local from, place = layer.inputs[1], name .. "_" .. layer.number
  if layer.op == "sum" then return sum(name, layer, plan) end
  if layer.op == "concat" then return concat(name, layer, plan) end
  if layer.op == "zero" then
    return ("    for (int i = 0; i < %d; i++)\n        memory[%d + i] = 0;\n"):format(size_of(layer),
      plan.at[layer.number])
  end
  if layer.op == "classify" then
    return ("    return %s_classify(%s, %s_w, %s_b, logits);\n"):format(name, map(name, from, plan), place,
      place)
  end
  local maps = map(name, layer, plan) .. ", " .. map(name, from, plan)
  if layer.norm then
    return ("    %s_convolve(%s,\n        %s_w, %s_b, %d, %d, %d);\n"):format(name, maps, place, place,
      layer.kernel, layer.stride, layer.op == "depthwise" and 1 or 0)
  end
  return ("    %s_pool(%s,\n        %d, %d, %d);\n"):format(name, maps, layer.kernel, layer.stride,
    layer.op == "mean" and 1 or 0)
end

local function head(net, name, about)
  local values = { NAME = name, GUARD = name:upper() .. "_H", CHANNELS = net.image.channels,
    HEIGHT = net.image.height, WIDTH = net.image.width, CLASSES = net.classes, ABOUT = about,
    PARAMS = net.params, MACS = net.macs, FLOATS = net.floats, BYTES = 4 * net.floats }
  return (HEAD:gsub("@(%u+)@", function(word) return tostring(values[word]) end))
end

-- The header's text. `name` begins all its names, `about` is a sentence in its head.
function csource.text(trainer, name, about)
  local net, parts = trainer.net, {}
  local plan = net:plan()
  parts[1] = head(net, name, about)
  for _, layer in ipairs(net.layers) do
    if plan.live[layer.number] then parts[#parts + 1] = arrays_of(trainer, layer, name) end
  end
  parts[#parts + 1] = ("\nstatic int %s_predict(const unsigned char *pixels, float *logits)\n{\n")
    :format(name)
  parts[#parts + 1] = ("    static float memory[%s_floats];\n"):format(name)
  parts[#parts + 1] = ("    for (int i = 0; i < %d; i++)\n        memory[%d + i] = (float)pixels[i] / 255;\n")
    :format(size_of(net.image), plan.at[0])
  for _, layer in ipairs(net.layers) do
    if plan.live[layer.number] then parts[#parts + 1] = statement(name, layer, plan) end
  end
  parts[#parts + 1] = "}\n\n#endif\n"
  return table.concat(parts)
end

return csource
