-- gallery - labelled sets of images as folders of pictures, one file each: PNG, PGM, PPM, PNM.
--
--   SET/train/CLASS/*.png    SET/test/CLASS/*.png
--
-- Classes are numbered by the order of their names, bytes compared. The images of a part are its classes'
-- first ones, their second ones and so on, again in the order of names, so that a beginning has all classes.

local core = require "ganas.core"
local fs = require "ganas.fs"
local message = require "ganas.message"

local lib = core.lib

local gallery = {}

local READ = { png = true, pgm = true, ppm = true, pnm = true }
local OTHER = { pbm = true, jpg = true, jpeg = true, gif = true, bmp = true, tif = true, tiff = true,
  webp = true }
local CLASSES = 256

-- Whether a folder is such a set.
function gallery.is_in(folder) return fs.is_dir(fs.join(folder, "train")) end

-- ---- what there is ----

local function ending(name) return (name:match "%.([^.]*)$" or ""):lower() end

local function visible(folder, wanted)
  local names = {}
  for _, name in ipairs(fs.list(folder)) do
    if name:sub(1, 1) ~= "." and wanted(fs.join(folder, name)) then names[#names + 1] = name end
  end
  return names
end

local function classes_of(folder) return visible(folder, fs.is_dir) end

local function files_of(folder)
  return visible(folder, function(path) return READ[ending(path)] and fs.is_file(path) end)
end

-- Every folder and picture of a set: all that would be read.
function gallery.paths(folder)
  local paths = {}
  for _, part in ipairs { "train", "test" } do
    local place = fs.join(folder, part)
    if fs.is_dir(place) then paths[#paths + 1] = place end
    for _, class in ipairs(classes_of(place)) do
      local within = fs.join(place, class)
      paths[#paths + 1] = within
      for _, name in ipairs(files_of(within)) do paths[#paths + 1] = fs.join(within, name) end
    end
  end
  return paths
end

-- A picture that nobody reads would be missed only later.
local function check_class(folder, names)
  for _, name in ipairs(visible(folder, fs.is_file)) do
    if OTHER[ending(name)] then
      message.user("%s is not read; expected PNG, PGM or PPM", message.quote(fs.join(folder, name)))
    end
  end
  if #names == 0 then
    message.user("no pictures in the folder %s; expected files *.png, *.pgm, *.ppm or *.pnm",
      message.quote(folder))
  end
end

local function check_classes(folder, names)
  if #names == 0 then
    message.user("no folders in %s; expected one for each class, with its pictures", message.quote(folder))
  end
  if #names > CLASSES then
    message.user("%d folders in %s; expected at most %d classes", #names, message.quote(folder), CLASSES)
  end
end

local function number_of(names)
  local number = {}
  for i, name in ipairs(names) do number[name] = i - 1 end
  return number
end

-- The pictures of the classes: lists { label =, folder =, names = }; the names of the classes.
local function list(folder, known)
  if not fs.is_dir(folder) then message.user("no folder %s", message.quote(folder)) end
  local names, found = classes_of(folder), {}
  check_classes(folder, names)
  local number = number_of(known or names)
  for i, name in ipairs(names) do
    local place = fs.join(folder, name)
    if not number[name] then
      message.user("in %s: %s", message.quote(folder), message.unknown("class", name, known))
    end
    found[i] = { label = number[name], folder = place, names = files_of(place) }
    check_class(place, found[i].names)
  end
  return found, known or names
end

-- The first of each class, the second of each class, ...: lists of paths and labels.
local function in_turn(classes)
  local paths, labels, j, before = {}, {}, 0, -1
  while #paths > before do
    before, j = #paths, j + 1
    for _, class in ipairs(classes) do
      if class.names[j] then
        paths[#paths + 1], labels[#labels + 1] = fs.join(class.folder, class.names[j]), class.label
      end
    end
  end
  return paths, labels
end

-- ---- reading ----

local function shape_of(path)
  local shape = core.int32(3)
  core.check(lib.ganas_images_shape(path, shape))
  return { shape[0], shape[1], shape[2] }
end

local function start(count, shape, classes)
  if count * shape[1] * shape[2] * shape[3] > 2 ^ 30 then
    message.user("%d pictures of %d x %d x %d; expected at most 1 GB of them", count, unpack(shape))
  end
  local view = core.struct("ganas_images_view", nil, {
    count = count, channels = shape[1], height = shape[2], width = shape[3], classes = classes })
  return core.new("ganas_images", lib.ganas_images_new, lib.ganas_images_free, view)
end

-- One part of a set: the core's handle, and the names of the classes. Where `like` is given, another part
-- with its `names` and `shape`, classes and shape must be those.
function gallery.open(folder, part, like)
  local classes, names = list(fs.join(folder, part), like and like.names)
  local paths, labels = in_turn(classes)
  local handle = start(#paths, like and like.shape or shape_of(paths[1]), #names)
  for i, path in ipairs(paths) do core.check(lib.ganas_images_read(handle, i - 1, path, labels[i])) end
  return handle, names
end

return gallery
