return { about = "x", space = "nasbench201", evaluate = { "train", data = "cut_images" } }
