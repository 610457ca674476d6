return { about = "x", space = "tinycell", evaluate = { "train", data = "cut_images" } }
