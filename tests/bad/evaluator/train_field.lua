return { about = "x", space = "tinycell", evaluate = { "train", dat = "fashion-mnist" } }
