return { about = "x", space = "tinycell", evaluate = { "train", data = "other_images" } }
