-- bench - `ganas-lua bench`: times the workloads here and now, beside the peak of the machine.
--
-- Each case is done once to count its matrix products (core/src/bench.h says what counts), then again and
-- again for its share of the time; one that takes seconds is done no second time. The speed is that of the
-- best repetition. The peak is measured at the start, in the same way.

local Threads = require "ganas.threads"
local core = require "ganas.core"
local cpu = require "ganas.cpu"
local json = require "ganas.json"
local message = require "ganas.message"
local sorted = require "ganas.sorted"
local uv = require "luv"
local workload = require "ganas.workload"

local lib = core.lib
local bench = {}

local WHOLE = 36    -- seconds for all cases
local LONGEST = 1   -- for one
local PEAK = 0.4    -- to measure a peak

-- ---- arguments ----

local ARGUMENTS = {
  width = { default = { 32, 64, 128 }, least = 8, most = 256, step = 8,
    expected = "multiples of 8 from 8 to 256" },
  nodes = { default = { 7, 24 }, least = 4, most = 64, step = 1, expected = "whole numbers from 4 to 64" },
  threads = { default = { 1, 2 }, least = 1, most = 64, step = 1, expected = "whole numbers from 1 to 64" },
  size = { least = 1, most = 10000000, step = 1, expected = "whole numbers from 1 to 10000000" },
  seconds = { least = 0, most = 60, step = 0, expected = "seconds for each case, at most 60" },
}

local function read_number(name, text, rule)
  local value = tonumber(text)
  local fits = value and value >= rule.least and value <= rule.most
  if not fits or rule.step > 0 and value % rule.step ~= 0 then
    message.usage("argument %s is %s; expected %s", message.quote(name), message.quote(text), rule.expected)
  end
  return value
end

local function read_list(name, text)
  local rule, list = ARGUMENTS[name], {}
  if not rule then message.usage("%s", message.unknown("argument", name, sorted.keys(ARGUMENTS))) end
  for part in (text .. ","):gmatch "([^,]*)," do list[#list + 1] = read_number(name, part, rule) end
  return list
end

-- name -> list of numbers, from the texts of the command line.
local function read_arguments(texts)
  local lists = {}
  for name, rule in sorted(ARGUMENTS) do lists[name] = rule.default end
  for name, text in sorted(texts) do lists[name] = read_list(name, text) end
  return lists
end

local function works_named(name)
  local names = {}
  for i, work in ipairs(workload.list) do
    names[i] = work.name
    if work.name == name then return { work } end
  end
  if name then message.usage("%s", message.unknown("work", name, names)) end
  return workload.list
end

-- ---- cases ----

local function check_size(work, size)
  if size >= (work.least or 1) then return end
  message.usage("argument 'size' is '%d'; expected at least %d for '%s'", size, work.least, work.name)
end

-- Every case of a work, the last list running fastest.
local function add_cases(cases, work, lists)
  for _, size in ipairs(lists.size or work.sizes) do
    check_size(work, size)
    for _, width in ipairs(work.wide and lists.width or { false }) do
      for _, nodes in ipairs(lists.nodes) do
        for _, threads in ipairs(work.threaded and lists.threads or { 1 }) do
          for _, kind in ipairs(work.kinds or { false }) do
            cases[#cases + 1] = { work = work, size = size, width = width, nodes = nodes, threads = threads,
              kind = kind }
          end
        end
      end
    end
  end
end

-- The cases that a command line asks for: `work` (nil: all), texts by name; and seconds for each, nil
-- where it doesn't say.
function bench.cases(name, texts)
  local cases, lists = {}, read_arguments(texts)
  for _, work in ipairs(works_named(name)) do add_cases(cases, work, lists) end
  return cases, lists.seconds and lists.seconds[1]
end

-- ---- measuring ----

local function now() return uv.hrtime() * 1e-3 end -- microseconds

-- Does the work once; microseconds, and floating-point operations of its matrix products.
local function count(run)
  lib.ganas_bench_start()
  local before = now()
  run()
  return now() - before, tonumber(lib.ganas_bench_stop())
end

-- Does the work until `seconds` are over; microseconds of each, in ascending order. `first` is how long
-- it took before, when memory was still new: that counts only where another would take too long.
local function repeat_work(run, seconds, first)
  local times, finish = {}, now() + seconds * 1e6
  if first >= math.max(seconds, LONGEST) * 1e6 then return { first } end
  repeat
    local before = now()
    run()
    times[#times + 1] = now() - before
  until now() >= finish
  table.sort(times)
  return times
end

-- What is left of the whole, for each of the cases left.
local function share_of(left, start)
  return math.max(0.01, math.min(LONGEST, (WHOLE - (now() - start) * 1e-6) / left))
end

-- The case with us (best), us_median, runs, and, where there are products, gflops and of_peak.
local function measure(case, seconds, peaks)
  local run = workload.make(case)
  local first, operations = count(run)
  local times = repeat_work(run, seconds, first)
  case.us, case.us_median, case.runs = times[1], times[math.floor((#times + 1) / 2)], #times
  if operations > 0 then
    case.gflops = operations / case.us * 1e-3
    case.of_peak = case.gflops / peaks[case.threads]
  end
  return case
end

local function measure_peak(threads, seconds)
  local pool, gflops = Threads.new(threads), core.doubles(1)
  core.check(lib.ganas_bench_peak(pool.handle, seconds, gflops))
  pool:free()
  return gflops[0]
end

local function measure_peaks(cases, seconds)
  local peaks = {}
  seconds = math.max(0.01, math.min(PEAK, seconds or PEAK))
  for _, case in ipairs(cases) do
    peaks[case.threads] = peaks[case.threads] or measure_peak(case.threads, seconds)
  end
  return peaks
end

-- ---- what is shown ----

local FORMAT = "%-19s %17s %6s %6s %8s %11s %11s %9s %8s"

local function cell(format, value) return value and format:format(value) or "-" end

local function row_of(case)
  local name = case.work.name .. (case.kind and " " .. case.kind or "")
  local share = case.of_peak and 100 * case.of_peak
  return FORMAT:format(name, case.size .. " " .. case.work.unit, case.width or "-", case.nodes,
    case.threads, cell("%.0f", case.us), cell("%.0f", case.us_median), cell("%.1f", case.gflops),
    cell("%.0f %%", share))
end

local function peak_line(peaks)
  local words = {}
  for threads, gflops in sorted(peaks) do
    words[#words + 1] = ("%.0f GFLOP/s on %d thread%s"):format(gflops, threads, threads == 1 and "" or "s")
  end
  return "FP32 peak, measured: " .. table.concat(words, ", ")
end

local function kernels_line()
  local info = cpu.get()
  local products = info.gemm == "openblas" and info.blas or info.gemm
  return ("kernels: %s; matrix products: %s"):format(info.isa, products)
end

local function show_head(peaks, emit)
  emit(peak_line(peaks))
  emit(kernels_line())
  emit(("ppo_update: %d epochs over all episodes, each forward, backward and a step of Adam")
    :format(workload.settings(8).generator.epochs))
  emit "disc_epoch: a step on all pairs of so many true graphs and as many fakes"
  emit ""
  emit(FORMAT:format("work", "size", "width", "nodes", "threads", "us, best", "us, median", "GFLOP/s",
    "of peak"))
end

local function result_json(case)
  return json.object {
    { "work", case.work.name }, { "size", case.size }, { "width", case.width or json.null },
    { "nodes", case.nodes }, { "threads", case.threads },
    { "us", case.us }, { "us_median", case.us_median }, { "runs", case.runs },
    { "gflops", case.gflops }, { "of_peak", case.of_peak }, case.kind and { "kind", case.kind } or nil,
  }
end

local function json_text(peaks, cases)
  local by_threads, results = {}, {}
  for threads, gflops in sorted(peaks) do by_threads[#by_threads + 1] = { tostring(threads), gflops } end
  for i, case in ipairs(cases) do results[i] = result_json(case) end
  local info = cpu.get()
  return json.encode(json.object {
    { "peak_gflops", json.object(by_threads) }, { "results", json.array(results) },
    { "isa", info.isa }, { "gemm", info.gemm },
  })
end

-- Measures what the options ask for. Each line for people goes to `emit` as soon as it is known; with
-- --json it is one line at the end. Returns whether it was interrupted.
function bench.run(given, emit, interrupted)
  local start, cases, seconds = now(), bench.cases(given.operand, given.args)
  local peaks, done = measure_peaks(cases, seconds), {}
  if not given.json then show_head(peaks, emit) end
  for i, case in ipairs(cases) do
    if interrupted() then return true end
    done[i] = measure(case, seconds or share_of(#cases - i + 1, start), peaks)
    if not given.json then emit(row_of(case)) end
    collectgarbage()
  end
  if given.json then emit(json_text(peaks, done)) end
  return false
end

return bench
