return {
  ops = { "a" }
  grow = 1 }
