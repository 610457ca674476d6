return { about = "x", space = "tinycell", evaluate = { "train", data = "no_labels" } }
