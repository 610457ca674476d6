-- data - the order of the places, the subfolders, two hits, and what is said when there is none.

local data = require "ganas.data"
local fs = require "ganas.fs"
local message = require "ganas.message"
local uv = require "luv"

local function refused(...)
  local ok, err = pcall(data.find, ...)
  assert.is_false(ok)
  assert(message.is_user(err), tostring(err))
  return err.text
end

describe("a data file", function()
  local dir, home, before_home, before_data, before_dir

  local function put(path)
    path = fs.join(dir, path)
    fs.mkdir(fs.dirname(path))
    fs.write_atomic(path, "x")
    return path
  end

  before_each(function()
    before_home, before_data, before_dir = os.getenv "HOME", os.getenv "GANAS_DATA", uv.cwd()
    dir = assert(uv.fs_mkdtemp "/tmp/ganas-data-XXXXXX")
    home = fs.join(dir, "home")
    uv.os_setenv("HOME", home)
    uv.os_unsetenv "GANAS_DATA"
    fs.mkdir(fs.join(dir, "work"))
    uv.chdir(fs.join(dir, "work"))
  end)

  after_each(function()
    uv.chdir(before_dir)
    uv.os_setenv("HOME", before_home)
    if before_data then uv.os_setenv("GANAS_DATA", before_data) else uv.os_unsetenv "GANAS_DATA" end
    os.execute("rm -r '" .. dir .. "'")
  end)

  it("is found in each place, the earlier first", function()
    put "home/.local/share/ganas/t.csv"
    assert.equal(fs.join(home, ".local/share/ganas/t.csv"), data.find("t.csv", {}))
    put "work/data/t.csv"
    assert.equal("data/t.csv", data.find("t.csv", {}))
    local named = put "env/t.csv"
    uv.os_setenv("GANAS_DATA", fs.join(dir, "env"))
    assert.equal(named, data.find("t.csv", {}))
    local option = put "option/t.csv"
    assert.equal(option, data.find("t.csv", { data = fs.join(dir, "option") }))
    assert.equal(named, data.find("t.csv", { data = fs.join(dir, "nowhere") }))
  end)

  it("is found in direct subfolders and no deeper", function()
    put "work/data/a/b/t.csv"
    assert.truthy(refused("t.csv", {}):find "^no data file 't.csv'")
    put "work/data/.hidden/t.csv"
    assert.truthy(refused("t.csv", {}):find "^no data file 't.csv'")
    put "work/data/c/t.csv"
    assert.equal("data/c/t.csv", data.find("t.csv", {}))
    assert.equal("data/a/b/t.csv", data.find("a/b/t.csv", {}))
  end)

  it("must not be there twice in one place", function()
    put "work/data/t.csv"
    put "work/data/a/t.csv"
    assert.equal("r.lua:3: 't.csv' is there more than once: 'data/t.csv' and 'data/a/t.csv'; say which "
      .. "by its path",
      refused("t.csv", {}, "r.lua:3"))
    assert.equal("data/a/t.csv", data.find("a/t.csv", {}))
    put "option/t.csv"
    assert.equal(fs.join(dir, "option/t.csv"), data.find("t.csv", { data = fs.join(dir, "option") }))
  end)

  it("is taken as it is written, or beside the recipe", function()
    put "work/data/t.csv"
    put "work/t.csv"
    assert.equal("t.csv", data.find("t.csv", { data = "data" }))
    local beside = put "recipes/u.csv"
    assert.equal(beside, data.find("u.csv", { path = fs.join(dir, "recipes/r.lua") }))
    assert.truthy(refused("u.csv",
      { path = fs.join(dir, "recipes/r.lua"), embedded = true }):find "^no data file")
    assert.equal(beside, data.find(beside, {}))
  end)

  it("beside the recipe comes first, then the current folder, then the places", function()
    local context = { path = fs.join(dir, "recipes/r.lua"), data = fs.join(dir, "option") }
    local option = put "option/t.csv"
    assert.equal(option, data.find("t.csv", context))
    put "work/t.csv"
    assert.equal("t.csv", data.find("t.csv", context))
    local beside = put "recipes/t.csv"
    assert.equal(beside, data.find("t.csv", context))
    context.embedded = true
    assert.equal("t.csv", data.find("t.csv", context))
  end)

  it("is not a folder", function()
    fs.mkdir(fs.join(dir, "work/data/t.csv"))
    assert.truthy(refused("t.csv", {}):find "^no data file")
  end)

  it("that is missing has a list of places", function()
    fs.mkdir(fs.join(dir, "work/data"))
    assert.equal("r.lua:3: no data file 't.csv'; looked in ., --data here (no such folder), ./data, "
      .. "~/.local/share/ganas (no such folder); put it there or name its folder with --data DIR",
      refused("t.csv", { data = "here" }, "r.lua:3"))
    uv.os_setenv("GANAS_DATA", "there")
    assert.equal("no data file 't.csv'; looked in ., GANAS_DATA=there (no such folder), ./data, "
      .. "~/.local/share/ganas (no such folder); put it there or name its folder with --data DIR",
      refused("t.csv", {}))
    assert.truthy(refused("nb201.csv.gz", {}):find("it holds the 15625 cells of NAS-Bench-201", 1, true))
  end)

  it("with a whole path is there or not", function()
    assert.equal("r.lua:3: no file '/no/t.csv'", refused("/no/t.csv", {}, "r.lua:3"))
  end)

  it("needs no home", function()
    uv.os_unsetenv "HOME"
    assert.equal("no data file 't.csv'; looked in ., ./data (no such folder); put it there or name its "
      .. "folder with --data DIR", refused("t.csv", {}))
  end)
end)
