-- reply - what processes say, in every form that is accepted, as results.

local reply = require "ganas.reply"

local function output(text, names) return reply.of_output(text, names or {}) end
local function file(text, names) return reply.of_file(text, names or {}) end
local function failure(text, names)
  local r = output(text, names)
  assert.equal("failed", r.state)
  assert.is_nil(r.score)
  return r.error
end

describe("output", function()
  it("may be a number, JSON or name=value, after anything else", function()
    assert.same({ score = 0.93 }, output "loading\n0.93\n")
    assert.same({ score = 0.93 }, output 'loading\n{"value": 0.93}\n\n')
    assert.same({ score = 0.93 }, output "accuracy=0.93")
    assert.same({ score = 0.93, metrics = { loss = 0.2 } }, output('{"accuracy":0.93,"loss":0.2}', {
      score = "accuracy" }))
    assert.same({ score = 0.5, metrics = { loss = 0.1 } },
      output("epoch 1: value=0.4, loss=0.3\nepoch 2: value = 0.5, loss = 0.1\n"))
    assert.same({ score = -3, cost = 12, metrics = { a = 1 } },
      output '{"status":"ok","value":-3,"metrics":{"a":1},"cost":12}')
  end)

  it("is SMAC's where it has cost and status", function()
    assert.same({ score = -0.5, metrics = { cost = 0.5 } }, output "cost=0.5; status=SUCCESS\n")
    assert.same({ score = -0.5, metrics = { cost = 0.5, runtime = 7 }, cost = 7 },
      output "cost=0.5; runtime=7; status=success")
    assert.equal("status CRASHED", failure "cost=1; status=CRASHED")
    assert.equal("status TIMEOUT", failure "cost=1; status=TIMEOUT")
    assert.equal("status MEMORYOUT", failure "cost=1; status=MEMORYOUT")
    assert.equal("it gave nan as value; expected a finite number", failure "cost=nan; status=SUCCESS")
    assert.same({ score = -0.5 }, output("cost=0.5; status=SUCCESS", { score = "cost" }))
    assert.same({ score = 3, metrics = { cost = 0.5, value = -0.5 } },
      output("cost=0.5; status=SUCCESS; acc=3", { score = "acc" }))
  end)

  it("names the score and the report as the recipe does", function()
    local names = { score = "val", report = "test" }
    assert.same({ score = 1, report = 2, metrics = { loss = 3 } }, output("val=1 test=2 loss=3", names))
    assert.same({ score = 1, metrics = { loss = 3 } }, output("val=1\nloss=3", names))
    assert.equal("no number 'val'; it gave 'loss' and 'test'", failure("test=2 loss=3", names))
  end)

  it("that is no result says so", function()
    assert.equal("it wrote no result; expected value=NUMBER on stdout", failure "")
    assert.equal("it wrote no result; expected value=NUMBER on stdout", failure " \n\n")
    assert.equal("its last line is 'done'; expected JSON, name=value or a number", failure "done\n")
    assert.equal("no number 'value'; it gave 'a' and 'b'", failure "a=1 b=2")
    assert.equal("it gave nan as accuracy; expected a finite number", failure("accuracy=nan", {
      score = "accuracy" }))
    assert.equal("it gave inf as value; expected a finite number", failure "value=inf")
    assert.equal("it gave 'none' as value; expected a finite number", failure "value=none")
    assert.equal("it gave 'Infinity' as value; expected a finite number", failure '{"value":Infinity}')
    assert.equal("it gave '-Infinity' as value; expected a finite number", failure '{"value":-inf}')
    assert.equal("it gave 'NaN' as value; expected a finite number",
      failure '{"note":"[nan, \\" inf","value":-nan,"x":true}')
    assert.same({ score = 1, metrics = { nanny = 2 } }, output '{"value":1,"note":": NaN","nanny":2}')
    assert.equal("its last line is '{\"value\":1'; expected JSON, name=value or a number",
      failure '{"value":1')
  end)
end)

describe("a result file", function()
  it("may be Orion's: the objective is made as small as possible", function()
    assert.same({ score = -0.07, metrics = { loss = 0.07, size = 3 } },
      file '[{"name":"loss","type":"objective","value":0.07},{"name":"size","type":"statistic","value":3}]')
    assert.equal("failed", file('[{"name":"size","type":"statistic","value":null}]').state)
  end)

  it("of Orion's whose objective has the score's name is as good as that is small", function()
    local text = '[{"name":"loss","type":"objective","value":0.07},'
      .. '{"name":"acc","type":"statistic","value":3}]'
    assert.same({ score = -0.07, metrics = { acc = 3 } }, file(text, { score = "loss" }))
    assert.same({ score = 3, metrics = { loss = 0.07, value = -0.07 } }, file(text, { score = "acc" }))
    assert.equal("it gave 'NaN' as value; expected a finite number",
      file('[{"name":"loss","type":"objective","value":NaN}]').error)
  end)

  it("may say that a candidate is infeasible or failed", function()
    assert.same({ state = "infeasible", error = "too wide" },
      file '{"status":"infeasible","error":"too wide"}')
    assert.same({ state = "failed", error = "no memory" }, file '{"status":"error","error":"no memory"}')
    assert.same({ state = "failed", error = "a table" }, file '{"status":"error","error":["no memory"]}')
    assert.same({ state = "failed", error = ("x"):rep(2000) .. " ..." },
      file('{"status":"error","error":"' .. ("x"):rep(3000) .. '"}'))
    assert.same({ state = "failed", error = "its status is 'fine'; expected 'ok', 'infeasible' or 'error'" },
      file '{"status":"fine","value":1}')
  end)

  it("that is torn or odd is a failure, never an error", function()
    for _, text in ipairs { "", "{", "[]", "[1,2]", "null", "true", '"x"', "\0\1\2", '{"value":{}}', '[[]]',
      '{"metrics":7,"value":[]}', ("["):rep(5000) } do
      local r = file(text)
      assert.equal("failed", r.state)
      assert.is_string(r.error)
    end
  end)
end)
