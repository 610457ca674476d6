error "the budget is not known"
