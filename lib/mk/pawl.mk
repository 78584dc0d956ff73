# pawl.mk: the rules of a pipeline (being written)
