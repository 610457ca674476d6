return { about = "x", space = "tinycell", evaluate = { "train",  } }
