return { about = "x", space = "tinycell", evaluate = { "train", data = "lying_images" } }
