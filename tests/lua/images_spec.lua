-- images - sets as folders of pictures: what is read and in which order, the split, what is refused; a search
-- that trains on such a set, goes on with it, and notices that it has changed.

local Images = require "ganas.images"
local core = require "ganas.core"
local fs = require "ganas.fs"
local program = require "tests.lua.program"
local support = require "tests.lua.support"
local uv = require "luv"

local folder

-- Two rows of two: 1 2, 3 4.
local PNG = "89504e470d0a1a0a0000000d494844520000000200000002080000000057dd52f80000000e4944415478da6360646260"
  .. "660100001d000b10dd1c700000000049454e44ae426082"

-- A file of the set, with what is in it.
local function put(name, text)
  local path = fs.join(folder, name)
  fs.mkdir(fs.dirname(path))
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function grey(value) return "P5 2 2 255\n" .. string.char(value):rep(4) end

-- A class of n pictures of one grey each, first, first + 1, ...
local function put_class(name, n, first)
  for i = 1, n do put(("%s/%03d.pgm"):format(name, i), grey(first + i - 1)) end
end

before_each(function()
  folder = fs.mkdir_temporary()
end)

after_each(function() fs.remove_tree(folder) end)

local function open(part, like) return Images.open_part(folder, part or "train", "r.lua:1", like) end

local function refused(...)
  return (support.refused(open, ...):gsub(folder:gsub("%p", "%%%0"), "SET"))
end

local function list_of(images, what)
  local list = {}
  local step = what == "pixel" and images.count and 4 or 1
  for i = 0, images.count - 1 do list[i + 1] = images[what][i * step] end
  return list
end

describe("a folder of pictures", function()
  it("has its classes in turn, in the order of names", function()
    put_class("train/b", 1, 20)
    put_class("train/B", 2, 30)
    put_class("train/a", 3, 10)
    put("train/README", "no picture")
    put("train/a/notes.txt", "no picture")
    put("train/a/.hidden.png", "no picture")
    local images = open()
    assert.same({ "B", "a", "b" }, images.names)
    assert.same({ 0, 1, 2, 0, 1, 1 }, list_of(images, "label"))
    assert.same({ 30, 10, 20, 31, 11, 12 }, list_of(images, "pixel"))
    assert.same({ 1, 2, 2 }, images.shape)
    assert.equal(3, images.classes)
  end)

  it("takes each kind of file, by what is in it", function()
    put("train/a/1.PNG", (PNG:gsub("..", function(hex) return string.char(tonumber(hex, 16)) end)))
    put("train/a/2.pnm", "P2 2 2 255 5 6 7 8")
    put("train/a/3.ppm", "P5 2 2 255\n\9\10\11\12")
    local images = open()
    assert.same({ 1, 5, 9 }, list_of(images, "pixel"))
  end)

  it("has channels one after another", function()
    put("train/a/1.ppm", "P6 2 1 255\nrgbRGB")
    local images = open()
    assert.same({ 3, 1, 2 }, images.shape)
    assert.equal("rRgGbB", core.text(core.cast_text(images.pixel), 6))
  end)

  it("is split class by class", function()
    put_class("train/a", 13, 0)
    put_class("train/b", 6, 100)
    local images = open()
    local train, valid = images:split(5)
    local function names(list)
      local greys = {}
      for i, k in ipairs(list) do greys[i] = images.pixel[4 * k] end
      return greys
    end
    assert.same({ 5, 105, 11 }, names(valid))
    assert.same({ 0, 100, 1, 101, 2 }, names(train))
    assert.equal(16, #images:split())
  end)

  it("is tested with the classes that it was trained with", function()
    put_class("train/a", 1, 0)
    put_class("train/cat", 1, 0)
    put_class("test/cat", 2, 0)
    local images = open()
    assert.same({ 1, 1 }, list_of(open("test", images), "label"))
    put_class("test/cut", 1, 0)
    assert.equal("r.lua:1: in 'SET/test': unknown class 'cut'; did you mean 'cat'?", refused("test", images))
    fs.remove_tree(fs.join(folder, "test"))
    assert.equal("r.lua:1: no folder 'SET/test'", refused("test", images))
    put("test/cat/1.pgm", "P5 1 1 255\n ")
    assert.equal("r.lua:1: SET/test/cat/1.pgm: a grey picture of 1 rows and 1 columns; expected a grey "
      .. "picture of 2 rows and 2 columns, as the first of the set is", refused("test", images))
  end)

  it("is told by its place what is wrong with it", function()
    fs.mkdir(fs.join(folder, "train"))
    assert.equal("r.lua:1: no folders in 'SET/train'; expected one for each class, with its pictures",
      refused())
    fs.mkdir(fs.join(folder, "train/a"))
    assert.equal("r.lua:1: no pictures in the folder 'SET/train/a'; expected files *.png, *.pgm, *.ppm or "
      .. "*.pnm", refused())
    put_class("train/a", 2, 0)
    put("train/b/1.pgm", "P6 2 2 255\nabcdefghijkl")
    assert.equal("r.lua:1: SET/train/b/1.pgm: a picture in colours of 2 rows and 2 columns; expected a grey "
      .. "picture of 2 rows and 2 columns, as the first of the set is", refused())
    put("train/b/1.pgm", "P5 2 2 255\nab")
    assert.equal("r.lua:1: SET/train/b/1.pgm: byte 13: the file ends here; expected 2 bytes more", refused())
    put("train/b/2.jpeg", "x")
    assert.equal("r.lua:1: 'SET/train/b/2.jpeg' is not read; expected PNG, PGM or PPM", refused())
  end)

  it("has 256 classes at most, and 1 GB", function()
    for i = 1, 257 do fs.mkdir(fs.join(folder, "train/" .. i)) end
    assert.equal("r.lua:1: 257 folders in 'SET/train'; expected at most 256 classes", refused())
    for i = 1, 257 do fs.remove_tree(fs.join(folder, "train/" .. i)) end
    local wide = "P5 4096 4096 255\n" .. ("x"):rep(4096 * 4096)
    put("train/a/1.pgm", wide)
    local first = fs.join(folder, "train/a/1.pgm")
    for i = 2, 65 do assert(uv.fs_link(first, fs.join(folder, ("train/a/%d.pgm"):format(i)))) end
    assert.equal("r.lua:1: 65 pictures of 1 x 4096 x 4096; expected at most 1 GB of them", refused())
  end)
end)

describe("IDX files", function()
  it("are tested with images of the same shape", function()
    for _, part in ipairs { "train", "t10k" } do
      local height = part == "train" and 2 or 1
      put(part .. "-images-idx3-ubyte", "\0\0\8\3\0\0\0\2\0\0\0" .. string.char(height) .. "\0\0\0\2"
        .. ("x"):rep(4 * height))
      put(part .. "-labels-idx1-ubyte", "\0\0\8\1\0\0\0\2\0\1")
    end
    assert.equal("r.lua:1: the test images in 'SET' are of 1 x 1 x 2 (channels, height, width) and 2 "
      .. "classes; expected 1 x 2 x 2 (channels, height, width) and 2 classes, as to train with",
      refused("test", open()))
  end)
end)

describe("a search on a folder of pictures", function()
  if not program.path then return pending "needs the host" end
  local work

  before_each(function()
    work = program.folder { ["r.lua"] = [[
      return { about = "x", args = { queries = 4 }, search = { initial = 2 },
        space = { name = "toy", ops = { "a", "b" }, grow = require("ganas.space").chain(3),
          network = function(arch, net) return net:conv(net.image, arch.ops[1] == "a" and 3 or 4, 3, 2) end },
        evaluate = { "train", data = "set", batch = 16 },
        done = function(run) require("ganas.finals").report(run, { retrain = 1 }) end }
    ]] }
    fs.remove_tree(folder)
    folder = fs.join(work.path, "set")
    for _, part in ipairs { "train", "test" } do
      put_class(part .. "/dark", 12, 0)
      put_class(part .. "/light", 12, 200)
    end
  end)
  after_each(function() work:remove() end)

  it("trains, tests, and goes on as long as the pictures are the same", function()
    local code, out, err = work:run "r.lua --quiet --out r"
    assert.same({ 0, "" }, { code, err })
    assert.matches("r: 4 candidates evaluated", out)
    assert.matches("found by the search +[%d.]+ +[%d.]+ +[%d.]+", out)
    assert.matches('"files":{"set":"96:%x+"}', work:read "r/journal.jsonl")
    assert.equal(0, (work:run "resume r"))
    put("train/dark/001.pgm", grey(1))
    code, out, err = work:run "resume r"
    assert.same({ 1, "" }, { code, out })
    assert.matches("the file 'set' has changed", err)
  end)

  it("says what it is about, and that a class of less than six validates nothing", function()
    local _, out = work:run "check r.lua"
    assert.matches("training on 20 images of set for 1 epochs, judged by 4 others", out)
    put_class("train/extra", 5, 100)
    assert.equal(0, (work:run "check r.lua"))
    for i = 6, 12 do
      os.remove(fs.join(folder, ("train/dark/%03d.pgm"):format(i)))
      os.remove(fs.join(folder, ("train/light/%03d.pgm"):format(i)))
    end
    put_class("train/more", 5, 100)
    local code, _, err = work:run "check r.lua"
    assert.same({ 1, "r.lua:4: set has no images to validate with; expected six of a class, of which that is "
      .. "the sixth\n" }, { code, err })
  end)

  it("reads nothing that leads elsewhere with --sandbox", function()
    local code, out, err = work:run "check r.lua --sandbox"
    assert.same({ 0, "" }, { code, err })
    assert.matches("training on 20 images", out)
    assert(uv.fs_symlink("/etc/passwd", fs.join(folder, "test/light/x.png")))
    code, out, err = work:run "check r.lua --sandbox"
    assert.same({ 1, "r.lua:4: the folder of images 'set' leads elsewhere; --sandbox allows none of that\n",
      "" }, { code, err, out })
  end)
end)
