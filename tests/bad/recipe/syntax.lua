return {
  about = "x"
  space = "y",
}
