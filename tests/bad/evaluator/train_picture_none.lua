return { about = "x", space = "tinycell", evaluate = { "train", data = "pictures_empty" } }
