-- finals - the best few are trained for longer before one is the winner; rivals are chosen in the same way.

local program = require "tests.lua.program"

if not program.path then return end

local SIDE, CLASSES = 8, 4

-- Images of four classes: a quarter that is a little brighter than the noise.
local function write_set(folder, name, count)
  local images, labels, state = {}, {}, 7
  for i = 1, count do
    local class = i % CLASSES
    labels[i] = string.char(class)
    for y = 0, SIDE - 1 do
      for x = 0, SIDE - 1 do
        state = (state * 1103515245 + 12345) % 2 ^ 31
        local bright = math.floor(2 * y / SIDE) * 2 + math.floor(2 * x / SIDE) == class
        images[#images + 1] = string.char(math.floor(state / 2 ^ 16) % 200 + (bright and 40 or 0))
      end
    end
  end
  local size = string.char(0, 0, math.floor(count / 256), count % 256)
  folder:write(name .. "-images-idx3-ubyte", "\0\0\8\3" .. size .. "\0\0\0\8\0\0\0\8" .. table.concat(images))
  folder:write(name .. "-labels-idx1-ubyte", "\0\0\8\1" .. size .. table.concat(labels))
end

-- Candidates of 1 to 12 channels: all are asked for, so that random search finds what the search does.
local RECIPE = [[
local space = require "ganas.space"
local CHANNELS = { a = 1, b = 2, c = 4, d = 6, e = 9, f = 12 }
return {
  about = "x", args = { queries = 6, best = 3, rivals = 1 }, search = { method = "random", initial = 6 },
  space = { name = "widths", ops = { "a", "b", "c", "d", "e", "f" }, grow = space.chain(1),
    network = function(arch, net) return net:conv(net.image, CHANNELS[arch.ops[1] ], 3, 2) end },
  evaluate = { "train", data = ".", batch = 16, epochs = 1, confirm = function(args)
    return args.best > 0 and { budget = 6, best = args.best } or nil
  end },
  done = function(run)
    for _, arch in ipairs(run:best(6)) do print("best", arch, arch.score, arch.screened) end
    local rivals = run.plan.args.rivals == 1
    require("ganas.finals").report(run, { retrain = 6, rivals = rivals, hand = { "b", "c" } })
  end,
}
]]

describe("after a search that trains", function()
  local folder
  setup(function()
    folder = program.folder { ["r.lua"] = RECIPE }
    write_set(folder, "train", 480)
    write_set(folder, "t10k", 200)
  end)
  teardown(function() folder:remove() end)

  local function run(line)
    local code, out, err = folder:run(line .. " --quiet")
    assert.same({ 0, "" }, { code, err })
    return out
  end

  -- Rows of the table: name, scores after one epoch and six, test accuracy, parameters.
  local function rows_of(out)
    local rows = {}
    local row = "\n *(%a[%w ]-)%s+([%d.]+)%s+([%d.]+)%s+([%d.]+)%s+(%d+)%s+%d+%s+[%d.]+%f[\n]"
    for name, short, long, test, params in out:gmatch(row) do
      rows[#rows + 1] = { name = name, short = tonumber(short), long = tonumber(long), test = tonumber(test),
        params = tonumber(params) }
    end
    return rows
  end

  -- What run:best says: architectures in order, the score of each, and what it was before.
  local function best_of(out)
    local list = {}
    for arch, score, before in out:gmatch "best\t(%a)\t([%d.]+)\t(%S+)" do
      list[#list + 1] = { arch = arch, score = tonumber(score), before = tonumber(before) }
    end
    return list
  end

  it("the best few are trained for longer, and the best of those is the winner", function()
    local out = run "r.lua rivals=0 --out few"
    local best, alone = best_of(out), best_of(run "r.lua rivals=0 best=0 --out none")
    assert.equal(6, #best)
    local first = {}
    for i = 1, 3 do
      first[i] = alone[i].arch .. alone[i].score
      assert.is_nil(alone[i].before)
      assert.is_nil(best[i + 3].before)
      assert.is_true(i == 1 or best[i].score <= best[i - 1].score)
    end
    local chosen = {}
    for i = 1, 3 do chosen[i] = best[i].arch .. best[i].before end
    table.sort(first)
    table.sort(chosen)
    assert.same(first, chosen)
    assert.truthy(out:find "\nconfirmed at 6 epochs:\n1  val_acc ")
    local rows = rows_of(out)
    assert.equal(1, #rows)
    assert.is_true(math.abs(best[1].score - rows[1].long) < 0.01)
    assert.is_true(math.abs(best[1].before - rows[1].short) < 0.01)
    assert.equal(best[1].arch .. "\n", folder:read "few/winner/arch.txt")
    assert.equal(3, select(2, folder:read("few/journal.jsonl"):gsub('"state":"done"[^\n]-"budget":6,', "")))
  end)

  it("rivals are chosen in the same way, and the best as small as the one made by hand is shown", function()
    local out = run "r.lua --out all"
    local rows = rows_of(out)
    local names = {}
    for i, row in ipairs(rows) do names[i] = row.name end
    local hand = rows[3]
    assert.same({ "found by the search", ("with at most %d params"):format(hand.params),
      "best of 2 made by hand", "best of 6 random ones" }, names)
    assert.is_true(rows[1].params > hand.params)
    assert.is_true(rows[2].params <= hand.params)
    assert.is_true(rows[2].long >= hand.long) -- it has those made by hand to choose from, too
    rows[4].name = rows[1].name
    assert.same(rows[1], rows[4])
    assert.equal(out:match "\naccuracy.*", run("resume all"):match "\naccuracy.*")
  end)

  it("Ctrl-C ends the comparison, and `resume` does it again", function()
    folder:write("long.lua", (RECIPE:gsub("retrain = 6", "retrain = 1e5")))
    os.execute("cd " .. folder.path .. "\n"
      .. folder:command("long.lua best=0 --quiet --out long >said 2>&1 & pid=$!", "exec env") .. [[;
      while ! grep -qs 'the run is in' said && kill -0 $pid; do sleep 0.05; done
      kill -INT $pid; wait $pid; echo $? >code]])
    assert.equal("130\n", folder:read "code")
    assert.equal("interrupted before the test; 'ganas-lua resume long' does it again",
      folder:read("said"):match "(interrupted[^\n]*)\n$")
  end)

  it("`check` says that the best are evaluated again", function()
    local again = "evaluated again, at 6 epochs, to say which is the best"
    assert.truthy(run("check r.lua"):find("then the best 3 are " .. again, 1, true))
    assert.truthy(run("check r.lua best=1"):find("then the best one is " .. again, 1, true))
    assert.is_nil(run("check r.lua best=0"):find "evaluated again")
  end)
end)
