require "a..b"
