-- images - labelled sets of images: a folder of IDX files, as MNIST and those like it have them.
--
--   train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte, or .gz
--
-- A set by name is looked for in the data folders and in /usr/share/datasets, where Debian's packages are. Of
-- every six images of the first two files, five are to train with and the sixth is to validate with.

local core = require "ganas.core"
local data = require "ganas.data"
local fs = require "ganas.fs"
local message = require "ganas.message"
local sandbox = require "ganas.sandbox"

local lib = core.lib
local Images = core.class("set of images", lib.ganas_images_free)

local DEBIAN = "/usr/share/datasets"
local EVERY = 6 -- of so many images the last is to validate with
local PARTS = { train = "train", test = "t10k" }
local KINDS = { "images-idx3-ubyte", "labels-idx1-ubyte" }

local function file_of(folder, name)
  for _, ending in ipairs { "", ".gz" } do
    local path = fs.join(folder, name .. ending)
    if fs.is_file(path) then return path end
  end
end

local function has_images(folder) return file_of(folder, "train-images-idx3-ubyte") ~= nil end

-- A stranger's recipe reads images below this folder and where data files are, nothing else.
local function check_inside(name, where)
  local what = "the folder of images " .. message.quote(name)
  if not sandbox.inside(name) then sandbox.refuse(where, what .. " is elsewhere") end
  for _, part in pairs(sandbox.active() and PARTS or {}) do -- order can't matter: all are held to the same
    for _, kind in ipairs(KINDS) do
      local path = file_of(name, part .. "-" .. kind)
      if path and not data.within(path, ".") then sandbox.refuse(where, what .. " leads elsewhere") end
    end
  end
end

-- The folder of a set: a path, or a name in one of the places.
local function find(name, context, where)
  check_inside(name, where)
  local places = { { label = name, path = name } }
  if name:sub(1, 1) ~= "/" then
    for _, place in ipairs(data.places(context)) do
      places[#places + 1] = { label = place.label, path = fs.join(place.path, name) }
    end
    places[#places + 1] = { label = DEBIAN, path = fs.join(DEBIAN, name) }
  end
  local looked = {}
  for i, place in ipairs(places) do
    if has_images(place.path) then return place.path end
    looked[i] = i > 1 and place.label or nil
  end
  table.remove(looked, 1)
  message.user("%s: no images %s (train-images-idx3-ubyte and so on, or .gz); looked in %s%s", where,
    message.quote(name), table.concat({ name, unpack(looked) }, ", "),
    name == "fashion-mnist" and "; Debian's package is dataset-fashion-mnist" or "")
end

-- One part, "train" or "test", of a set.
function Images.open_part(folder, part)
  local paths = {}
  for i, kind in ipairs(KINDS) do
    local name = PARTS[part] .. "-" .. kind
    paths[i] = file_of(folder, name)
    if not paths[i] then message.user("no file %s", message.quote(fs.join(folder, name))) end
  end
  local handle = core.new("ganas_images", lib.ganas_images_open, lib.ganas_images_free, paths[1], paths[2])
  local view = core.images_view(handle)
  return setmetatable({ handle = handle, count = view.count, classes = view.classes, label = view.label,
    pixel = view.pixel, shape = { view.channels, view.height, view.width }, paths = paths }, Images)
end

-- The folder of the set that a recipe names.
Images.find = find

-- The numbers of the images to train with (at most `most`) and to validate with, from a whole part.
function Images:split(most)
  local train, valid = {}, {}
  for i = 0, self.count - 1 do
    local list = i % EVERY == EVERY - 1 and valid or train
    list[#list + 1] = i
  end
  for i = #train, (most or #train) + 1, -1 do train[i] = nil end
  return train, valid
end

return Images
