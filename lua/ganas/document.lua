-- document - the text of a page with charts, whole in one file: no network is needed to read it.

local assets = require "ganas.assets"
local html = require "ganas.html"
local json = require "ganas.json"
local packed = require "ganas.packed"

local el = html.el

local function head(title)
  return el("head", nil, el("meta", { charset = "utf-8" }),
    el("meta", { name = "viewport", content = "width=device-width, initial-scale=1" }),
    el("meta", { name = "generator", content = "ganas-lua" }), el("title", nil, title),
    el("style", nil, html.raw(assets "page.css")))
end

local function scripts(view)
  local data = json.encode(json.object { { "charts", json.array(view.charts) } })
  return {
    el("script", { type = "application/json", id = "data" }, html.script_text(data)),
    el("script", { type = "text/plain", id = "names" }, html.raw(view.names and packed(view.names) or "")),
    html.raw(assets "page.licence"), el("script", nil, html.raw(assets "chart.min.js")),
    el("script", nil, html.raw(assets "page.js")),
  }
end

-- view = { title =, about =, foot = texts, parts = elements, charts = a list (ganas.charts), names = those of
-- the points, one a line, or nil }.
return function(view)
  local body = el("body", nil, el("main", nil,
    el("header", nil, el("h1", nil, view.title), el("p", { class = "about" }, view.about)), view.parts,
    el("footer", nil, view.foot)), scripts(view))
  return "<!doctype html>\n" .. el("html", { lang = "en" }, head(view.title), body).html .. "\n"
end
