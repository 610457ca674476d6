-- xgboost - the evaluator that asks an XGBoost model of the user's.
--
--   { "xgboost", model = "accuracy.json", features =, score = "accuracy" }
--
-- The model is a file as XGBoost saves it (.json, .ubj or .model), `features` says what it is given of a
-- candidate (ganas.features), `score` what its prediction is called. The library is loaded when a recipe
-- asks for it: Debian's libxgboost0, or the file that GANAS_XGBOOST names.

local core = require "ganas.core"
local data = require "ganas.data"
local features = require "ganas.features"
local message = require "ganas.message"
local schema = require "ganas.schema"

local Model = { kind = "xgboost", repeatable = true }
Model.__index = Model

local FIELDS = {
  { enum = { "xgboost" }, required = true },
  model = { type = "string", required = true, expected = "a model's file, .json, .ubj or .model" },
  features = { type = "any", required = true,
    expected = "a function(arch), the name of the space's features, or a list of measures" },
  score = { type = "string", default = "prediction" },
}

-- ---- the library ----

-- Of xgboost/c_api.h, the same from 1.4 on.
local API = [[
typedef void *ganas_xgb_handle;
void XGBoostVersion(int *major, int *minor, int *patch);
const char *XGBGetLastError(void);
int XGBSetGlobalConfig(const char *json);
int XGBoosterCreate(const ganas_xgb_handle matrices[], uint64_t n, ganas_xgb_handle *out);
int XGBoosterFree(ganas_xgb_handle booster);
int XGBoosterSetParam(ganas_xgb_handle booster, const char *name, const char *value);
int XGBoosterLoadModel(ganas_xgb_handle booster, const char *path);
int XGBoosterGetNumFeature(ganas_xgb_handle booster, uint64_t *out);
int XGBoosterPredictFromDMatrix(ganas_xgb_handle booster, ganas_xgb_handle matrix, const char *config,
                                const uint64_t **shape, uint64_t *dimensions, const float **result);
int XGDMatrixCreateFromMat(const float *data, uint64_t rows, uint64_t columns, float missing,
                           ganas_xgb_handle *out);
int XGDMatrixFree(ganas_xgb_handle matrix);
]]

local NAMES = { "libxgboost.so.0", "libxgboost.so" }
local lib

local function load_library(where)
  local own = os.getenv "GANAS_XGBOOST"
  local why
  lib, why = core.foreign(own and { own } or NAMES, API)
  if lib then return end
  message.user("%s: XGBoost is not here: %s; expected Debian's package (apt-get install libxgboost0), or its "
    .. "library's path in GANAS_XGBOOST", where, why)
end

-- "Check failed: ..." out of a text with the time, a place in XGBoost's source and a stack.
local function reason()
  local text = core.text(lib.XGBGetLastError()):match "^%s*([^\n]*)"
  return (text:gsub("^%[[%d:]+%] ", ""):gsub("^%S+:%d+: ", ""))
end

local function must(code, ...)
  if code ~= 0 then message.user("%s: %s", string.format(...), reason()) end
end

-- ---- the model ----

local function load_model(path)
  local out = core.array("void *", 1)
  must(lib.XGBSetGlobalConfig '{"verbosity": 0}', "XGBoost")
  must(lib.XGBoosterCreate(nil, 0, out), "XGBoost")
  local booster = core.owned(out[0], lib.XGBoosterFree)
  must(lib.XGBoosterLoadModel(booster, path), "%s: XGBoost can't read this model", path)
  must(lib.XGBoosterSetParam(booster, "nthread", "1"), "%s", path)
  return booster
end

local function width_of(booster, path)
  local width = core.array("uint64_t", 1)
  must(lib.XGBoosterGetNumFeature(booster, width), "%s", path)
  return tonumber(width[0])
end

local CONFIG = '{"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, '
  .. '"strict_shape": false}'

-- Predictions of n rows of features as a list.
local function predict(self, rows, n)
  local matrix, shape = core.array("void *", 1), core.array("const uint64_t *", 1)
  local dimensions, result = core.array("uint64_t", 1), core.array("const float *", 1)
  must(lib.XGDMatrixCreateFromMat(rows, n, self.width, 0 / 0, matrix), "%s", self.path)
  local owned, list = core.owned(matrix[0], lib.XGDMatrixFree), {}
  local code = lib.XGBoosterPredictFromDMatrix(self.booster, owned, CONFIG, shape, dimensions, result)
  must(code, "%s", self.path)
  if dimensions[0] > 1 and shape[0][1] > 1 then
    message.user("%s: this model predicts %d numbers; expected one", self.path, tonumber(shape[0][1]))
  end
  for i = 1, n do list[i] = tonumber(result[0][i - 1]) end
  return list
end

-- ---- the evaluator ----

local function version()
  local v = core.array("int", 3)
  lib.XGBoostVersion(v, v + 1, v + 2)
  return ("%d.%d.%d"):format(v[0], v[1], v[2])
end

local function check_score(context, name)
  if not context.score or context.score == name then return end
  message.user("%s: this model's prediction is called %s; expected no other score",
    context.where("evaluate", "score"), message.quote(name))
end

-- The model that a recipe names; as ganas.evaluate.open.
function Model.open(spec, space, context)
  local where = context.where
  local fields = schema.check(spec, FIELDS, where, { "evaluate" })
  check_score(context, fields.score)
  local encode = features.open(fields.features, space, where("evaluate", "features"))
  local path = data.find(fields.model, context, where("evaluate", "model"))
  load_library(where("evaluate", 1))
  local booster = load_model(path)
  return setmetatable({
    space = space, path = path, booster = booster, width = width_of(booster, path), encode = encode,
    score_name = fields.score, where = where("evaluate", "features"), version = version(),
  }, Model)
end

local function put_features(self, arch, rows, i)
  local list = self.encode(arch)
  if #list ~= self.width then
    message.user("%s: %d features, but %s has %d", self.where, #list, self.path, self.width)
  end
  for k, x in ipairs(list) do rows[i * self.width + k - 1] = x end
end

function Model:score(batch, first, n)
  local rows, results = core.array("float", math.max(n, 1) * self.width), {}
  for i = 0, n - 1 do put_features(self, batch:arch(first + i), rows, i) end
  if n == 0 then return results end
  for i, value in ipairs(predict(self, rows, n)) do results[i] = { score = value } end
  return results
end

function Model:describe()
  return ("XGBoost model %s: %d features (XGBoost %s)"):format(self.path, self.width, self.version)
end

Model.FIELDS = FIELDS -- for the stubs of editors

return Model
