-- images - labelled sets of images: a folder of IDX files, as MNIST and those like it have them, or of
-- pictures.
--
--   train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte, or .gz
--   train/CLASS/*.png, test/CLASS/*.png (ganas.gallery)
--
-- A set by name is looked for in the data folders and in /usr/share/datasets, where Debian's packages are. Of
-- every six images of the part "train" five are to train with and the sixth is to validate with; pictures are
-- counted class by class.

local core = require "ganas.core"
local data = require "ganas.data"
local fs = require "ganas.fs"
local gallery = require "ganas.gallery"
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

local function has_files(folder) return file_of(folder, "train-images-idx3-ubyte") ~= nil end

local function has_images(folder) return has_files(folder) or gallery.is_in(folder) end

-- The IDX files and pictures of a folder, whichever there are.
local function paths_in(folder)
  local paths = gallery.paths(folder)
  for _, part in pairs(PARTS) do -- order can't matter: all are held to the same
    for _, kind in ipairs(KINDS) do paths[#paths + 1] = file_of(folder, part .. "-" .. kind) end
  end
  return paths
end

-- A stranger's recipe reads images below this folder and where data files are, nothing else.
local function check_inside(name, where)
  local what = "the folder of images " .. message.quote(name)
  if not sandbox.inside(name) then sandbox.refuse(where, what .. " is elsewhere") end
  for _, path in ipairs(sandbox.active() and paths_in(name) or {}) do
    if not data.within(path, ".") then sandbox.refuse(where, what .. " leads elsewhere") end
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
  message.user("%s: no images %s (train-images-idx3-ubyte and so on, or .gz; or train/CLASS/*.png, *.pgm, "
    .. "*.ppm and test/CLASS); looked in %s%s", where,
    message.quote(name), table.concat({ name, unpack(looked) }, ", "),
    name == "fashion-mnist" and "; Debian's package is dataset-fashion-mnist" or "")
end

-- ---- opening ----

local function open_files(folder, part)
  local paths = {}
  for i, kind in ipairs(KINDS) do
    local name = PARTS[part] .. "-" .. kind
    paths[i] = file_of(folder, name)
    if not paths[i] then message.user("no file %s", message.quote(fs.join(folder, name))) end
  end
  return core.new("ganas_images", lib.ganas_images_open, lib.ganas_images_free, paths[1], paths[2]), paths
end

local function in_words(images)
  local c, h, w = unpack(images.shape)
  return ("%d x %d x %d (channels, height, width) and %d classes"):format(c, h, w, images.classes)
end

local function check_like(self, like)
  for i = 1, 3 do
    if self.shape[i] ~= like.shape[i] or self.classes > like.classes then
      message.user("the test images in %s are of %s; expected %s, as to train with",
        message.quote(self.folder), in_words(self), in_words(like))
    end
  end
end

local function open(folder, part, like)
  local self = setmetatable({ folder = folder }, Images)
  if has_files(folder) then self.handle, self.paths = open_files(folder, part)
  else self.handle, self.names = gallery.open(folder, part, like) end
  local view = core.images_view(self.handle)
  self.count, self.classes, self.label, self.pixel = view.count, view.classes, view.label, view.pixel
  self.shape = { view.channels, view.height, view.width }
  if like then check_like(self, like) end
  return self
end

-- One part, "train" or "test", of a set. `where` is the place in the recipe that names it; what is to be
-- compared with another part is held to that, `like`.
function Images.open_part(folder, part, where, like)
  local ok, result = pcall(open, folder, part, like)
  if ok then return result end
  error(message.is_user(result) and message.prefixed(where .. ": ", result) or result, 0)
end

-- The folder of the set that a recipe names.
Images.find = find

-- ---- a part ----

-- Notes what was read among the files that a run depends on: path -> true, or what gives the digest.
function Images:note(files)
  for _, path in ipairs(self.paths or {}) do files[path] = true end
  if self.names then files[self.folder] = function() return self:digest() end end
end

-- "bytes:digest" of pixels and labels.
function Images:digest()
  local bytes = self.count * self.shape[1] * self.shape[2] * self.shape[3]
  local pixels = core.md5(core.cast_text(self.pixel), bytes)
  return ("%.0f:%s"):format(bytes, core.md5(pixels .. core.md5(core.cast_text(self.label), self.count)))
end

-- The numbers of the images to train with (at most `most`) and to validate with, from a whole part.
function Images:split(most)
  local train, valid, seen = {}, {}, {}
  for i = 0, self.count - 1 do
    local class = self.names and self.label[i] or 0
    seen[class] = (seen[class] or 0) + 1
    local list = seen[class] % EVERY == 0 and valid or train
    list[#list + 1] = i
  end
  for i = #train, (most or #train) + 1, -1 do train[i] = nil end
  return train, valid
end

return Images
