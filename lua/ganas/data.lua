-- data - where data files are.
--
-- A path that exists beside the recipe, or from the current folder, is taken as it is. Otherwise the file
-- is looked for in the places below, in this order; in each, directly and in its direct subfolders.
-- The first place that has it wins; two files of that name in one place are an error.

local fs = require "ganas.fs"
local library = require "ganas.library"
local message = require "ganas.message"
local sandbox = require "ganas.sandbox"
local uv = require "luv"

local data = {}

-- What the files are that shipped recipes ask for.
local KNOWN = {
  ["nb101_test108.csv.gz"] = "the 423624 cells of NAS-Bench-101 with their mean test accuracy",
  ["nb101_hash64.u64"] = "the hashes of NAS-Bench-101's cells, in the order of nb101_test108.csv.gz",
  ["nb101_val_subset.csv.gz"] = "validation accuracies of 30001 cells of NAS-Bench-101",
  ["nb301_distilled_xgb.json"] = "an XGBoost model fitted to cells that NAS-Bench-301 has labelled",
  ["nb201_hwnas.csv.gz"] = "latency and energy of the cells of NAS-Bench-201 on six devices, one row each "
    .. "(HW-NAS-Bench, from github.com/GATECH-EIC/HW-NAS-Bench)",
  ["nb201.csv.gz"] = "the 15625 cells of NAS-Bench-201, one row each (from github.com/D-X-Y/NATS-Bench)",
}

-- The places in the order of the search: { label = what to call it, path = folder }.
function data.places(context)
  local places = {}
  local function add(label, path)
    if path and path ~= "" then places[#places + 1] = { label = label, path = path } end
  end
  add("--data " .. tostring(context.data), context.data)
  add("GANAS_DATA=" .. tostring(os.getenv "GANAS_DATA"), os.getenv "GANAS_DATA")
  add("./data", "data")
  add("~/.local/share/ganas", fs.home ".local/share/ganas")
  return places
end

local function hits(place, file)
  local found = {}
  local function try(path)
    if fs.is_file(path) then found[#found + 1] = path end
  end
  try(fs.join(place, file))
  for _, name in ipairs(fs.list(place)) do
    local folder = fs.join(place, name)
    if name:sub(1, 1) ~= "." and fs.is_dir(folder) then try(fs.join(folder, file)) end
  end
  return found
end

local function as_given(file, context)
  local folder = file:sub(1, 1) ~= "/" and library.own_folder(context)
  local beside = folder and fs.join(folder, file)
  if beside and fs.is_file(beside) then return beside end
  if fs.is_file(file) then return file end
end

-- Whether what a path leads to is below a folder, links followed.
function data.within(path, folder)
  local real, base = uv.fs_realpath(path), uv.fs_realpath(folder)
  return real and base and real:sub(1, #base + 1) == base:gsub("/$", "") .. "/"
end

-- A stranger's recipe reads plain files beside itself and where data files are, nothing else.
local function check_path(path, file, context, where)
  if not sandbox.active() then return end
  local stat, beside = uv.fs_stat(path), fs.dirname(context.path or "")
  local own = path == file or path == fs.join(beside, file)
  if stat.type ~= "file" or own and not (data.within(path, ".") or data.within(path, beside)) then
    message.user("%s%s is no plain file below the folder of the recipe; --sandbox reads no other", where,
      message.quote(file))
  end
end

local function missing(file, context, where)
  local folder = library.own_folder(context)
  local looked = { folder or ".", folder and "." or nil }
  local near = folder and fs.near(fs.join(folder, file)) or fs.near(file)
  for _, place in ipairs(data.places(context)) do
    looked[#looked + 1] = place.label .. (fs.is_dir(place.path) and "" or " (no such folder)")
  end
  local known = KNOWN[fs.basename(file)]
  if near then near = "; did you mean " .. message.quote(fs.basename(near)) .. "?" end
  message.user("%sno data file %s%s looked in %s%s; put it there or name its folder with --data DIR", where,
    message.quote(file), near or ";", table.concat(looked, ", "), known and "; it holds " .. known or "")
end

local function look(file, context, where)
  local given = as_given(file, context)
  if given then return given end
  if file:sub(1, 1) == "/" then message.user("%sno file %s", where, message.quote(file)) end
  for _, place in ipairs(data.places(context)) do
    local found = hits(place.path, file)
    if #found > 1 then
      message.user("%s%s is there more than once: %s; say which by its path", where,
        message.quote(file), message.names(found, "and"))
    end
    if found[1] then return found[1] end
  end
  return missing(file, context, where)
end

-- The path of a data file. `context` is the plan: `data` (--data), `path` (the recipe's). `where`,
-- if given, is the "file:line" that asks for it. What is found is noted in the plan's `files`. A user error
-- says where it was looked for and how to get it.
function data.find(file, context, where)
  local place = where and where .. ": " or ""
  if not sandbox.inside(file) then
    message.user("%sthe file %s is elsewhere; --sandbox reads what is below the recipe's folder or where "
      .. "data files are", place, message.quote(file))
  end
  local path = look(file, context, place)
  check_path(path, file, context, place)
  if context.files then context.files[path] = true end
  return path
end

return data
